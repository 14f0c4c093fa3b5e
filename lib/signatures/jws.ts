import type { KeyObject } from 'node:crypto';
import { ecdsaSteps, ed25519Steps, rsaSteps } from './asymmetric.ts';
import { decodeBase64Url } from './decode.ts';
import { runAtOnce, type Steps } from './steps.ts';

/** Algorithms of RFC 7518 and RFC 8037 that providers sign with; symmetric ones and `none` are left out on purpose. */
export type JwsAlgorithm = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'ES256' | 'ES256K' | 'EdDSA';

export interface JwsHeader {
  alg: string;
  /** Names the key; said by the sender, so it only chooses among keys that are trusted already. */
  kid?: string;
}

interface Parts {
  header: JwsHeader;
  /** Header and payload as they were signed: base64url with a dot between. */
  signed: (payload: string) => Buffer;
  payload: string;
  signature: Buffer;
}

/** The protected header of a compact JWS, detached or not; undefined if it is malformed. Proves nothing. */
export function readJwsHeader(jws: string): JwsHeader | undefined {
  return parse(jws)?.header;
}

/**
 * Whether a detached JWS (RFC 7515 appendix F: `header..signature`) signs exactly these bytes with the pinned algorithm. The
 * header must name that algorithm, but never chooses one; a header with `crit` is refused, as nothing is understood.
 */
export function* detachedJwsSteps(
  jws: string,
  body: Uint8Array,
  key: KeyObject,
  algorithm: JwsAlgorithm,
): Steps<boolean> {
  const parts = parse(jws);
  if (parts === undefined || parts.payload !== '' || parts.header.alg !== algorithm) return false;
  return yield* verifiedSteps(yield* signedParts(parts, body), parts.signature, key, algorithm);
}

/** Header and payload as they were signed: a third more than the body. */
function* signedParts({ signed }: Parts, body: Uint8Array): Steps<readonly Uint8Array[]> {
  const all = [signed('')];
  for (let at = 0; at < body.length; at += pieceBytes) {
    const piece = body.subarray(at, at + pieceBytes);
    all.push(Buffer.from(base64Url(piece), 'latin1'));
    yield piece.length;
  }
  return all;
}

function base64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}

// Three bytes are four characters.
const pieceBytes = 3 * 65_536;

/** `detachedJwsSteps` in one go. */
export function verifyDetachedJws(jws: string, body: Uint8Array, key: KeyObject, algorithm: JwsAlgorithm): boolean {
  return runAtOnce(detachedJwsSteps(jws, body, key, algorithm));
}

/** The payload of a compact JWS that verifies with the pinned algorithm; undefined if it does not. */
export function verifyCompactJws(jws: string, key: KeyObject, algorithm: JwsAlgorithm): Buffer | undefined {
  const parts = parse(jws);
  if (parts === undefined || parts.payload === '' || parts.header.alg !== algorithm) return undefined;
  const payload = decodeBase64Url(parts.payload);
  const signed = parts.signed(parts.payload);
  const isRight = payload !== undefined && runAtOnce(verifiedSteps([signed], parts.signature, key, algorithm));
  return isRight ? payload : undefined;
}

function verifiedSteps(
  signed: readonly Uint8Array[],
  signature: Uint8Array,
  key: KeyObject,
  algorithm: JwsAlgorithm,
): Steps<boolean> {
  switch (algorithm) {
    case 'RS256':
      return rsaSteps(key, signed, signature, { hash: 'sha256', padding: 'pkcs1' });
    case 'RS384':
      return rsaSteps(key, signed, signature, { hash: 'sha384', padding: 'pkcs1' });
    case 'RS512':
      return rsaSteps(key, signed, signature, { hash: 'sha512', padding: 'pkcs1' });
    case 'PS256':
      return rsaSteps(key, signed, signature, { hash: 'sha256', padding: 'pss' });
    case 'ES256':
      return ecdsaSteps(key, signed, signature, { curve: 'P-256', hash: 'sha256', encoding: 'raw' });
    case 'ES256K':
      return ecdsaSteps(key, signed, signature, { curve: 'secp256k1', hash: 'sha256', encoding: 'raw' });
    case 'EdDSA':
      return ed25519Steps(key, signed, signature);
  }
}

function parse(jws: string): Parts | undefined {
  const [protectedHeader, payload, signatureText, ...more] = jws.split('.');
  if (!protectedHeader || payload === undefined || !signatureText || more.length > 0) return undefined;
  const header = readHeader(decodeBase64Url(protectedHeader));
  const signature = decodeBase64Url(signatureText);
  if (header === undefined || signature === undefined) return undefined;
  return { header, payload, signature, signed: (text) => Buffer.from(`${protectedHeader}.${text}`, 'latin1') };
}

function readHeader(bytes: Buffer | undefined): JwsHeader | undefined {
  let value: unknown;
  try {
    value = JSON.parse(bytes?.toString('utf8') ?? '');
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || 'crit' in value) return undefined;
  if (!('alg' in value) || typeof value.alg !== 'string') return undefined;
  if ('b64' in value && value.b64 !== true) return undefined;
  return 'kid' in value && typeof value.kid === 'string' ? { alg: value.alg, kid: value.kid } : { alg: value.alg };
}
