import { invalidOption } from '../errors.ts';
import { refuseUnknownKeys } from './known-keys.ts';

/**
 * Refuses what is no object, before a member of it is read: a user of plain JavaScript may leave the options out. `example` is how they
 * are given.
 */
export function assertOptions(maker: string, options: unknown, example = '{ secrets: [...] }'): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  throw invalidOption(maker, `must be given its options: ${maker}(${example})`);
}

/** The name of each option, also of those that only one form has: the compiler refuses a list with one more or less. */
export type OptionNames<T> = Readonly<Record<T extends unknown ? keyof T : never, true>>;

/** `assertOptions`, and refuses an option that is not among `names`: a misspelt `allow` would let everybody in. */
export function checkOptions<T extends object>(
  maker: string,
  options: T,
  names: OptionNames<T>,
  example: string,
): void {
  assertOptions(maker, options, example);
  refuseUnknownKeys(options, Object.keys(names), maker);
}
