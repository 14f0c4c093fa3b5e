import { type Json, member } from '../../json/json.ts';
import { isJsonNumber } from '../../json/lossless-json.ts';
import { rfc3339Time } from '../../util/rfc3339.ts';

// 2001-09-09 in ms; in seconds it is the year 33658.
const leastMs = 1e12;

/**
 * Epoch ms of a time in a body: RFC 3339 text, or epoch seconds or milliseconds, as a number or its text. Undefined if it is missing
 * or none of these: a time only orders what is said, so one that cannot be read never costs the row.
 */
export function eventTime(json: Json | undefined, ...keys: readonly string[]): number | undefined {
  const found = member(json, ...keys);
  const text = found !== undefined && isJsonNumber(found) ? found.text : found;
  if (typeof text === 'number') return epochMs(text);
  if (typeof text !== 'string') return undefined;
  return /^\d{9,13}$/.test(text) ? epochMs(Number(text)) : rfc3339Time(text);
}

function epochMs(count: number): number | undefined {
  if (!Number.isSafeInteger(count) || count <= 0) return undefined;
  return count < leastMs ? count * 1_000 : count;
}
