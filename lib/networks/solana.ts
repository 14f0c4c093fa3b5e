import { base58Bytes } from './base58-bytes.ts';
import type { Codec } from './network.ts';
import { addressInvalid, transactionIdInvalid } from './refusals.ts';

/** Base58 throughout: 32 bytes for an account and a block, 64 for a transaction's first signature. No checksum. */
export const solana: Codec = {
  account: (text) => ({ address: base58Bytes(text, 32, addressInvalid, 'a Solana address is 32 bytes in base58') }),
  transactionId: (text) => base58Bytes(text, 64, transactionIdInvalid, 'a Solana signature is 64 bytes in base58'),
  blockHash: (text) => base58Bytes(text, 32, transactionIdInvalid, 'a Solana block hash is 32 bytes in base58'),
  token(reference, namespace = 'token') {
    if (namespace !== 'token' && namespace !== 'spl') return undefined;
    return {
      namespace: 'token',
      reference: base58Bytes(reference, 32, addressInvalid, 'a mint is 32 bytes in base58'),
    };
  },
};
