import { hash32 } from './hex.ts';
import type { Codec } from './network.ts';
import { addressInvalid } from './refusals.ts';

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
        const tag = typeTag(reference);
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

/** A type tag with each address in it canonical and without spaces: `0x1::coin::CoinStore<0x1::aptos_coin::AptosCoin>`. */
function typeTag(text: string): string {
  const compact = text.replace(/\s+/g, '');
  if (!/^[0-9a-zA-Z_:<>,]{1,1000}$/.test(compact) || !balanced(compact)) throw badTag(text);
  const tag = compact.replace(/[0-9a-zA-Z_:]+/g, (part) => {
    const pieces = /^(0[xX][0-9a-fA-F]{1,64})::([A-Za-z_]\w*)::([A-Za-z_]\w*)$/.exec(part);
    if (pieces !== null) return `${aptosAddress(pieces[1] ?? '')}::${pieces[2]}::${pieces[3]}`;
    if (/^(?:u8|u16|u32|u64|u128|u256|bool|address|vector)$/.test(part)) return part;
    throw badTag(text);
  });
  if (!/^0x[0-9a-f]+::/.test(tag)) throw badTag(text);
  return tag;
}

function balanced(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if (character === '<') depth++;
    if (character === '>' && --depth < 0) return false;
    if (character === ',' && depth === 0) return false;
  }
  return depth === 0 && !/<[<>,]|,[<>,]|>[^<>,]/.test(text);
}

function badTag(text: string): Error {
  return addressInvalid(text, 'a coin is a type tag, for example 0x1::aptos_coin::AptosCoin');
}
