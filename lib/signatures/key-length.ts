import { KeyObject } from 'node:crypto';

/** Standard Webhooks asks for it; NIST SP 800-107 asks an HMAC key for 16, the strength wanted. */
export const wantedKeyBytes = 24;

/** Bytes of a shared secret, however it was prepared; undefined for a public key. */
export function keyLength(value: unknown): number | undefined {
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof KeyObject) return value.type === 'secret' ? value.symmetricKeySize : undefined;
  const inner = typeof value === 'object' && value !== null && 'key' in value ? value.key : undefined;
  return inner === undefined ? undefined : keyLength(inner);
}
