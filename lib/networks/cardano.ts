import { crc32 } from 'node:zlib';
import { base58 } from '@scure/base';
import { bytesOf, decodeBech32 } from './bech32.ts';
import { hash32 } from './hex.ts';
import type { Codec, Network } from './network.ts';
import { addressInvalid } from './refusals.ts';

// CIP-19 gives no limit; the longest, with a pointer, stays below.
const longest = 200;

/**
 * Bech32 `addr1...` (CIP-19), and the base58 form of the Byron era. Addresses that only receive rewards (`stake1...`)
 * are not recipients. An address with another staking part is another account. A token is its policy id and name in
 * hex.
 */
export const cardano: Codec = {
  account: (text, network) => ({
    address: /^addr/i.test(text) ? shelleyAddress(text, network) : byronAddress(text, network),
  }),
  transactionId: (text) => hash32(text, 'A transaction id'),
  blockHash: (text) => hash32(text, 'A block hash'),
  token(reference, namespace = 'asset') {
    if (namespace !== 'asset') return undefined;
    const [, policy, name] = /^([0-9a-fA-F]{56})\.?((?:[0-9a-fA-F]{2}){0,32})$/.exec(reference) ?? [];
    if (policy === undefined || name === undefined)
      throw addressInvalid(reference, 'a token is its policy id, 56 hex characters, and its name in hex');
    return { namespace, reference: `${policy}${name}`.toLowerCase() };
  },
};

function shelleyAddress(text: string, network: Network): string {
  const { words, variant } = decodeBech32(text, network.testnet ? 'addr_test' : 'addr', longest);
  const bytes = bytesOf(words) ?? new Uint8Array();
  const header = bytes[0] ?? 0xff;
  if (variant !== 'bech32' || (header & 0x0f) !== (network.testnet ? 0 : 1) || !isSized(header >> 4, bytes.byteLength))
    throw addressInvalid(text, `this is not a payment address of ${network.name}`);
  return text.toLowerCase();
}

// Payment and staking part of 28 bytes each; a pointer of at least three bytes; or a payment part alone.
function isSized(type: number, size: number): boolean {
  if (type <= 3) return size === 57;
  if (type <= 5) return size >= 32 && size <= 59;
  return type <= 7 && size === 29;
}

// Three bytes before the 28, and one each for attributes and type.
const shortestPayload = 33;

/** CBOR `[24(payload), crc32(payload)]`; the payload is `[28 bytes, attributes, type]`. */
function byronAddress(text: string, network: Network): string {
  let bytes: Buffer;
  try {
    bytes = Buffer.from(base58.decode(text.slice(0, longest)));
  } catch {
    throw addressInvalid(text, 'a Cardano address begins with addr1, or is base58');
  }
  const [outer, tagHigh, tagLow, string, length = 0] = bytes;
  const payload = bytes.subarray(5, 5 + length);
  const isFramed = outer === 0x82 && tagHigh === 0xd8 && tagLow === 0x18 && string === 0x58;
  const sum = bytes.subarray(5 + length);
  if (!isFramed || length < shortestPayload || payload.byteLength !== length || readUint(sum) !== crc32(payload))
    throw addressInvalid(text, 'its checksum is wrong; check each character');
  if (payload.readUInt16BE(0) !== 0x8358 || payload[2] !== 28 || namesMagic(payload) !== network.testnet)
    throw addressInvalid(text, `this is an address of another network than ${network.name}`);
  return text;
}

/** A CBOR number that is all there is; undefined for anything else. */
function readUint(bytes: Buffer): number | undefined {
  const [head = 0xff] = bytes;
  if (head < 0x18 && bytes.byteLength === 1) return head;
  if (head === 0x18 && bytes.byteLength === 2) return bytes.readUInt8(1);
  if (head === 0x19 && bytes.byteLength === 3) return bytes.readUInt16BE(1);
  return head === 0x1a && bytes.byteLength === 5 ? bytes.readUInt32BE(1) : undefined;
}

/** Whether the attributes hold the number of a test network: the main network writes none. */
function namesMagic(payload: Buffer): boolean {
  const start = 31;
  let entries = (payload[start] ?? 0) & 0x1f;
  for (let at = start + 1; entries > 0; entries -= 1) {
    if (payload[at] === 2) return true;
    const head = payload[at + 1] ?? 0;
    at += head === 0x58 ? 3 + (payload[at + 2] ?? 0) : 2 + (head & 0x1f);
  }
  return false;
}
