import { invalidOption } from '../errors.ts';

/**
 * Refuses what is no object, before a member of it is read: a user of plain JavaScript may leave the options out. `example` is how they
 * are given.
 */
export function assertOptions(maker: string, options: unknown, example = '{ secrets: [...] }'): void {
  if (typeof options === 'object' && options !== null) return;
  throw invalidOption(maker, `must be given its options: ${maker}(${example})`);
}
