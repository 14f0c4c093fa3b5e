import { isLanguage, type Language } from '../../inspector/words/languages.ts';

/** The language of a person at a terminal, as POSIX finds the locale of messages: Chinese, or else English. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  const locale = [env.LC_ALL, env.LC_MESSAGES, env.LANG].find((one) => one !== undefined && one !== '') ?? '';
  const language = locale.slice(0, 2).toLowerCase();
  return isLanguage(language) ? language : 'en';
}
