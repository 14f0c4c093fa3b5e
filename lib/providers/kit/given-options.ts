import { invalidOption } from '../../errors.ts';

/** Refuses what is no object, before a member of it is read: a user of plain JavaScript may leave the options out. */
export function assertOptions(maker: string, options: unknown): void {
  if (typeof options === 'object' && options !== null) return;
  throw invalidOption(maker, `must be given its options: ${maker}({ secrets: [...] })`);
}
