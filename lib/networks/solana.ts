import { base58 } from '@scure/base';
import type { DepositCallbackError } from '../errors.ts';
import type { Codec } from './network.ts';
import { addressInvalid, transactionIdInvalid } from './refusals.ts';

/** Base58 throughout: 32 bytes for an account and a block, 64 for a transaction's first signature. No checksum. */
export const solana: Codec = {
  account: (text) => ({ address: sized(text, 32, addressInvalid, 'a Solana address is 32 bytes in base58') }),
  transactionId: (text) => sized(text, 64, transactionIdInvalid, 'a Solana signature is 64 bytes in base58'),
  blockHash: (text) => sized(text, 32, transactionIdInvalid, 'a Solana block hash is 32 bytes in base58'),
  token(reference, namespace = 'token') {
    if (namespace !== 'token' && namespace !== 'spl') return undefined;
    return { namespace: 'token', reference: sized(reference, 32, addressInvalid, 'a mint is 32 bytes in base58') };
  },
};

function sized(
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
