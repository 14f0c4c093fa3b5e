import { chinese } from './chinese.ts';
import { english, type Words } from './english.ts';

export type Language = 'en' | 'zh';

export const languages: Readonly<Record<Language, Words>> = { en: english, zh: chinese };

export function isLanguage(text: string | undefined): text is Language {
  return text !== undefined && Object.hasOwn(languages, text);
}

/** The first of a browser's languages that there is, by its weights (RFC 9110, section 12.5.4); else English. */
export function preferredLanguage(accepted: string | undefined): Language {
  const wanted = (accepted ?? '')
    .split(',', 20)
    .map((part) => {
      const [tag = '', ...parameters] = part.split(';');
      const weight = parameters.find((one) => one.trim().startsWith('q='));
      return {
        language: tag.trim().toLowerCase().split('-', 1)[0],
        weight: weight ? Number(weight.trim().slice(2)) : 1,
      };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  return wanted.map(({ language }) => language).find(isLanguage) ?? 'en';
}
