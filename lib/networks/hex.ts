import { transactionIdInvalid } from './refusals.ts';

const bytes32 = /^(?:0[xX])?([0-9a-fA-F]{64})$/;

/** The 64 hex characters of a 32-byte hash, lower-case and without `0x`; throws `TRANSACTION_ID_INVALID`. */
export function hash32(text: string, what: string): string {
  const hex = bytes32.exec(text)?.[1];
  if (hex === undefined) throw transactionIdInvalid(text, `${what} is 32 bytes, as 64 hex characters`);
  return hex.toLowerCase();
}
