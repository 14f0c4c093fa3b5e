import { DepositCallbackError, invalidOption } from '../../errors.ts';
import type { Json } from '../../json/json.ts';
import {
  fitsOne,
  isDigest,
  isMac,
  type KeyForm,
  secretBytes,
  signatureOf,
  type VerifyingKey,
  verifyingKey,
} from '../../signatures/algorithms.ts';
import { equalBytes } from '../../signatures/constant-time.ts';
import { decodeBase64, decodeBase64Url, decodeHex } from '../../signatures/decode.ts';
import { hmacKey } from '../../signatures/hmac.ts';
import type { Key } from '../../signatures/key-ring.ts';
import type { BodyFormOption } from './body-form.ts';
import { signaturesAt, textAt, timeOf } from './places.ts';
import type { Sign, SignedForm, Verified } from './provider.ts';
import type { Part, Place, Scheme, SignedRequest } from './scheme.ts';
import { signingOf } from './scheme-signing.ts';
import { signedBytes } from './signed-bytes.ts';
import { signedContent, signedFormOf, tellsContent } from './signed-content.ts';

/** What a scheme comes to: the parts of a provider that it fixes. */
export interface DeclaredScheme {
  prepare(secret: string): VerifyingKey;
  verify(request: SignedRequest, keys: readonly Key<VerifyingKey>[]): Verified;
  sign: Sign;
  /** Whether an inbound callback is one that came unsigned and must not be read. */
  isUnsignedPing(request: SignedRequest): boolean;
  content(request: SignedRequest): Json;
  signs: SignedForm;
  /** Headers without which a stored callback could not be told from a ping. */
  keptHeaders: readonly string[];
}

/** Throws `OPTION_INVALID` for a scheme that proves nothing. `name` is the provider's, for errors. */
export function declaredScheme(scheme: Scheme, name: string, form: BodyFormOption = 'json'): DeclaredScheme {
  assertSound(scheme, name);
  const keyForm = keyFormOf(scheme);
  const alternatives = [scheme.signed ?? [], ...(scheme.alsoSigned ?? [])];
  if (!tellsContent(scheme, form)) {
    throw invalidOption(
      `${name}.scheme.content`,
      'must say what of the callback is signed, since the parts do not tell: they hold a function, or fields side by side without a separator',
    );
  }
  const signs = signedFormOf(scheme, form);
  const longest = scheme.rewrittenBytes ?? 65_536;
  // Anybody may send a body: what is not over the bytes is made from it before its signature is known.
  const isTooLong = ({ body }: SignedRequest, parts: readonly Part[]): boolean =>
    signs === 'content' && body.length > longest && !parts.includes('body');

  function verify(request: SignedRequest, keys: readonly Key<VerifyingKey>[]): Verified {
    if (alternatives.every((parts) => isTooLong(request, parts))) {
      throw new DepositCallbackError(
        'BODY_TOO_LARGE',
        `${name}: the body is longer than the ${longest} bytes of a callback`,
      );
    }
    const texts = signaturesAt(request, scheme.signature);
    if (texts.length === 0) {
      if (isUnsignedPing(request)) return {};
      throw new DepositCallbackError(
        'SIGNATURE_MISSING',
        `${name}: no signature stands in ${describePlace(scheme.signature)}`,
      );
    }
    const timestamp = scheme.timestamp && textAt(request, scheme.timestamp);
    if (scheme.timestamp !== undefined && timestamp === undefined) {
      throw new DepositCallbackError(
        'SIGNATURE_MISSING',
        `${name}: no time stands in ${describePlace(scheme.timestamp)}`,
      );
    }
    const key = candidates(request, keys).find(({ value }) => isSignedBy(value, request, texts));
    const signedAt = scheme.timestamp && timeOf(timestamp ?? '', scheme.timestamp.unit);
    // The time is looked at after the signature: an unsigned one proves nothing.
    if (key === undefined || (scheme.timestamp !== undefined && signedAt === undefined)) {
      throw new DepositCallbackError(
        'SIGNATURE_INVALID',
        `${name}: no active secret fits ${describePlace(scheme.signature)}`,
      );
    }
    const deliveryId = scheme.id && textAt(request, scheme.id);
    return {
      keyId: key.id,
      ...(deliveryId === undefined ? {} : { deliveryId }),
      ...(signedAt === undefined ? {} : { signedAt }),
    };
  }

  function candidates(request: SignedRequest, keys: readonly Key<VerifyingKey>[]): readonly Key<VerifyingKey>[] {
    const named = scheme.keyId && textAt(request, scheme.keyId);
    const known = keys.filter(({ id }) => id === named);
    return known.length > 0 ? known : keys;
  }

  function isSignedBy(key: VerifyingKey, request: SignedRequest, texts: readonly string[]): boolean {
    const { algorithm } = scheme;
    if (algorithm === 'shared' || algorithm === 'basic') {
      return texts.some((text) => equalBytes(Buffer.from(sentSecret(algorithm, text)), key.bytes));
    }
    const signatures = texts.flatMap((text) => decodeSignature(text, scheme) ?? []);
    if (signatures.length === 0) return false;
    return alternatives.some((parts) => {
      if (isTooLong(request, parts)) return false;
      const data = signedBytes(scheme, parts, request, key.bytes);
      return data !== undefined && fitsOne(algorithm, key, data, signatures);
    });
  }

  function isUnsignedPing(request: SignedRequest): boolean {
    const { methods = [], withoutHeaders = [], bodyBytes = 4_096 } = scheme.unsignedPing ?? {};
    if (request.body.length > bodyBytes) return false;
    if (methods.includes(request.method)) return true;
    return withoutHeaders.length > 0 && withoutHeaders.every((header) => request.headers[header] === undefined);
  }

  return {
    prepare(secret) {
      const text = withoutPrefix(secret, scheme.keyPrefix);
      const { algorithm } = scheme;
      if (algorithm !== 'shared' && algorithm !== 'basic') return verifyingKey(algorithm, text, keyForm);
      const bytes = secretBytes(text, 'utf8');
      return { bytes, key: hmacKey(bytes) };
    },
    verify,
    isUnsignedPing,
    content: signedContent(scheme, form),
    signs,
    keptHeaders: scheme.unsignedPing?.withoutHeaders ?? [],
    sign: signingOf(scheme, form, (request, secret) => {
      const text = withoutPrefix(secret, scheme.keyPrefix);
      const { algorithm } = scheme;
      if (algorithm === 'shared' || algorithm === 'basic') return Buffer.from(text);
      const bytes = isMac(algorithm) || isDigest(algorithm) ? secretBytes(text, keyForm) : Buffer.alloc(0);
      const data = signedBytes(scheme, scheme.signed ?? [], request, bytes);
      if (data === undefined) throw new TypeError(`${name}: a part that is signed is missing`);
      return signatureOf(algorithm, text, keyForm, data);
    }),
  };
}

