import { hash } from 'node:crypto';
import type { VerifyingKey } from '../../signatures/algorithms.ts';
import { equalBytes } from '../../signatures/constant-time.ts';
import { decodeBase64 } from '../../signatures/decode.ts';
import { signaturesAt } from './places.ts';
import type { Scheme, SignedRequest } from './scheme.ts';

/** Where callbacks carry the secret itself, for a scheme that signs nothing. */
export interface SecretPlace {
  /** Lower-case name. */
  header?: string;
  /** Name of a parameter of the URL. */
  query?: string;
}

/** How a scheme that sends the secret itself is checked against a digest, once the secret is no longer at hand. */
export interface SentSecret<K = VerifyingKey> extends SecretPlace {
  /** SHA-256, hex, of the secret that a callback carries; undefined if it carries none. */
  digestOf(request: SignedRequest): string | undefined;
  hasDigest(key: K, digest: string): boolean;
}

/** Undefined for a scheme that signs, and for a secret in the body, which is stored with it. */
export function sentSecretOf({ algorithm, signature }: Scheme): SentSecret | undefined {
  if ((algorithm !== 'shared' && algorithm !== 'basic') || 'bodyField' in signature) return undefined;
  return {
    ...('header' in signature ? { header: signature.header } : { query: signature.query }),
    digestOf(request) {
      const [text] = signaturesAt(request, signature);
      return text === undefined ? undefined : hash('sha256', sentSecret(algorithm, text));
    },
    hasDigest: ({ bytes }, digest) => equalBytes(Buffer.from(hash('sha256', bytes)), Buffer.from(digest)),
  };
}

/** The secret in what was sent: as it stands, or within HTTP basic authentication. */
export function sentSecret(algorithm: 'shared' | 'basic', text: string): Buffer | string {
  if (algorithm === 'shared') return text;
  return decodeBase64(/^basic +(.+)$/i.exec(text)?.[1] ?? '') ?? '';
}
