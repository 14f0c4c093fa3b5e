import type { Language } from '../../inspector/words/languages.ts';
import { nearest } from '../../util/nearest.ts';
import { chineseDoctor } from './chinese-doctor.ts';
import { chinesePhrases } from './chinese-phrases.ts';
import { chineseRefusals } from './chinese-refusals.ts';

/** Every phrase in Chinese. */
export const chinese: typeof chinesePhrases & typeof chineseRefusals & typeof chineseDoctor = {
  ...chinesePhrases,
  ...chineseRefusals,
  ...chineseDoctor,
};

/** What a verb says in English, with `{names}` for what is filled in: it has a translation, or it does not compile. */
export type Phrase = keyof typeof chinese;

/** One text for a person, in each language. */
export type Told = Readonly<Record<Language, string>>;

type Value = string | number | bigint;

// Braces around more than a name are part of the text.
type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `${string} ${string}` ? never : Name) | Names<Rest>
  : never;

/** What fills in a phrase: nothing if it has no names. */
export type Values<P extends string> = [Names<P>] extends [never] ? [] : [values: Readonly<Record<Names<P>, Value>>];

/** A phrase in each language. */
export function phrase<P extends Phrase>(text: P, ...[values]: Values<P>): Told {
  return { en: fill(text, values), zh: fill(chinese[text], values) };
}

function fill(text: string, values: Readonly<Record<string, Value>> = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

/** The same text in each language: what others say. */
export function asIs(text: string): Told {
  return { en: text, zh: text };
}

/** For a name that is not known: the nearest one, or all of them. */
export function notKnown(given: string, known: readonly string[]): Told {
  const name = nearest(given, known);
  return name === undefined
    ? phrase('{given} is not known. Known: {known}', { given, known: known.join(', ') })
    : phrase('{given} is not known. Did you mean {name}?', { given, name });
}

/** Two sentences as one text. */
export function both(first: Told, second: Told): Told {
  return { en: `${first.en} ${second.en}`, zh: `${first.zh}${second.zh}` };
}
