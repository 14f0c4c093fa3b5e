import { crc32 } from 'node:zlib';
import { blake2b } from '@noble/hashes/blake2';
import { sha256 } from '@noble/hashes/sha2';
import { base32nopad, base58, base58xrp, bech32, bech32m, createBase58check } from '@scure/base';

// A changed character breaks a checksum, so that changes of text never get past it. These write any bytes with a right one.

type Write = (bytes: Uint8Array) => string;

const base58check = createBase58check(sha256);
const withWords =
  (coder: typeof bech32, prefix: string): Write =>
  (bytes) =>
    coder.encode(prefix, [bytes[0] === undefined ? 0 : bytes[0] & 31, ...coder.toWords(bytes.subarray(1))], 400);
const wholeBytes =
  (prefix: string): Write =>
  (bytes) =>
    bech32.encode(prefix, bech32.toWords(bytes), 400);

const byFamily: Readonly<Record<string, readonly Write[]>> = {
  bitcoin: [
    (bytes) => base58check.encode(bytes),
    ...['bc', 'tb', 'bcrt', 'ltc', 'tltc'].flatMap((prefix) => [withWords(bech32, prefix), withWords(bech32m, prefix)]),
  ],
  bitcoincash: [(bytes) => base58check.encode(bytes)],
  tron: [(bytes) => base58check.encode(bytes)],
  evm: [wholeBytes('ex')],
  cosmos: ['cosmos', 'osmo', 'celestia', 'inj', 'dydx'].map(wholeBytes),
  cardano: [wholeBytes('addr'), wholeBytes('addr_test'), byron],
  xrpl: [(bytes) => base58xrp.encode(joined(bytes, sha256(sha256(bytes)).subarray(0, 4)))],
  stellar: [(bytes) => base32nopad.encode(joined(bytes, littleEndian(crc16(bytes))))],
  ton: [(bytes) => Buffer.from(joined(bytes, bigEndian(crc16(bytes)))).toString('base64url')],
  substrate: [(bytes) => base58.encode(joined(bytes, blake2b(joined(Buffer.from('SS58PRE'), bytes)).subarray(0, 2)))],
  solana: [(bytes) => base58.encode(bytes)],
  near: [(bytes) => base58.encode(bytes)],
  sui: [(bytes) => base58.encode(bytes)],
};

/** The bytes as an address of the family, with a right checksum; `way` chooses among its forms. Undefined if it has none. */
export function checksummed(family: string, way: number, bytes: Uint8Array): string | undefined {
  const ways = byFamily[family] ?? [];
  return ways[way % Math.max(1, ways.length)]?.(bytes);
}

function byron(bytes: Uint8Array): string {
  const head = [0x82, 0xd8, 0x18, 0x58, bytes.length & 0xff];
  const sum = Buffer.alloc(5, 0x1a);
  sum.writeUInt32BE(crc32(bytes), 1);
  const value = sum.readUInt32BE(1);
  return base58.encode(joined(Uint8Array.from(head), bytes, value < 0x18 ? Uint8Array.of(value) : sum));
}

function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return crc;
}

function bigEndian(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

function littleEndian(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >> 8);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
