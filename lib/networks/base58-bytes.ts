import { base58 } from '@scure/base';
import type { DepositCallbackError } from '../errors.ts';

/** Base58 text of exactly so many bytes, as it stands; otherwise throws what `refuse` makes of the text and the fix. */
export function base58Bytes(
  text: string,
  size: number,
  refuse: (text: string, fix: string) => DepositCallbackError,
  fix: string,
): string {
  // Base58 takes quadratic time: a text that cannot be right is not decoded.
  if (text.length < size || text.length > size * 1.4) throw refuse(text, fix);
  let length = 0;
  try {
    length = base58.decode(text).byteLength;
  } catch {
    // Falls through to the refusal below.
  }
  if (length !== size) throw refuse(text, fix);
  return text;
}
