import { type Json, member, optionalNumberText } from '../../json/json.ts';
import { rfc3339Time } from '../../util/rfc3339.ts';
import type { Place, SignaturePlace, SignedRequest, TimeUnit } from './scheme.ts';

/** The text in a place; undefined if there is nothing there. */
export function textAt(request: SignedRequest, place: Place): string | undefined {
  if ('from' in place) return place.from(request);
  if ('header' in place)
    return place.field === undefined ? headerOf(request, place.header) : pairsAt(request, place)[0];
  if ('query' in place) return queryOf(request, place.query);
  return fieldOf(request, place.bodyField);
}

/** Of those in one header. No sender has more keys at once, and each costs a stranger little and us a computation. */
const mostSignatures = 16;

/** The signatures in their place, without their prefix; at most 16. */
export function signaturesAt(request: SignedRequest, place: SignaturePlace): readonly string[] {
  const texts = 'header' in place && place.field !== undefined ? pairsAt(request, place) : listAt(request, place);
  const { prefix = '', prefixOptional = false } = place;
  return texts
    .filter((text) => prefixOptional || text.startsWith(prefix))
    .map((text) => (text.startsWith(prefix) ? text.slice(prefix.length) : text))
    .filter((text) => text !== '')
    .slice(0, mostSignatures);
}

function listAt(request: SignedRequest, place: SignaturePlace): readonly string[] {
  const text = textAt(request, place);
  if (text === undefined) return [];
  return place.list === undefined ? [text] : text.split(place.list).map((one) => one.trim());
}

// `t=1,v1=a,v1=b`: a name may stand several times.
function pairsAt(request: SignedRequest, { header, field }: { header: string; field?: string }): readonly string[] {
  const pairs = (headerOf(request, header) ?? '').split(',').map((pair) => pair.trim());
  return pairs.filter((pair) => pair.startsWith(`${field}=`)).map((pair) => pair.slice(`${field}=`.length));
}

export function headerOf({ headers }: SignedRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function queryOf({ url }: SignedRequest, name: string): string | undefined {
  const start = url.indexOf('?');
  if (start < 0) return undefined;
  const values = new URLSearchParams(url.slice(start + 1)).getAll(name);
  // Twice is ambiguous: one server may sign the first, another read the last.
  return values.length === 1 && values[0] !== '' ? values[0] : undefined;
}

/** The text of a field, or of a number as it was sent. */
export function fieldOf(request: SignedRequest, path: string): string | undefined {
  const fields = request.fields();
  if (fields === undefined) return undefined;
  return scalarText(member(fields, ...path.split('.')));
}

/** A text, or a number as it was sent; undefined for anything else and for an empty text. */
export function scalarText(found: Json | undefined): string | undefined {
  if (found === undefined || found === null || typeof found === 'boolean') return undefined;
  try {
    return optionalNumberText(found, '');
  } catch {
    return undefined;
  }
}

/** Epoch ms of a time as it was sent; undefined if it is not one. */
export function timeOf(text: string, unit: TimeUnit): number | undefined {
  switch (unit) {
    case 's':
    case 'ms':
    case 'auto': {
      if (!/^\d{1,16}$/.test(text)) return undefined;
      const isSeconds = unit === 's' || (unit === 'auto' && text.length < 12);
      return isSeconds ? Number(text) * 1_000 : Number(text);
    }
    case 'iso':
      return rfc3339Time(text, 'utc');
    case 'http':
      return / GMT$/.test(text) ? finite(Date.parse(text)) : undefined;
  }
}

/** A time as the provider writes it, for `sign`. */
export function writeTime(now: number, unit: TimeUnit): string {
  switch (unit) {
    case 's':
    case 'auto':
      return String(Math.floor(now / 1_000));
    case 'ms':
      return String(now);
    case 'iso':
      return new Date(now).toISOString();
    case 'http':
      return new Date(now).toUTCString();
  }
}

function finite(time: number): number | undefined {
  return Number.isFinite(time) ? time : undefined;
}
