import { base58Bytes } from './base58-bytes.ts';
import type { Codec } from './network.ts';
import { addressInvalid, transactionIdInvalid } from './refusals.ts';

// https://nomicon.io/DataStructures/Account
const accountName = /^(?=.{2,64}$)(?:[a-z0-9]+(?:[-_][a-z0-9]+)*\.)*[a-z0-9]+(?:[-_][a-z0-9]+)*$/;

/**
 * Account names: 2 to 64 characters of a-z, 0-9, dots, dashes and underscores; an implicit account is 64 hex characters. Only
 * lower case is an account, and nothing carries a checksum. A token is its contract (NEP-141).
 */
export const near: Codec = {
  account: (text) => ({ address: nearAccount(text) }),
  transactionId: (text) => base58Bytes(text, 32, transactionIdInvalid, 'a NEAR transaction is 32 bytes in base58'),
  blockHash: (text) => base58Bytes(text, 32, transactionIdInvalid, 'a NEAR block is 32 bytes in base58'),
  token: (reference, namespace = 'nep141') =>
    namespace === 'nep141' ? { namespace, reference: nearAccount(reference) } : undefined,
};

function nearAccount(text: string): string {
  if (!accountName.test(text)) throw addressInvalid(text, 'a NEAR account has 2 to 64 of a-z, 0-9, ".", "-" and "_"');
  return text;
}
