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
import { runAtOnce, type Steps } from '../../signatures/steps.ts';
import type { BodyFormOption } from './body-form.ts';
import { signaturesAt, textAt, timeOf } from './places.ts';
import type { Sign, SignedForm, Verified } from './provider.ts';
import type { Part, Place, Scheme, SignedRequest } from './scheme.ts';
import { signingOf } from './scheme-signing.ts';
import { type SentSecret, sentSecret, sentSecretOf } from './sent-secret.ts';
import { type KnownPieces, signedPieces } from './signed-bytes.ts';
import { signedContent, signedFormOf, tellsContent } from './signed-content.ts';
import { type UnprovenLimits, type UnprovenRequest, unprovenLimits } from './signed-request.ts';
import { assertSound } from './sound-scheme.ts';

/** What a scheme comes to: the parts of a provider that it fixes. */
export interface DeclaredScheme {
  prepare(secret: string): VerifyingKey;
  verify(request: UnprovenRequest, keys: readonly Key<VerifyingKey>[]): Steps<Verified>;
  sign: Sign;
  /** Whether an inbound callback is one that came unsigned and must not be read. */
  isUnsignedPing(request: SignedRequest): boolean;
  content(request: SignedRequest): Json;
  signs: SignedForm;
  sentSecret: SentSecret | undefined;
  /** Headers without which a stored callback could not be distinguished from a ping. */
  keptHeaders: readonly string[];
  unproven: UnprovenLimits;
}

/** A scheme that was checked, with what is made of it once. */
interface Declared {
  readonly scheme: Scheme;
  /** The provider's, for errors. */
  readonly name: string;
  readonly keyForm: KeyForm;
  /** What may be signed, each tried in turn. */
  readonly alternatives: readonly (readonly Part[])[];
  readonly signs: SignedForm;
  /** What of a body is written again or taken apart before its signature is known. */
  readonly unproven: UnprovenLimits;
}

/** Throws `OPTION_INVALID` for a scheme that proves nothing. `name` is the provider's, for errors. */
export function declaredScheme(scheme: Scheme, name: string, form: BodyFormOption = 'json'): DeclaredScheme {
  assertSound(scheme, name);
  if (!tellsContent(scheme, form)) {
    throw invalidOption(
      `${name}.scheme.content`,
      'must say what of the callback is signed, since the parts do not tell: they hold a function, or fields side by side without a separator',
    );
  }
  const declared: Declared = {
    scheme,
    name,
    keyForm: keyFormOf(scheme),
    alternatives: [scheme.signed ?? [], ...(scheme.alsoSigned ?? [])],
    signs: signedFormOf(scheme, form),
    unproven: {
      bytes: scheme.rewrittenBytes ?? unprovenLimits.bytes,
      members: scheme.rewrittenMembers ?? unprovenLimits.members,
    },
  };
  return {
    prepare: (secret) => prepare(declared, secret),
    verify: (request, keys) => verify(declared, request, keys),
    isUnsignedPing: (request) => isUnsignedPing(scheme, request),
    content: signedContent(scheme, form),
    signs: declared.signs,
    sentSecret: sentSecretOf(scheme),
    keptHeaders: scheme.unsignedPing?.withoutHeaders ?? [],
    unproven: declared.unproven,
    sign: signingOf(scheme, form, (request, secret) => signatureBytes(declared, request, secret)),
  };
}

function prepare({ scheme, keyForm }: Declared, secret: string): VerifyingKey {
  const text = withoutPrefix(secret, scheme.keyPrefix);
  const { algorithm } = scheme;
  if (algorithm !== 'shared' && algorithm !== 'basic') return verifyingKey(algorithm, text, keyForm);
  const bytes = secretBytes(text, 'utf8');
  return { bytes, key: hmacKey(bytes) };
}

function* verify(declared: Declared, request: UnprovenRequest, keys: readonly Key<VerifyingKey>[]): Steps<Verified> {
  const { scheme, name, alternatives, unproven } = declared;
  if (alternatives.every((parts) => isTooLong(declared, request, parts))) {
    throw new DepositCallbackError(
      'BODY_TOO_LARGE',
      `${name}: the body is longer than the ${unproven.bytes} bytes of a callback`,
    );
  }
  const texts = signaturesAt(request, scheme.signature);
  if (texts.length === 0) {
    if (isUnsignedPing(scheme, request)) return {};
    throw new DepositCallbackError('SIGNATURE_MISSING', `${name}: no signature in ${describePlace(scheme.signature)}`);
  }
  // One within the body is looked for when the body is known to be signed.
  if (scheme.timestamp !== undefined && !('bodyField' in scheme.timestamp)) timestampIn(declared, request);
  const key = yield* signerOf(declared, request, keys, texts);
  if (key === undefined) throw notSigned(declared);
  request.trust();
  // The time is looked at after the signature: an unsigned one proves nothing.
  const timestamp = timestampIn(declared, request);
  const signedAt = scheme.timestamp && timeOf(timestamp ?? '', scheme.timestamp.unit);
  if (scheme.timestamp !== undefined && signedAt === undefined) throw notSigned(declared);
  const deliveryId = scheme.id && textAt(request, scheme.id);
  return {
    keyId: key.id,
    ...(deliveryId === undefined ? {} : { deliveryId }),
    ...(signedAt === undefined ? {} : { signedAt }),
  };
}

