import { DepositCallbackError } from '../../errors.ts';
import type { Json, JsonObject } from '../../json/json.ts';
import { isJsonNumber } from '../../json/lossless-json.ts';
import type { BodyFormOption } from './body-form.ts';
import { fieldOf } from './places.ts';
import type { SignedForm } from './provider.ts';
import type { Part, Place, Scheme, SignedRequest } from './scheme.ts';

/** How far the parts of one reading of a scheme reach. */
type Reach = 'all' | 'rewritten' | 'fields' | 'told';

export function signedFormOf(scheme: Scheme, form: BodyFormOption): SignedForm {
  if (scheme.algorithm === 'shared' || scheme.algorithm === 'basic') return 'nothing';
  return reaches(scheme, form).every((reach) => reach === 'all') ? 'bytes' : 'content';
}

/** Whether all that is read follows from the parts, so that the scheme need not say with `content` what the reader is given. */
export function tellsContent(scheme: Scheme, form: BodyFormOption): boolean {
  if (scheme.content !== undefined || signedFormOf(scheme, form) !== 'content') return true;
  const [first, ...others] = reaches(scheme, form);
  if (first === 'told' || others.some((reach) => reach !== first && reach !== 'all')) return false;
  return first !== 'fields' || (others.length === 0 && !canBeCut(scheme));
}

/** Whether two fields stand side by side with nothing between them: then where one ends is not signed. */
function canBeCut({ signed = [], separator = '' }: Scheme): boolean {
  if (separator !== '') return false;
  return signed.some((part, index) => isOpen(part) && isOpen(signed[index + 1]));
}

function isOpen(part: Part | undefined): boolean {
  if (part === undefined || part === 'secret') return false;
  return typeof part === 'string' || !('literal' in part) || part.literal === '';
}

function reaches(scheme: Scheme, form: BodyFormOption): readonly Reach[] {
  return [scheme.signed ?? [], ...(scheme.alsoSigned ?? [])].map((parts) => reachOf(parts, form));
}

function reachOf(parts: readonly Part[], form: BodyFormOption): Reach {
  const isByUrl = form === 'query' || (typeof form === 'function' && !parts.includes('body'));
  if (isByUrl ? form === 'query' && parts.includes('url') : parts.includes('body')) {
    return typeof form !== 'function' || parts.includes('url') ? 'all' : 'told';
  }
  if (parts.includes('sortedBody')) return 'rewritten';
  return parts.some((part) => typeof part !== 'string' && 'from' in part) ? 'told' : 'fields';
}

/** What the reader is given: the callback if its bytes are signed, else the signed part of it. */
export function signedContent(scheme: Scheme, form: BodyFormOption): (request: SignedRequest) => Json {
  const { content } = scheme;
  if (content !== undefined) return (request) => content(request) ?? unclear();
  if (signedFormOf(scheme, form) !== 'content') return (request) => request.content();
  if (reaches(scheme, form).includes('rewritten')) return (request) => asJavaScript(request.content());
  return (request) => pickedFields(scheme, form, request);
}

function unclear(): never {
  throw new DepositCallbackError('BODY_UNREADABLE', 'What is signed of the body can be read in two ways');
}

/** Numbers as JavaScript takes them, which is what a text that it wrote says; what is too large for it, it writes as null. */
export function asJavaScript(json: Json): Json {
  if (isJsonNumber(json)) {
    const value = Number(json.text);
    return Number.isFinite(value) ? value + 0 : null;
  }
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map(asJavaScript);
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, asJavaScript(value)]));
}

/** Whether a number stands in it that JavaScript would write otherwise: a signature over what it writes does not cover it. */
export function hasOtherNumbers(json: Json): boolean {
  if (isJsonNumber(json)) return true;
  if (typeof json !== 'object' || json === null) return false;
  return Object.values(json).some(hasOtherNumbers);
}

// The fields that are signed, each as a text: `1` and `"1"` are signed alike. One that holds what stands between two could be cut.
function pickedFields(scheme: Scheme, form: BodyFormOption, request: SignedRequest): Json {
  const picked: Record<string, unknown> = {};
  const paths = signedFields(scheme, form);
  const between = dividers(scheme);
  for (const path of paths) {
    const value = fieldOf(request, path);
    if (value === undefined) continue;
    if (paths.length > 1 && between.some((divider) => value.includes(divider))) unclear();
    put(picked, path.split('.'), value);
  }
  return picked as JsonObject;
}

function dividers({ signed = [], separator = '' }: Scheme): readonly string[] {
  const literals = signed.flatMap((part) => (typeof part !== 'string' && 'literal' in part ? [part.literal] : []));
  return [separator, ...literals].filter((divider) => divider !== '');
}

function signedFields(scheme: Scheme, form: BodyFormOption): readonly string[] {
  return (scheme.signed ?? []).flatMap((part) => {
    const place: Place | Part | undefined =
      part === 'timestamp' ? scheme.timestamp : part === 'id' ? scheme.id : typeof part === 'string' ? undefined : part;
    if (place === undefined || typeof place === 'string') return [];
    if ('bodyField' in place) return [place.bodyField];
    return form === 'query' && 'query' in place ? [place.query] : [];
  });
}

function put(into: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: string): void {
  if (rest.length === 0) {
    into[key] = value;
    return;
  }
  const inner = into[key] ?? {};
  into[key] = inner;
  if (typeof inner === 'object') put(inner as Record<string, unknown>, rest, value);
}
