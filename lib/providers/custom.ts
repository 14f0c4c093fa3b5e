import { invalidOption } from '../errors.ts';
import { assertOptions } from '../util/given-options.ts';
import { declareProvider, type ProviderDeclaration } from './kit/declare-provider.ts';
import type { Answer, OutcomeKind, Provider, ProviderOptions } from './kit/provider.ts';

export {
  array,
  boolean,
  integer,
  isoTime,
  type Json,
  type JsonNumber,
  type JsonObject,
  member,
  numberText,
  object,
  optionalArray,
  optionalBoolean,
  optionalInteger,
  optionalIsoTime,
  optionalNumberText,
  optionalObject,
  optionalText,
  text,
} from '../json/json.ts';
export type { KeyForm, SigningAlgorithm } from '../signatures/algorithms.ts';
export type { BodyForm, BodyFormOption } from './kit/body-form.ts';
export type { Read } from './kit/define-provider.ts';
export { type RowReader, type Rows, readingOf, readRows } from './kit/rows.ts';
export type { Part, Place, Scheme, SignaturePlace, SignedRequest, TimeUnit, UnsignedPing } from './kit/scheme.ts';

/** Options of `custom`: those of every provider, and the declaration of yours. */
export interface CustomOptions extends ProviderOptions, Omit<ProviderDeclaration, 'name' | 'answer' | 'ownOptions'> {
  /** Must be given: there is no other name to take. */
  name: string;
  /** The answer that the provider takes as accepted; a function chooses by outcome. Default 200 with an empty body. */
  answer?: Answer | ((outcome: OutcomeKind) => Answer);
}

const declarationOptions = [
  'scheme',
  'read',
  'form',
  'answer',
  'methods',
  'publishedSources',
  'keyedBy',
  'reportsConfirmations',
  'reportsMemos',
  'sendsRemovals',
  'deadlineMs',
  'inflate',
  'heartbeatMs',
  'keptHeaders',
] as const;

/**
 * Creates a provider that this package has no file for, from a declaration of its signatures and a function that reads
 * its body. Throws `OPTION_INVALID`, also for a scheme that proves nothing. See `docs/providers/custom.md`.
 */
export function custom(options: CustomOptions): Provider {
  assertOptions('custom', options);
  const { name, answer, scheme, read } = options;
  if (typeof name !== 'string') throw invalidOption('custom.name', 'is required');
  if (typeof scheme !== 'object' || scheme === null)
    throw invalidOption(`${name}.scheme`, 'must say how callbacks are signed');
  if (typeof read !== 'function') throw invalidOption(`${name}.read`, 'must be a function that reads a body');
  const { answer: _, ...declaration } = options;
  return declareProvider(
    {
      ...pick(declaration, declarationOptions),
      name,
      scheme,
      read,
      ownOptions: declarationOptions,
      ...(answer === undefined ? {} : { answer: typeof answer === 'function' ? answer : () => answer }),
    },
    options,
  );
}

function pick<T extends object, K extends keyof T>(from: T, keys: readonly (K | string)[]): Pick<T, K> {
  const entries = Object.entries(from).filter(([key, value]) => keys.includes(key) && value !== undefined);
  return Object.fromEntries(entries) as Pick<T, K>;
}
