import { timingSafeEqual } from 'node:crypto';

/**
 * Whether two byte strings are equal, in a time that does not depend on the position of the difference. The only
 * compare of secrets and signatures in this package. Unequal lengths are unequal; the length itself is not secret.
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
