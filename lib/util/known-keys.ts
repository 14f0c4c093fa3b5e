import { invalidOption } from '../errors.ts';
import { didYouMean } from './nearest.ts';

/**
 * Throws `OPTION_INVALID` for what is no object, and for a key that is not known, naming the nearest one that is: a misspelt option is
 * not an option. `prefix` is the option that holds the keys, `''` at the top.
 */
export function refuseUnknownKeys(given: object, known: readonly string[], prefix: string): void {
  // A user of plain JavaScript may leave the options out, or give something else.
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalidOption(prefix === '' ? 'options' : prefix, `must be an object of options: ${known.join(', ')}`);
  }
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw invalidOption(prefix === '' ? unknown : `${prefix}.${unknown}`, didYouMean(unknown, known));
}
