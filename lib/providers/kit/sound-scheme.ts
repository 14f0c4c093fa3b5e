import { invalidOption } from '../../errors.ts';
import { isDigest } from '../../signatures/algorithms.ts';
import type { Part, Place, Scheme } from './scheme.ts';

/** Throws `OPTION_INVALID` for a scheme that proves nothing. `name` is the provider's, for errors. */
export function assertSound(scheme: Scheme, name: string): void {
  const { algorithm, signed = [], alsoSigned = [], timestamp, id, unsignedPing, signature } = scheme;
  const refuse = (what: string, fix: string): never => {
    throw invalidOption(`${name}.scheme.${what}`, fix);
  };
  const isSent = algorithm === 'shared' || algorithm === 'basic';
  if (isSent && (signed.length > 0 || timestamp !== undefined || id !== undefined)) {
    refuse('signed', 'must be omitted, with timestamp and id: a secret that is only sent signs nothing');
  }
  if (isSent) return;
  for (const parts of [signed, ...alsoSigned]) {
    if (parts.length === 0) refuse('signed', 'must name what is signed');
    if (isDigest(algorithm) !== parts.includes('secret')) {
      refuse(
        'signed',
        'must hold "secret" for a plain hash, which anyone could compute otherwise, and for nothing else',
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
    refuse('unsignedPing.withoutHeaders', 'must not contain the signature header, which is not stored');
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