function keyFormOf({ algorithm, keyForm }: Scheme): KeyForm {
  if (keyForm !== undefined) return keyForm;
  if (algorithm === 'shared' || algorithm === 'basic') return 'utf8';
  return isMac(algorithm) || isDigest(algorithm) ? 'utf8' : 'spki';
}

function withoutPrefix(secret: string, prefix = ''): string {
  return secret.startsWith(prefix) ? secret.slice(prefix.length) : secret;
}

function sentSecret(algorithm: 'shared' | 'basic', text: string): Buffer | string {
  if (algorithm === 'shared') return text;
  return decodeBase64(/^basic +(.+)$/i.exec(text)?.[1] ?? '') ?? '';
}

function decodeSignature(text: string, { encoding = 'hex' }: Scheme): Buffer | undefined {
  switch (encoding) {
    case 'hex':
      return decodeHex(text);
    case '0xhex':
      return text.startsWith('0x') ? decodeHex(text.slice(2)) : undefined;
    case 'base64':
      return decodeBase64(text);
    case 'base64url':
      return decodeBase64Url(text);
  }
}

function assertSound(scheme: Scheme, name: string): void {
  const { algorithm, signed = [], alsoSigned = [], timestamp, id, unsignedPing, signature } = scheme;
  const refuse = (what: string, fix: string): never => {
    throw invalidOption(`${name}.scheme.${what}`, fix);
  };
  const isSent = algorithm === 'shared' || algorithm === 'basic';
  if (isSent && (signed.length > 0 || timestamp !== undefined || id !== undefined)) {
    refuse('signed', 'must be left out, with timestamp and id: a secret that is only sent signs nothing');
  }
  if (isSent) return;
  for (const parts of [signed, ...alsoSigned]) {
    if (parts.length === 0) refuse('signed', 'must name what is signed');
    if (isDigest(algorithm) !== parts.includes('secret')) {
      refuse(
        'signed',
        'must hold "secret" for a plain hash, with which anybody could sign otherwise, and for nothing else',
      );
    }
    if (timestamp !== undefined && !covers(parts, 'timestamp', timestamp))
      refuse('timestamp', 'must be signed: put "timestamp" into signed');
    if (id !== undefined && !covers(parts, 'id', id)) refuse('id', 'must be signed: put "id" into signed');
  }
  const isSignedHeader = (header: string): boolean =>
    signed.some((part) => typeof part !== 'string' && 'header' in part && part.header === header) ||
    (timestamp !== undefined && 'header' in timestamp && timestamp.header === header);
  if (unsignedPing?.withoutHeaders?.some((header) => !isSignedHeader(header))) {
    refuse('unsignedPing.withoutHeaders', 'must name signed headers, so that nothing signed looks like a ping');
  }
  if ('header' in signature && unsignedPing?.withoutHeaders?.includes(signature.header)) {
    refuse('unsignedPing.withoutHeaders', 'must not hold the header of the signature, which is not stored');
  }
}

function covers(parts: readonly Part[], name: 'timestamp' | 'id', place: Place): boolean {
  if (parts.includes(name) || 'from' in place) return true;
  if ('bodyField' in place && (parts.includes('body') || parts.includes('sortedBody'))) return true;
  if ('query' in place && parts.includes('url')) return true;
  return parts.some((part) => {
    if (typeof part === 'string') return false;
    if ('from' in part) return true;
    if ('header' in part && 'header' in place) return part.header === place.header;
    if ('query' in part && 'query' in place) return part.query === place.query;
    return 'bodyField' in part && 'bodyField' in place && part.bodyField === place.bodyField;
  });
}

function describePlace(place: Place): string {
  if ('header' in place)
    return place.field === undefined ? `the header ${place.header}` : `${place.field} of the header ${place.header}`;
  if ('query' in place) return `the parameter ${place.query} of the URL`;
  return 'bodyField' in place ? `the field ${place.bodyField} of the body` : 'its place';
}
