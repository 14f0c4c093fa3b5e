import { DepositCallbackError } from '../errors.ts';
import { rfc3339Time } from '../util/rfc3339.ts';
import { isJsonNumber, type Json, type JsonObject } from './lossless-json.ts';

export { type Json, type JsonNumber, type JsonObject, parseJson } from './lossless-json.ts';

// Readers of a body: `text(body, 'data.transaction.hash')` goes down the keys of the path, and throws BODY_UNREADABLE,
// with the path and never the value, if it does not find what it looks for. A path of '' is the value itself. For the
// optional ones, null is the same as absent.

/**
 * Returns the value under the keys, or undefined if one of them is missing. Inherited properties are not seen.
 *
 * @example
 * member(content, 'data', 'transaction', 'hash')
 */
export function member(json: Json | undefined, ...keys: readonly string[]): Json | undefined {
  return walk(json, keys);
}

function walk(json: Json | undefined, keys: readonly string[]): Json | undefined {
  let found = json;
  for (const key of keys) {
    if (!isObject(found) || !Object.hasOwn(found, key)) return undefined;
    found = found[key];
  }
  return found;
}

/**
 * Reads an object at a path. Throws `BODY_UNREADABLE`, as all readers here do: it names the path and never the value.
 */
export function object(json: Json | undefined, path: string): JsonObject {
  const found = at(json, path);
  if (!isObject(found)) throw unreadable(path, 'an object');
  return found;
}

/** Reads an object; undefined if it is absent or `null`. */
export function optionalObject(json: Json | undefined, path: string): JsonObject | undefined {
  return isAbsent(json, path) ? undefined : object(json, path);
}

/** Reads an array. */
export function array(json: Json | undefined, path: string): readonly Json[] {
  const found = at(json, path);
  if (!Array.isArray(found)) throw unreadable(path, 'an array');
  return found;
}

/** Reads an array; empty if it is absent or `null`. */
export function optionalArray(json: Json | undefined, path: string): readonly Json[] {
  return isAbsent(json, path) ? [] : array(json, path);
}

/**
 * Reads a non-empty string.
 *
 * @example
 * text(content, 'data.transaction.hash')
 */
export function text(json: Json | undefined, path: string): string {
  const found = at(json, path);
  if (typeof found !== 'string' || found === '') throw unreadable(path, 'a string');
  return found;
}

/** Reads a string; undefined if it is absent, `null` or empty. */
export function optionalText(json: Json | undefined, path: string): string | undefined {
  return isAbsent(json, path) || at(json, path) === '' ? undefined : text(json, path);
}

/**
 * Reads the exact digits of a number or a numeric string: for amounts and block numbers, which may exceed `number`.
 */
export function numberText(json: Json | undefined, path: string): string {
  const found = at(json, path);
  if (typeof found === 'number') return String(found);
  if (found !== undefined && isJsonNumber(found)) return found.text;
  if (typeof found === 'string' && found !== '') return found;
  throw unreadable(path, 'a number or a numeric string');
}

/** Reads the exact digits of a number or a numeric string; undefined if it is absent, `null` or empty. */
export function optionalNumberText(json: Json | undefined, path: string): string | undefined {
  return isAbsent(json, path) || at(json, path) === '' ? undefined : numberText(json, path);
}

/**
 * Reads a small count, such as confirmations or epoch seconds: an integer, or a string of one, of at most 15 digits.
 */
export function integer(json: Json | undefined, path: string): number {
  const found = at(json, path);
  const digits = typeof found === 'number' ? String(found) : found;
  if (typeof digits !== 'string' || !/^-?\d{1,15}$/.test(digits)) throw unreadable(path, 'a small integer');
  return Number(digits);
}

/** Reads a small integer; undefined if it is absent or `null`. */
export function optionalInteger(json: Json | undefined, path: string): number | undefined {
  return isAbsent(json, path) ? undefined : integer(json, path);
}

/** Reads `true` or `false`. */
export function boolean(json: Json | undefined, path: string): boolean {
  const found = at(json, path);
  if (typeof found !== 'boolean') throw unreadable(path, 'true or false');
  return found;
}

