import {
  constants,
  createPublicKey,
  type KeyObject,
  publicDecrypt,
  type VerifyKeyObjectInput,
  verify,
} from 'node:crypto';
import { decodeBase64, decodeHex, decodePrefixedHex } from './decode.ts';
import { costOfHash } from './hash-steps.ts';
import { KeyRefusal } from './key-refusal.ts';
import { joined, lengthOf } from './parts.ts';
import { inThread, runAtOnce, type Steps } from './steps.ts';
import { fewAtOnce, mostHere } from './threads.ts';

export type SignatureHash = 'sha1' | 'sha256' | 'sha384' | 'sha512';
export type Curve = 'P-256' | 'secp256k1';

const openSslCurves: Record<Curve, string> = { 'P-256': 'prime256v1', secp256k1: 'secp256k1' };

// SubjectPublicKeyInfo up to the key itself (RFC 8410; RFC 5480), so that raw keys need no parser of our own.
const ed25519Prefix = Buffer.from('302a300506032b6570032100', 'hex');
const compressedPrefixes: Record<Curve, Buffer> = {
  'P-256': Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex'),
  secp256k1: Buffer.from('3036301006072a8648ce3d020106052b8104000a032200', 'hex'),
};

/**
 * A public key from PEM, or from the base64 of its SPKI DER in one line, as providers publish it.
 * Throws for anything else, a private key too: a verifier must never hold one.
 */
export function publicKey(text: string): KeyObject {
  const trimmed = text.trim();
  if (trimmed.startsWith('-----BEGIN')) {
    if (trimmed.includes('PRIVATE KEY')) throw new KeyRefusal('it is a private key; give the public one');
    return sound(createPublicKey(trimmed));
  }
  const der = decodeBase64(trimmed.replace(/\s+/g, ''));
  if (der === undefined || der.byteLength === 0)
    throw new KeyRefusal('a public key must be PEM, or base64 of its SPKI DER');
  return sound(createPublicKey({ key: der, format: 'der', type: 'spki' }));
}

/** The key itself; throws for one that forged signatures match, or that can be broken. */
function sound(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < leastRsaBits)
    throw new KeyRefusal(`an RSA key must have at least ${leastRsaBits} bits`);
  if (key.asymmetricKeyType === 'ed25519') {
    const point = Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
    // The sign of x stands in the highest bit.
    point[31] = (point[31] ?? 0) & 0x7f;
    if (smallOrder.has(point.toString('hex')))
      throw new KeyRefusal('it is an ed25519 key of small order, for which anybody can sign');
  }
  return key;
}

/** Below it, keys have been factored in public. CryptAPI's has 1024. */
const leastRsaBits = 1_024;

// The y of the points whose order divides 8, written in every way that is decoded.
const smallOrder: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

/** An ed25519 public key from its 32 raw bytes, as bytes, hex (`0x` allowed) or base64. Throws for any other length. */
export function ed25519PublicKey(raw: Uint8Array | string): KeyObject {
  const bytes = typeof raw === 'string' ? (sized(decodePrefixedHex(raw), 32) ?? sized(decodeBase64(raw), 32)) : raw;
  if (bytes?.byteLength !== 32) throw new KeyRefusal('a raw ed25519 public key must have 32 bytes (64 hex characters)');
  return sound(createPublicKey({ key: Buffer.concat([ed25519Prefix, bytes]), format: 'der', type: 'spki' }));
}

/** An ECDSA public key from the hex of its compressed point (33 bytes). Throws for anything else. */
export function compressedPublicKey(curve: Curve, hex: string): KeyObject {
  const point = sized(decodeHex(hex), 33);
  if (point === undefined) throw new KeyRefusal('a compressed point must have 33 bytes (66 hex characters)');
  return createPublicKey({ key: Buffer.concat([compressedPrefixes[curve], point]), format: 'der', type: 'spki' });
}

/** Ed25519 (RFC 8032) over the parts, as if they were joined. False for a key of another kind. */
export function* ed25519Steps(key: KeyObject, parts: readonly Uint8Array[], signature: Uint8Array): Steps<boolean> {
  if (key.asymmetricKeyType !== 'ed25519' || signature.byteLength !== 64) return false;
  return yield* verifiedSteps(undefined, parts, { key }, signature);
}

