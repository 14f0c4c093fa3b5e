import { hash32 } from './hex.ts';
import type { Codec } from './network.ts';
import { addressInvalid } from './refusals.ts';
import { typeTag } from './type-tag.ts';

const addressText = /^(?:0[xX])?([0-9a-fA-F]{1,64})$/;
const nativeTag = '0x1::aptos_coin::AptosCoin';
// The metadata object of APT as a fungible asset: the same coin (AIP-63).
const nativeMetadata = '0xa';

/**
 * AIP-40: the special addresses 0x0 to 0xf in short form, all others as 0x and 64 hex characters; leading zeros may be
 * missing in what is read. No checksum. Coins are named by type tag (`coin`), fungible assets by metadata (`token`).
 */
export const aptos: Codec = {
  account: (text) => ({ address: aptosAddress(text) }),
  transactionId: (text) => `0x${hash32(text, 'A transaction hash')}`,
  blockHash: (text) => `0x${hash32(text, 'A block hash')}`,
  token(reference, namespace) {
    switch (namespace ?? (reference.includes('::') ? 'coin' : 'token')) {
      case 'coin': {
        const tag = typeTag(reference, aptosAddress, nativeTag);
        return tag === nativeTag ? 'native' : { namespace: 'coin', reference: tag };
      }
      case 'token':
      case 'fa': {
        const metadata = aptosAddress(reference);
        return metadata === nativeMetadata ? 'native' : { namespace: 'token', reference: metadata };
      }
      default:
        return undefined;
    }
  },
};

function aptosAddress(text: string): string {
  const hex = addressText
    .exec(text)?.[1]
    ?.toLowerCase()
    .replace(/^0+(?=.)/, '');
  if (hex === undefined) throw addressInvalid(text, 'an Aptos address is 0x and up to 64 hex characters');
  return hex.length === 1 ? `0x${hex}` : `0x${hex.padStart(64, '0')}`;
}
