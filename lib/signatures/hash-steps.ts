import { createHash, createHmac, type KeyObject } from 'node:crypto';
import { type HashSettings, hashInThread, pieceBytes } from './hash-thread.ts';
import type { HmacAlgorithm } from './hmac.ts';
import { compiledKeccak, createKeccak, type Hash } from './keccak.ts';
import { cut, lengthOf } from './parts.ts';
import { inThread, type Steps } from './steps.ts';
import { mostHere } from './threads.ts';

/** A plain hash of bytes that the secret is among. */
export type DigestAlgorithm = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512' | 'keccak256';

/** What a byte costs, in bytes hashed with SHA-256 by a processor that has instructions for it. */
const costs: Readonly<Record<DigestAlgorithm, number>> = {
  md5: 2.5,
  sha1: 1,
  sha256: 1,
  sha384: 3.5,
  sha512: 3.5,
  keccak256: 6,
};
/** Without WebAssembly, it is JavaScript. */
const costOfSlowKeccak = 300;

/** Cost of one piece: some 0.2 ms. */
const pieceCost = 2 ** 18;

/** What copying a byte costs. */
const costOfCopy = 0.25;

/** HMAC (RFC 2104) over the parts, as if they were joined. */
export function* hmacSteps(algorithm: HmacAlgorithm, key: KeyObject, parts: readonly Uint8Array[]): Steps<Uint8Array> {
  const mac = yield* hashedInThread({ algorithm, key }, parts);
  return mac ?? (yield* hashed(createHmac(algorithm, key), parts, costs[algorithm]));
}

/** A plain hash over the parts, as if they were joined. */
export function* digestSteps(algorithm: DigestAlgorithm, parts: readonly Uint8Array[]): Steps<Uint8Array> {
  const digest = yield* hashedInThread({ algorithm }, parts);
  const create = (): Hash => (algorithm === 'keccak256' ? createKeccak() : createHash(algorithm));
  return digest ?? (yield* hashed(create(), parts, costOf(algorithm)));
}

/** Undefined for what is not large, and where there is no other thread. */
function* hashedInThread(settings: HashSettings, parts: readonly Uint8Array[]): Steps<Uint8Array | undefined> {
  if (lengthOf(parts) <= mostHere) return undefined;
  const hash = yield* inThread(async () => hashInThread(settings));
  if (hash === undefined) return undefined;
  let last: Uint8Array<ArrayBuffer> = new Uint8Array();
  for (const piece of cut(parts, pieceBytes)) {
    if (piece.length < pieceBytes) last = piece;
    else hash.update(piece);
    yield pieceBytes * costOfCopy;
  }
  return yield* inThread(() => hash.digest(last));
}

/** What it costs to hash so many bytes, in the unit of `Steps`. */
export function costOfHash(algorithm: DigestAlgorithm, bytes: number): number {
  return bytes * costOf(algorithm);
}

function costOf(algorithm: DigestAlgorithm): number {
  return algorithm === 'keccak256' && compiledKeccak() === undefined ? costOfSlowKeccak : costs[algorithm];
}

function* hashed(hash: Hash, parts: readonly Uint8Array[], cost: number): Steps<Uint8Array> {
  const size = Math.floor(pieceCost / cost);
  for (const part of parts) {
    for (let at = 0; at < part.length; at += size) {
      const piece = part.subarray(at, at + size);
      hash.update(piece);
      yield piece.length * cost;
    }
  }
  return hash.digest();
}