function notSigned({ scheme, name }: Declared): DepositCallbackError {
  const message = `${name}: no active secret matches ${describePlace(scheme.signature)}`;
  return new DepositCallbackError('SIGNATURE_INVALID', message);
}

/** Undefined if the scheme has no time. Throws for a callback without one. */
function timestampIn({ scheme, name }: Declared, request: SignedRequest): string | undefined {
  if (scheme.timestamp === undefined) return undefined;
  const timestamp = textAt(request, scheme.timestamp);
  if (timestamp !== undefined) return timestamp;
  throw new DepositCallbackError('SIGNATURE_MISSING', `${name}: no timestamp in ${describePlace(scheme.timestamp)}`);
}

// Anybody may send a body: what is not over the bytes is made from it before its signature is known.
function isTooLong({ signs, unproven }: Declared, { body }: SignedRequest, parts: readonly Part[]): boolean {
  return signs === 'content' && body.length > unproven.bytes && !parts.includes('body');
}

function* signerOf(
  declared: Declared,
  request: SignedRequest,
  keys: readonly Key<VerifyingKey>[],
  texts: readonly string[],
): Steps<Key<VerifyingKey> | undefined> {
  const known: KnownPieces = new Map();
  for (const key of candidates(declared.scheme, request, keys)) {
    if (yield* isSignedBy(declared, key.value, request, texts, known)) return key;
  }
  return undefined;
}

function candidates(
  scheme: Scheme,
  request: SignedRequest,
  keys: readonly Key<VerifyingKey>[],
): readonly Key<VerifyingKey>[] {
  const named = scheme.keyId && textAt(request, scheme.keyId);
  const known = keys.filter(({ id }) => id === named);
  return known.length > 0 ? known : keys;
}

function* isSignedBy(
  declared: Declared,
  key: VerifyingKey,
  request: SignedRequest,
  texts: readonly string[],
  known: KnownPieces,
): Steps<boolean> {
  const { scheme, alternatives } = declared;
  const { algorithm } = scheme;
  if (algorithm === 'shared' || algorithm === 'basic') {
    return texts.some((text) => equalBytes(Buffer.from(sentSecret(algorithm, text)), key.bytes));
  }
  const signatures = texts.flatMap((text) => decodeSignature(text, scheme) ?? []);
  if (signatures.length === 0) return false;
  for (const parts of alternatives) {
    if (isTooLong(declared, request, parts)) continue;
    const pieces = yield* signedPieces(scheme, parts, request, key.bytes, known);
    if (pieces !== undefined && (yield* fitsOne(algorithm, key, pieces, signatures))) return true;
  }
  return false;
}

function isUnsignedPing({ unsignedPing = {} }: Scheme, request: SignedRequest): boolean {
  const { methods = [], withoutHeaders = [], bodyBytes = 4_096 } = unsignedPing;
  if (request.body.length > bodyBytes) return false;
  if (methods.includes(request.method)) return true;
  return withoutHeaders.length > 0 && withoutHeaders.every((header) => request.headers[header] === undefined);
}

/** What stands in the place of the signature, for `sign`. */
function signatureBytes({ scheme, name, keyForm }: Declared, request: SignedRequest, secret: string): Buffer {
  const text = withoutPrefix(secret, scheme.keyPrefix);
  const { algorithm } = scheme;
  if (algorithm === 'shared' || algorithm === 'basic') return Buffer.from(text);
  const bytes = isMac(algorithm) || isDigest(algorithm) ? secretBytes(text, keyForm) : Buffer.alloc(0);
  const pieces = runAtOnce(signedPieces(scheme, scheme.signed ?? [], request, bytes));
  if (pieces === undefined) throw new TypeError(`${name}: a part that is signed is missing`);
  return signatureOf(algorithm, text, keyForm, pieces);
}

function keyFormOf({ algorithm, keyForm }: Scheme): KeyForm {
  if (keyForm !== undefined) return keyForm;
  if (algorithm === 'shared' || algorithm === 'basic') return 'utf8';
  return isMac(algorithm) || isDigest(algorithm) ? 'utf8' : 'spki';
}

function withoutPrefix(secret: string, prefix = ''): string {
  return secret.startsWith(prefix) ? secret.slice(prefix.length) : secret;
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

function describePlace(place: Place): string {
  if ('header' in place)
    return place.field === undefined ? `the header ${place.header}` : `${place.field} of the header ${place.header}`;
  if ('query' in place) return `the parameter ${place.query} of the URL`;
  return 'bodyField' in place ? `the field ${place.bodyField} of the body` : 'its place';
}
