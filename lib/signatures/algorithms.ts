import { constants, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import {
  compressedPublicKey,
  costOfVerifying,
  ecdsaSteps,
  ed25519PublicKey,
  ed25519Steps,
  publicKey,
  rsaSteps,
} from './asymmetric.ts';
import { equalBytes } from './constant-time.ts';
import { decodeBase64, decodeBase64Url, decodePrefixedHex } from './decode.ts';
import { type DigestAlgorithm, digestSteps, hmacSteps } from './hash-steps.ts';
import { type HmacAlgorithm, hmacKey } from './hmac.ts';
import { KeyRefusal } from './key-refusal.ts';
import { joined, lengthOf } from './parts.ts';
import { runAtOnce, type Steps } from './steps.ts';

/** HMAC (RFC 2104) with a shared secret. */
export type MacAlgorithm = 'hmac-sha1' | 'hmac-sha256' | 'hmac-sha384' | 'hmac-sha512';
/** A private key signs, a public key verifies. ECDSA signatures are DER; `-raw` are r and s of 32 bytes each. */
export type AsymmetricAlgorithm =
  | 'ed25519'
  | 'ecdsa-p256-sha256'
  | 'ecdsa-p256-sha256-raw'
  | 'ecdsa-secp256k1-sha256'
  | 'ecdsa-secp256k1-sha256-raw'
  | 'rsa-sha1'
  | 'rsa-sha256'
  | 'rsa-sha384'
  | 'rsa-sha512'
  | 'rsa-pss-sha256'
  | 'rsa-pss-sha384'
  | 'rsa-pss-sha512';

/** The algorithm of a signature: an HMAC, a plain digest or an asymmetric one. */
export type SigningAlgorithm = MacAlgorithm | DigestAlgorithm | AsymmetricAlgorithm;

/**
 * The text form of a secret. `utf8`: the text itself. `hex` (`0x` allowed), `base64`, `base64url`: bytes. `spki`: a
 * public key as PEM or as base64 of its DER. `raw`: 32 bytes of ed25519 in hex or base64, or a compressed point in
 * hex.
 */
export type KeyForm = 'utf8' | 'hex' | 'base64' | 'base64url' | 'spki' | 'raw';

/** A key to verify with: a symmetric one is its bytes, beside what HMAC wants. */
export interface VerifyingKey {
  /** Bytes of a shared secret; empty for a public key. */
  bytes: Buffer;
  key: KeyObject;
}

const digests: ReadonlySet<string> = new Set(['md5', 'sha1', 'sha256', 'sha384', 'sha512', 'keccak256']);

export function isDigest(algorithm: SigningAlgorithm): algorithm is DigestAlgorithm {
  return digests.has(algorithm);
}

export function isMac(algorithm: SigningAlgorithm): algorithm is MacAlgorithm {
  return algorithm.startsWith('hmac-');
}

/** Throws for a text that is not a key of that form. */
export function verifyingKey(algorithm: SigningAlgorithm, text: string, form: KeyForm): VerifyingKey {
  if (isMac(algorithm) || isDigest(algorithm)) {
    const bytes = secretBytes(text, form);
    return { bytes, key: hmacKey(bytes) };
  }
  return { bytes: Buffer.alloc(0), key: publicKeyOf(algorithm, text, form) };
}

/** Bytes of a shared secret. Throws for malformed and for empty ones. */
export function secretBytes(text: string, form: KeyForm): Buffer {
  const bytes = decodeSecret(text, form);
  if (bytes === undefined || bytes.byteLength === 0) throw new KeyRefusal(`it must be ${form}`);
  return bytes;
}

function decodeSecret(text: string, form: KeyForm): Buffer | undefined {
  switch (form) {
    case 'utf8':
      return Buffer.from(text, 'utf8');
    case 'hex':
      return decodePrefixedHex(text);
    case 'base64':
      return decodeBase64(text);
    case 'base64url':
      return decodeBase64Url(text);
    default:
      return undefined;
  }
}

function publicKeyOf(algorithm: AsymmetricAlgorithm, text: string, form: KeyForm): KeyObject {
  if (form === 'spki') return publicKey(text);
  if (form !== 'raw') throw new KeyRefusal('a public key must be spki or raw');
  if (algorithm === 'ed25519') return ed25519PublicKey(text);
  if (!algorithm.startsWith('ecdsa-')) throw new KeyRefusal('an RSA key has no raw form');
  return compressedPublicKey(curveOf(algorithm), text);
}

/** Public-key signatures each hash the whole again: what all of them may cost. */
const mostVerified = 2 ** 20;

/**
 * Whether one of the signatures matches the parts, as if they were joined. For a digest, the parts hold the secret already. Of
 * public-key signatures the first are tried, up to 1 MiB of bytes to hash, and 8 at most.
 */
export function* fitsOne(
  algorithm: SigningAlgorithm,
  key: Pick<VerifyingKey, 'key'>,
  parts: readonly Uint8Array[],
  signatures: readonly Buffer[],
): Steps<boolean> {
  if (isMac(algorithm) || isDigest(algorithm)) {
    // Computed once, however many signatures a stranger sends.
    const right = yield* isMac(algorithm) ? macSteps(algorithm, key.key, parts) : digestSteps(algorithm, parts);
    return signatures.some((signature) => equalBytes(right, signature));
  }
  for (const signature of signatures.slice(0, mostSignaturesOver(lengthOf(parts)))) {
    if (yield* fits(algorithm, key, parts, signature)) return true;
  }
  return false;
}

/** How many public-key signatures over these bytes are tried. */
function mostSignaturesOver(bytes: number): number {
  return Math.max(1, Math.floor(mostVerified / (bytes + costOfVerifying)));
}

function* fits(
  algorithm: AsymmetricAlgorithm,
  { key }: Pick<VerifyingKey, 'key'>,
  parts: readonly Uint8Array[],
  signature: Buffer,
): Steps<boolean> {
  if (algorithm === 'ed25519') return yield* ed25519Steps(key, parts, signature);
  if (algorithm.startsWith('ecdsa-')) {
    return yield* ecdsaSteps(key, parts, signature, {
      curve: curveOf(algorithm),
      hash: 'sha256',
      encoding: algorithm.endsWith('-raw') ? 'raw' : 'der',
    });
  }
  const padding = isPss(algorithm) ? 'pss' : 'pkcs1';
  return yield* rsaSteps(key, parts, signature, { hash: hashOf(algorithm), padding });
}

/** The signature, made with the shared secret in its form, or with a private key as PEM. */
export function signatureOf(
  algorithm: SigningAlgorithm,
  secret: string,
  form: KeyForm,
  parts: readonly Uint8Array[],
): Buffer {
  if (isMac(algorithm)) return Buffer.from(runAtOnce(macSteps(algorithm, hmacKey(secretBytes(secret, form)), parts)));
  if (isDigest(algorithm)) return Buffer.from(runAtOnce(digestSteps(algorithm, parts)));
  const data = joined(parts);
  const key = createPrivateKey(secret);
  if (algorithm === 'ed25519') return sign(null, data, key);
  if (algorithm.startsWith('ecdsa-')) {
    return sign('sha256', data, { key, dsaEncoding: algorithm.endsWith('-raw') ? 'ieee-p1363' : 'der' });
  }
  const padding = isPss(algorithm)
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { padding: constants.RSA_PKCS1_PADDING };
  return sign(hashOf(algorithm), data, { key, ...padding });
}

function macSteps(algorithm: MacAlgorithm, key: KeyObject, parts: readonly Uint8Array[]): Steps<Uint8Array> {
  return hmacSteps(algorithm.slice('hmac-'.length) as HmacAlgorithm, key, parts);
}

function curveOf(algorithm: AsymmetricAlgorithm): 'P-256' | 'secp256k1' {
  return algorithm.startsWith('ecdsa-p256') ? 'P-256' : 'secp256k1';
}

function hashOf(algorithm: AsymmetricAlgorithm): 'sha1' | 'sha256' | 'sha384' | 'sha512' {
  return algorithm.slice(algorithm.lastIndexOf('-') + 1) as 'sha1' | 'sha256' | 'sha384' | 'sha512';
}

function isPss(algorithm: AsymmetricAlgorithm): boolean {
  return algorithm.startsWith('rsa-pss-');
}
