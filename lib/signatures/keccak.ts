import { keccak_256 } from '@noble/hashes/sha3';

/** Keccak-256 as Ethereum uses it (the padding from before SHA-3), over the parts as if they were joined. */
export function keccak256(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const hash = keccak_256.create();
  for (const part of parts) hash.update(part);
  return hash.digest();
}