/** `ed25519Steps` in one go. */
export function verifyEd25519(key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  return runAtOnce(ed25519Steps(key, [data], signature));
}

/** How an ECDSA signature is made. `encoding` is how it is written: `der`, or `raw` for r and s of 32 bytes each. */
export interface EcdsaSettings {
  curve: Curve;
  hash: SignatureHash;
  encoding: 'der' | 'raw';
}

/** ECDSA over the hash of the parts, as if they were joined. False for a key on another curve. */
export function* ecdsaSteps(
  key: KeyObject,
  parts: readonly Uint8Array[],
  signature: Uint8Array,
  { curve, hash, encoding }: EcdsaSettings,
): Steps<boolean> {
  if (key.asymmetricKeyDetails?.namedCurve !== openSslCurves[curve]) return false;
  if (encoding === 'raw' && signature.byteLength !== 64) return false;
  const dsaEncoding = encoding === 'raw' ? 'ieee-p1363' : 'der';
  return yield* verifiedSteps(hash, parts, { key, dsaEncoding }, signature);
}

/** `ecdsaSteps` in one go. */
export function verifyEcdsa(key: KeyObject, data: Uint8Array, signature: Uint8Array, settings: EcdsaSettings): boolean {
  return runAtOnce(ecdsaSteps(key, [data], signature, settings));
}

/** How an RSA signature is made: with PKCS #1 v1.5 or PSS padding (RFC 8017). */
export interface RsaSettings {
  hash: SignatureHash;
  padding: 'pkcs1' | 'pss';
}

/** RSA over the hash of the parts, as if they were joined. False for a key of another kind. */
export function* rsaSteps(
  key: KeyObject,
  parts: readonly Uint8Array[],
  signature: Uint8Array,
  { hash, padding }: RsaSettings,
): Steps<boolean> {
  if (key.asymmetricKeyType !== 'rsa') return false;
  // What this key never signed needs no hash.
  if (padding === 'pkcs1' && !isSigned(key, signature)) return false;
  const settings =
    padding === 'pkcs1'
      ? { padding: constants.RSA_PKCS1_PADDING }
      : { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return yield* verifiedSteps(hash, parts, { key, ...settings }, signature);
}

/** `rsaSteps` in one go. */
export function verifyRsa(key: KeyObject, data: Uint8Array, signature: Uint8Array, settings: RsaSettings): boolean {
  return runAtOnce(rsaSteps(key, [data], signature, settings));
}

/** What it costs to verify a signature, apart from the bytes, in the unit of `Steps`. */
export const costOfVerifying: number = 128 * 1_024;

/** Whether it is the signature; `hash` is undefined for a scheme that has its own. */
function* verifiedSteps(
  hash: SignatureHash | undefined,
  parts: readonly Uint8Array[],
  key: VerifyKeyObjectInput,
  signature: Uint8Array,
): Steps<boolean> {
  const length = lengthOf(parts);
  if (length > mostHere) {
    const isRight = yield* inThread(() => fewAtOnce(() => verifyInThread(hash, joined(parts), key, signature)));
    if (isRight !== undefined) return isRight;
  }
  const isRight = attempt(() => verify(hash, joined(parts), key, signature));
  yield costOfHash(hash ?? 'sha512', length) + costOfVerifying;
  return isRight;
}

function verifyInThread(
  hash: SignatureHash | undefined,
  data: Uint8Array,
  key: VerifyKeyObjectInput,
  signature: Uint8Array,
): Promise<boolean> {
  return new Promise((resolve) => {
    verify(hash, data, key, signature, (error, isRight) => resolve(error === null && isRight));
  });
}

/** Whether the padding is one that the key has made, whatever was signed. */
function isSigned(key: KeyObject, signature: Uint8Array): boolean {
  return attempt(() => publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature).length > 0);
}

// OpenSSL throws for some malformed signatures and says false for others: both mean that it does not verify.
function attempt(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

function sized(bytes: Buffer | undefined, length: number): Buffer | undefined {
  return bytes?.byteLength === length ? bytes : undefined;
}
