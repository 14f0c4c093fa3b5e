import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { fitsOne } from './algorithms.ts';
import { ed25519PublicKey } from './asymmetric.ts';
import { decodeBase64, decodeBase64Key } from './decode.ts';
import { hmac, hmacKey } from './hmac.ts';
import { wantedKeyBytes } from './key-length.ts';
import { KeyRefusal } from './key-refusal.ts';
import type { Key } from './key-ring.ts';
import type { Steps } from './steps.ts';

// The Standard Webhooks specification: https://github.com/standard-webhooks/standard-webhooks
// Signed are `id.timestamp.body`; `v1` is HMAC-SHA256 with the secret `whsec_...`, `v1a` is ed25519 with the keys
// `whsk_...` (secret) and `whpk_...` (public), all base64.

export interface StandardWebhooksKey {
  version: 'v1' | 'v1a';
  key: KeyObject;
}

export interface StandardWebhooksHeaders {
  id: string;
  /** Epoch seconds, as text. */
  timestamp: string;
  /** One or more of `version,base64`, separated by spaces. */
  signature: string;
}

/** Of one header: no sender has more keys at once. */
const mostSignatures = 16;

/** A key to verify with: `whsec_` and base64 (or the base64 alone), or `whpk_` and base64. Throws for anything else. */
export function standardWebhooksKey(secret: string): StandardWebhooksKey {
  if (secret.startsWith('whpk_')) return { version: 'v1a', key: ed25519PublicKey(secret.slice(5)) };
  if (secret.startsWith('whsk_')) throw new KeyRefusal('it is a signing key; give the public key, whpk_...');
  const bytes = decodeBase64Key(secret.startsWith('whsec_') ? secret.slice(6) : secret);
  if (bytes === undefined) throw new KeyRefusal('it must be whsec_ and base64, or whpk_ and base64');
  if (bytes.length < wantedKeyBytes) {
    const fix = 'make one with `deposit-callback keygen`';
    throw new KeyRefusal(
      `it has ${bytes.length} bytes, and Standard Webhooks asks for ${wantedKeyBytes} to 64; ${fix}`,
    );
  }
  return { version: 'v1', key: hmacKey(bytes) };
}

/**
 * The key that one of the signatures matches; undefined when none does. Unknown versions are passed over. Of `v1a` signatures
 * as many are tried as `fitsOne` tries.
 */
export function* fittingKey(
  headers: StandardWebhooksHeaders,
  body: Uint8Array,
  keys: readonly Key<StandardWebhooksKey>[],
): Steps<Key<StandardWebhooksKey> | undefined> {
  const prefix = Buffer.from(`${headers.id}.${headers.timestamp}.`);
  const signatures = headers.signature.split(' ', mostSignatures).map(parseSignature);
  const parts = [prefix, body];
  for (const key of keys) {
    const { version } = key.value;
    const candidates = signatures.flatMap((one) => (one.version === version ? (one.bytes ?? []) : []));
    if (candidates.length === 0) continue;
    if (yield* fitsOne(algorithms[version], key.value, parts, candidates)) return key;
  }
  return undefined;
}

const algorithms = { v1: 'hmac-sha256', v1a: 'ed25519' } as const;

/** One signature, `v1,...` or `v1a,...`: for the sending side. `secret` is `whsec_...` or `whsk_...`. Throws for anything else. */
export function standardWebhooksSignature(secret: string, id: string, timestamp: string, body: Uint8Array): string {
  const prefix = `${id}.${timestamp}.`;
  if (secret.startsWith('whsk_')) {
    const signed = Buffer.concat([Buffer.from(prefix), body]);
    return `v1a,${sign(null, signed, ed25519PrivateKey(secret.slice(5))).toString('base64')}`;
  }
  const { version, key } = standardWebhooksKey(secret);
  if (version !== 'v1') throw new TypeError('Signing requires whsec_... or whsk_...');
  return `v1,${hmac('sha256', key, prefix, body).toString('base64')}`;
}

/** A new pair of ed25519 keys: `whsk_...` for the sender alone, `whpk_...` for receivers. */
export function newStandardWebhooksPair(): { secret: string; public: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  // The last 32 bytes of both encodings (RFC 8410) are the seed and the point.
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  return {
    secret: `whsk_${Buffer.concat([seed, point]).toString('base64')}`,
    public: `whpk_${point.toString('base64')}`,
  };
}

// PKCS #8 up to the 32 bytes of the seed (RFC 8410).
const ed25519PrivatePrefix = Buffer.from('302e020100300506032b657004220420', 'hex');

function ed25519PrivateKey(base64: string): KeyObject {
  const bytes = decodeBase64(base64);
  // The reference libraries write seed and public key one after the other, 64 bytes.
  if (bytes === undefined || (bytes.length !== 32 && bytes.length !== 64))
    throw new TypeError('whsk_ wants 32 or 64 bytes');
  return createPrivateKey({
    key: Buffer.concat([ed25519PrivatePrefix, bytes.subarray(0, 32)]),
    format: 'der',
    type: 'pkcs8',
  });
}

function parseSignature(text: string): { version: string; bytes: Buffer | undefined } {
  const comma = text.indexOf(',');
  return { version: text.slice(0, Math.max(0, comma)), bytes: decodeBase64(text.slice(comma + 1)) };
}
