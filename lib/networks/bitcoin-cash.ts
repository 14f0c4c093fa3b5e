import { sha256 } from '@noble/hashes/sha2';
import { createBase58check } from '@scure/base';
import { bytesOf, wordsOf } from './bech32.ts';
import { hash32 } from './hex.ts';
import type { Codec, Network } from './network.ts';
import { addressInvalid } from './refusals.ts';

const letters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const base58check = createBase58check(sha256);
const checksumLength = 8;
// https://github.com/bitcoincashorg/bitcoincash.org/blob/master/spec/cashaddr.md
const generators = [0x98f2bc8e61n, 0x79b76d99e2n, 0xf33e5fb3c4n, 0xae2eabe2a8n, 0x1e4f43e470n];
const keyHash = 0;
const scriptHash = 1;

/**
 * CashAddr with its prefix, `bitcoincash:q...`. Read too: without the prefix, in upper case, for tokens (`z...`, `r...`), and
 * the older base58 form of the same hash, which is written as on Bitcoin.
 */
export const bitcoinCash: Codec = {
  account: (text, network) => ({ address: cashAddress(text, network) }),
  transactionId: (text) => hash32(text, 'A transaction id'),
  blockHash: (text) => hash32(text, 'A block hash'),
  token: () => undefined,
};

function cashAddress(text: string, network: Network): string {
  const prefix = network.testnet ? 'bchtest' : 'bitcoincash';
  const { type, hash } = /^[a-km-zA-HJ-NP-Z1-9]{26,35}$/.test(text)
    ? fromBase58(text, network)
    : fromCash(text, prefix);
  const sizeBits = hash.byteLength === 32 ? 3 : 0;
  const words = wordsOf(Uint8Array.of((type << 3) | sizeBits, ...hash));
  const sum = polymod([...prefixWords(prefix), ...words, ...new Array<number>(checksumLength).fill(0)]);
  const checksum = Array.from({ length: checksumLength }, (_, index) => Number((sum >> BigInt(5 * (7 - index))) & 31n));
  return `${prefix}:${[...words, ...checksum].map((word) => letters.charAt(word)).join('')}`;
}

interface Hash {
  type: number;
  hash: Uint8Array;
}

function fromCash(text: string, prefix: string): Hash {
  const lower = text === text.toUpperCase() ? text.toLowerCase() : text;
  const body = lower.startsWith(`${prefix}:`) ? lower.slice(prefix.length + 1) : lower;
  const words = [...body].map((letter) => letters.indexOf(letter));
  if (words.length > 112 || words.length <= checksumLength || words.includes(-1)) {
    throw addressInvalid(text, `an address begins with ${prefix}: and does not mix cases`);
  }
  if (polymod([...prefixWords(prefix), ...words]) !== 0n)
    throw addressInvalid(text, 'its CashAddr checksum is wrong; check each character');
  const bytes = bytesOf(words.slice(0, -checksumLength));
  const version = bytes?.[0] ?? 0xff;
  const hash = bytes?.subarray(1) ?? new Uint8Array();
  // 0 and 2 are key hashes, 1 and 3 script hashes; 2 and 3 say that the wallet takes tokens. The low bits give the size.
  const type = (version >> 3) % 2 === 0 ? keyHash : scriptHash;
  const size = { 0: 20, 3: 32 }[version & 7];
  const isKnown = version >> 3 <= 3 && hash.byteLength === size && (type === scriptHash || size === 20);
  if (!isKnown) throw addressInvalid(text, 'this is not a key hash or script hash');
  return { type, hash };
}

function fromBase58(text: string, network: Network): Hash {
  let bytes: Uint8Array;
  try {
    bytes = base58check.decode(text);
  } catch {
    throw addressInvalid(text, 'its base58 checksum is wrong; check each character');
  }
  const types = network.testnet ? { 111: keyHash, 196: scriptHash } : { 0: keyHash, 5: scriptHash };
  const type = new Map(Object.entries(types)).get(String(bytes[0]));
  if (type === undefined || bytes.byteLength !== 21)
    throw addressInvalid(text, `this is an address of another network than ${network.name}`);
  return { type, hash: bytes.subarray(1) };
}

function prefixWords(prefix: string): readonly number[] {
  return [...[...prefix].map((letter) => letter.charCodeAt(0) & 31), 0];
}

function polymod(words: readonly number[]): bigint {
  let sum = 1n;
  for (const word of words) {
    const top = sum >> 35n;
    sum = ((sum & 0x07ffffffffn) << 5n) ^ BigInt(word);
    generators.forEach((generator, bit) => {
      if ((top >> BigInt(bit)) & 1n) sum ^= generator;
    });
  }
  return sum ^ 1n;
}
