import { isDepositCallbackError } from '../../errors.ts';
import type { Json, JsonObject } from '../../json/json.ts';
import { isJsonNumber } from '../../json/lossless-json.ts';
import { digestSteps } from '../../signatures/hash-steps.ts';
import type { Steps } from '../../signatures/steps.ts';
import { fieldOf, headerOf, queryOf, textAt } from './places.ts';
import type { Part, Scheme, SignedRequest } from './scheme.ts';

/** What parts of one callback come to: it is the same whichever key is tried. */
export type KnownPieces = Map<Part, Uint8Array | string | undefined>;

/**
 * The bytes that are signed, in pieces; undefined if a part is missing. `secret` stands in the place in which a plain digest
 * has it.
 */
export function* signedPieces(
  scheme: Scheme,
  parts: readonly Part[],
  request: SignedRequest,
  secret: Uint8Array,
  known: KnownPieces = new Map(),
): Steps<readonly Uint8Array[] | undefined> {
  const separator = Buffer.from(scheme.separator ?? '');
  const pieces: Uint8Array[] = [];
  for (const part of parts) {
    if (part !== 'secret' && !known.has(part)) known.set(part, bytesOf(part, scheme, request));
    const piece = part === 'secret' ? secret : known.get(part);
    if (piece === undefined || holdsSeparator(part, piece, scheme.separator)) return undefined;
    if (pieces.length > 0 && separator.length > 0) pieces.push(separator);
    pieces.push(typeof piece === 'string' ? Buffer.from(piece) : piece);
  }
  let hashed = pieces;
  for (const hash of scheme.prehash ?? []) hashed = [yield* digestSteps(hash, hashed)];
  return hashed;
}

/** Whether a header or parameter holds what stands between the parts: then it could end elsewhere, and the next begin. */
function holdsSeparator(part: Part, piece: Uint8Array | string, separator = ''): boolean {
  if (separator === '' || typeof piece !== 'string') return false;
  const isOpen =
    part === 'timestamp' || part === 'id' || (typeof part !== 'string' && ('header' in part || 'query' in part));
  return isOpen && piece.includes(separator);
}

function bytesOf(
  part: Exclude<Part, 'secret'>,
  scheme: Scheme,
  request: SignedRequest,
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
  } catch (error) {
    if (isDepositCallbackError(error) && error.code === 'BODY_TOO_LARGE') throw error;
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
