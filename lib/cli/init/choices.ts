import { providerNames } from '../provider-table.ts';
import { notKnown, phrase, type Told } from '../words/phrases.ts';
import { refuse } from '../words/refuse.ts';

/** What kind of app `init` writes. */
export interface Choices {
  language: 'typescript' | 'javascript';
  module: 'esm' | 'commonjs';
  express: '4' | '5';
  provider: string;
  store: 'memory' | 'sqlite' | 'postgres' | 'redis';
}

/** What is asked, in this order: the answers that are understood, and what is taken without one. */
export const questions: Readonly<Record<keyof Choices, { what: Told; answers: readonly string[]; usual: string }>> = {
  language: { what: phrase('Language'), answers: ['typescript', 'javascript'], usual: 'typescript' },
  module: { what: phrase('Modules'), answers: ['esm', 'commonjs'], usual: 'esm' },
  express: { what: phrase('Version of Express'), answers: ['5', '4'], usual: '5' },
  provider: { what: phrase('Provider'), answers: providerNames, usual: 'imtoken' },
  store: { what: phrase('Store'), answers: ['sqlite', 'memory', 'postgres', 'redis'], usual: 'sqlite' },
};

/** Asks a person; undefined where there is nobody to ask. */
export type Ask = ((question: string) => Promise<string>) | undefined;

/**
 * The choices: as given by options, else as answered, else the usual ones. `fixed` is what the folder leaves no choice of.
 * Throws `OPTION_INVALID`.
 */
export async function choose(
  given: Readonly<Partial<Record<keyof Choices, string>>>,
  fixed: Readonly<Partial<Choices>>,
  ask: Ask,
  said: (told: Told) => string,
): Promise<Choices> {
  const chosen: Partial<Record<keyof Choices, string>> = {};
  for (const name of Object.keys(questions) as (keyof Choices)[]) {
    const { usual } = questions[name];
    chosen[name] = understood(name, given[name]) ?? fixed[name] ?? (await answered(name, ask, said)) ?? usual;
  }
  return chosen as Record<keyof Choices, string> as Choices;
}

function understood(name: keyof Choices, text: string | undefined): string | undefined {
  const { answers } = questions[name];
  if (text !== undefined && !answers.includes(text)) {
    throw refuse(`--${name}`, notKnown(text, answers));
  }
  return text;
}

/** What a person answers; asks again until it is understood. */
async function answered(name: keyof Choices, ask: Ask, said: (told: Told) => string): Promise<string | undefined> {
  if (ask === undefined) return undefined;
  const { what, answers, usual } = questions[name];
  let question = `${said(what)} (${answers.join(', ')}) [${usual}]: `;
  for (;;) {
    const answer = (await ask(question)).trim().toLowerCase();
    if (answer === '') return usual;
    if (answers.includes(answer)) return answer;
    question = `${said(notKnown(answer, answers))} [${usual}]: `;
  }
}