/** Reads `true` or `false`; undefined if it is absent or `null`. */
export function optionalBoolean(json: Json | undefined, path: string): boolean | undefined {
  return isAbsent(json, path) ? undefined : boolean(json, path);
}

/** Reads an RFC 3339 time as epoch ms. A time without a zone is refused, since its zone is unknown. */
export function isoTime(json: Json | undefined, path: string): number {
  const found = at(json, path);
  const time = typeof found === 'string' ? rfc3339Time(found) : undefined;
  if (time === undefined) throw unreadable(path, 'an RFC 3339 time');
  return time;
}

/** Reads an RFC 3339 time as epoch ms; undefined if it is absent or `null`. */
export function optionalIsoTime(json: Json | undefined, path: string): number | undefined {
  return isAbsent(json, path) ? undefined : isoTime(json, path);
}

/**
 * The fields of an `application/x-www-form-urlencoded` body or of a query, as an object that the readers above read.
 *
 * They are decoded as the URL Standard says: a `%` that begins no escape stands for itself, and what is not UTF-8 becomes U+FFFD, so
 * that a comment with a broken escape costs nothing else. Throws `BODY_UNREADABLE` for a field that stands twice, for the
 * field `__proto__`, and for more than 1000 fields.
 */
export function formFields(bytes: Uint8Array | string): JsonObject {
  const written = Buffer.from(bytes);
  const fields = new Map<string, string>();
  for (const pair of pairsIn(written)) {
    if (pair.length === 0) continue;
    const end = pair.indexOf('=');
    const name = formText(end < 0 ? pair : pair.subarray(0, end));
    if (name === '__proto__' || fields.has(name)) throw unreadable('', 'a form without duplicate fields');
    fields.set(name, end < 0 ? '' : formText(pair.subarray(end + 1)));
  }
  return Object.fromEntries(fields);
}

function pairsIn(written: Buffer): readonly Buffer[] {
  const pairs: Buffer[] = [];
  for (let at = 0; at <= written.length; ) {
    if (pairs.length === mostFields) throw unreadable('', `a form of at most ${mostFields} fields`);
    const next = written.indexOf('&', at);
    const end = next < 0 ? written.length : next;
    pairs.push(written.subarray(at, end));
    at = end + 1;
  }
  return pairs;
}

/** Anybody may send a form, and it is read before its signature is known. */
const mostFields = 1_000;
const percent = 0x25;
const plus = 0x2b;
const space = 0x20;

function formText(written: Uint8Array): string {
  const bytes = Buffer.allocUnsafe(written.length);
  let length = 0;
  for (let at = 0; at < written.length; at += 1) {
    const byte = written[at];
    const escaped = byte === percent ? 16 * digitAt(written, at + 1) + digitAt(written, at + 2) : Number.NaN;
    if (Number.isNaN(escaped)) bytes[length] = byte === plus ? space : (byte ?? 0);
    else {
      bytes[length] = escaped;
      at += 2;
    }
    length += 1;
  }
  return bytes.toString('utf8', 0, length);
}

/** The value of a hexadecimal digit; NaN if there is none. */
function digitAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at] ?? 0;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : Number.NaN;
}

// Paths are literals of the readers, so they are few; splitting one costs as much as walking it.
const keysOf = new Map<string, readonly string[]>();

function at(json: Json | undefined, path: string): Json | undefined {
  if (path === '') return json;
  let keys = keysOf.get(path);
  if (keys === undefined) {
    keys = path.split('.');
    keysOf.set(path, keys);
  }
  return walk(json, keys);
}

function isAbsent(json: Json | undefined, path: string): boolean {
  const found = at(json, path);
  return found === undefined || found === null;
}

function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json) && !isJsonNumber(json);
}

function unreadable(path: string, wanted: string): DepositCallbackError {
  const where = path === '' ? 'The body' : `The field ${path} of the body`;
  return new DepositCallbackError('BODY_UNREADABLE', `${where} is not ${wanted}`);
}
