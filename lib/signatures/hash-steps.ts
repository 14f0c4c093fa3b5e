import { createHash, createHmac, type KeyObject } from 'node:crypto';
import { keccak_256 } from '@noble/hashes/sha3';
import type { HmacAlgorithm } from './hmac.ts';
import type { Steps } from './steps.ts';

/** A plain hash of bytes that the secret is among. */
export type DigestAlgorithm = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512' | 'keccak256';

/** What a byte costs, in bytes hashed with SHA-256 by a processor that has instructions for it. Keccak-256 is JavaScript. */
const costs: Readonly<Record<DigestAlgorithm, number>> = {
  md5: 2.5,
  sha1: 1,
  sha256: 1,
  sha384: 3.5,
  sha512: 3.5,
  keccak256: 300,
};

/** Cost of one piece: some 0.2 ms. */
const pieceCost = 2 ** 18;

interface Hash {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

/** HMAC (RFC 2104) over the parts, as if they were joined. */
export function hmacSteps(algorithm: HmacAlgorithm, key: KeyObject, parts: readonly Uint8Array[]): Steps<Uint8Array> {
  return hashed(createHmac(algorithm, key), parts, costs[algorithm]);
}

/** A plain hash over the parts, as if they were joined. */
export function digestSteps(algorithm: DigestAlgorithm, parts: readonly Uint8Array[]): Steps<Uint8Array> {
  const hash: Hash = algorithm === 'keccak256' ? keccak_256.create() : createHash(algorithm);
  return hashed(hash, parts, costs[algorithm]);
}

/** What it costs to hash so many bytes, in the unit of `Steps`. */
export function costOfHash(algorithm: DigestAlgorithm, bytes: number): number {
  return bytes * costs[algorithm];
}

function* hashed(hash: Hash, parts: readonly Uint8Array[], cost: number): Steps<Uint8Array> {
  yield* fed(hash, parts, cost);
  return hash.digest();
}

function* fed(hash: Pick<Hash, 'update'>, parts: Iterable<Uint8Array>, cost: number): Steps<void> {
  const size = Math.floor(pieceCost / cost);
  for (const part of parts) {
    for (let at = 0; at < part.length; at += size) {
      const piece = part.subarray(at, at + size);
      hash.update(piece);
      yield piece.length * cost;
    }
  }
}

/** Gives the parts to what hashes them itself, as a public-key verification does. */
export function feedSteps(
  hash: Pick<Hash, 'update'>,
  algorithm: DigestAlgorithm,
  parts: Iterable<Uint8Array>,
): Steps<void> {
  return fed(hash, parts, costs[algorithm]);
}
