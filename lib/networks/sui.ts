import { base58Bytes } from './base58-bytes.ts';
import type { Codec } from './network.ts';
import { addressInvalid, transactionIdInvalid } from './refusals.ts';
import { typeTag } from './type-tag.ts';

const addressText = /^(?:0[xX])?([0-9a-fA-F]{1,64})$/;
const nativeTag = `0x${'2'.padStart(64, '0')}::sui::SUI`;

/** 0x and 64 hex characters in lower case; leading zeros may be missing in what is read. No checksum. A coin is its type tag. */
export const sui: Codec = {
  account: (text) => ({ address: suiAddress(text) }),
  transactionId: (text) => base58Bytes(text, 32, transactionIdInvalid, 'a Sui transaction is 32 bytes in base58'),
  blockHash: (text) => base58Bytes(text, 32, transactionIdInvalid, 'a Sui checkpoint is 32 bytes in base58'),
  token(reference, namespace = 'coin') {
    if (namespace !== 'coin') return undefined;
    const tag = typeTag(reference, suiAddress, '0x2::sui::SUI');
    return tag === nativeTag ? 'native' : { namespace, reference: tag };
  },
};

function suiAddress(text: string): string {
  const hex = addressText.exec(text)?.[1];
  if (hex === undefined) throw addressInvalid(text, 'a Sui address is 0x and up to 64 hex characters');
  return `0x${hex.toLowerCase().padStart(64, '0')}`;
}
