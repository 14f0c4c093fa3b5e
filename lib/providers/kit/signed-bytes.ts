import type { Json, JsonObject } from '../../json/json.ts';
import { isJsonNumber } from '../../json/lossless-json.ts';
import { digestOf } from '../../signatures/algorithms.ts';
import { fieldOf, headerOf, queryOf, textAt } from './places.ts';
import type { Part, Scheme, SignedRequest } from './scheme.ts';

/**
 * The bytes that are signed; undefined if a part is missing. `secret` stands in the place in which a plain digest has
 * it.
 */
export function signedBytes(
  scheme: Scheme,
  parts: readonly Part[],
  request: SignedRequest,
  secret: Uint8Array,
): Buffer | undefined {
  const separator = Buffer.from(scheme.separator ?? '');
  const pieces: Uint8Array[] = [];
  for (const part of parts) {
    const piece = bytesOf(part, scheme, request, secret);
    if (piece === undefined || holdsSeparator(part, piece, scheme.separator)) return undefined;
    if (pieces.length > 0 && separator.length > 0) pieces.push(separator);
    pieces.push(typeof piece === 'string' ? Buffer.from(piece) : piece);
  }
  return (scheme.prehash ?? []).reduce<Buffer>((data, hash) => digestOf(hash, data), Buffer.concat(pieces));
}

/** Whether a header or parameter holds what stands between the parts: then it could end elsewhere, and the next begin. */
function holdsSeparator(part: Part, piece: Uint8Array | string, separator = ''): boolean {
  if (separator === '' || typeof piece !== 'string') return false;
  const isOpen =
    part === 'timestamp' || part === 'id' || (typeof part !== 'string' && ('header' in part || 'query' in part));
  return isOpen && piece.includes(separator);
}

function bytesOf(
  part: Part,
  scheme: Scheme,
  request: SignedRequest,
  secret: Uint8Array,
): Uint8Array | string | undefined {
  switch (part) {
    case 'body':
      return request.body;
    case 'sortedBody':
      return sortedBody(request);
    case 'method':
      return request.method;
    case 'url':
      return request.url;
    case 'timestamp':
      return scheme.timestamp && textAt(request, scheme.timestamp);
    case 'id':
      return scheme.id && textAt(request, scheme.id);
    case 'secret':
      return secret;
  }
  if ('literal' in part) return part.literal;
  if ('header' in part) return headerOf(request, part.header);
  if ('query' in part) return queryOf(request, part.query);
  if ('bodyField' in part) return fieldOf(request, part.bodyField);
  return part.from(request);
}

function sortedBody(request: SignedRequest): string | undefined {
  try {
    return compactJson(request.content(), true);
  } catch {
    return undefined;
  }
}

/** JSON without blanks, numbers as JavaScript writes them: what `JSON.stringify(JSON.parse(text))` gives a sender. */
export function compactJson(json: Json, isSorted: boolean): string {
  if (isJsonNumber(json)) return JSON.stringify(Number(json.text));
  if (Array.isArray(json)) return `[${json.map((item: Json) => compactJson(item, isSorted)).join(',')}]`;
  if (typeof json !== 'object' || json === null) return JSON.stringify(json);
  const members = json as JsonObject;
  const keys = isSorted ? Object.keys(members).sort() : Object.keys(members);
  return `{${keys.map((key) => `${JSON.stringify(key)}:${compactJson(members[key] ?? null, isSorted)}`).join(',')}}`;
}
