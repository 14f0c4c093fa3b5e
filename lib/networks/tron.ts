import { sha256 } from '@noble/hashes/sha2';
import { createBase58check } from '@scure/base';
import { checksumAddress } from './evm.ts';
import { hash32 } from './hex.ts';
import type { Codec } from './network.ts';
import { addressInvalid } from './refusals.ts';

const base58check = createBase58check(sha256);
const prefixedHex = /^(?:0[xX])?41([0-9a-fA-F]{40})$/;
const evmHex = /^(?:0[xX])?[0-9a-fA-F]{40}$/;

/**
 * The base58 form `T...`. Nodes also write `41` and 20 bytes of hex, and their JSON-RPC the 20 bytes alone, as Ethereum
 * does; in that form mixed case must be a right EIP-55 checksum.
 */
export const tron: Codec = {
  account: (text) => ({ address: tronAddress(text) }),
  transactionId: (text) => hash32(text, 'A transaction id'),
  blockHash: (text) => hash32(text, 'A block hash'),
  token(reference, namespace) {
    const numbered = /^[1-9][0-9]{0,9}$/.test(reference);
    switch (namespace ?? (numbered ? 'trc10' : 'trc20')) {
      case 'trc10':
        if (!numbered) throw addressInvalid(reference, 'a TRC-10 token id is a number');
        return { namespace: 'trc10', reference };
      case 'trc20':
        return { namespace: 'trc20', reference: tronAddress(reference) };
      default:
        return undefined;
    }
  },
};

function tronAddress(text: string): string {
  const bare = prefixedHex.exec(text)?.[1];
  if (bare !== undefined) return encode(bare);
  if (evmHex.test(text)) return encode(checksumAddress(text).slice(2));
  let bytes: Uint8Array;
  try {
    bytes = base58check.decode(text.slice(0, 60));
  } catch {
    throw addressInvalid(text, 'its base58 checksum is wrong; check each character');
  }
  if (bytes.byteLength !== 21 || bytes[0] !== 0x41) throw addressInvalid(text, 'a TRON address begins with T');
  return text;
}

function encode(hex: string): string {
  return base58check.encode(Buffer.from(`41${hex}`, 'hex'));
}
