import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

export type HmacAlgorithm = 'sha1' | 'sha256' | 'sha384' | 'sha512';

/**
 * A secret, prepared once, so that no callback pays for it again: the key ring keeps it. A text is taken as UTF-8.
 * Throws for an empty secret, with which anybody could sign.
 */
export function hmacKey(secret: Uint8Array | string): KeyObject {
  const bytes = typeof secret === 'string' ? Buffer.from(secret, 'utf8') : secret;
  if (bytes.byteLength === 0) throw new RangeError('An HMAC secret must not be empty');
  return createSecretKey(bytes);
}

/** HMAC (RFC 2104) over the parts, one after another, as if they were joined. Texts are taken as UTF-8. */
export function hmac(algorithm: HmacAlgorithm, key: KeyObject, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const mac = createHmac(algorithm, key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}
