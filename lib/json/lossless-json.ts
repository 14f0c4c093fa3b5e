import { isUtf8 } from 'node:buffer';
import { visit } from 'jsonc-parser';
import { DepositCallbackError } from '../errors.ts';

/** A JSON value without loss: each number keeps its text, and no key occurs twice. */
export type Json = null | boolean | string | number | JsonNumber | readonly Json[] | JsonObject;

/** A JSON object, without the key `__proto__`. */
export interface JsonObject {
  readonly [key: string]: Json;
}

// A symbol cannot come out of JSON, so no body can pass an object off as one of these.
const lossless: unique symbol = Symbol('lossless number');

/** A number that JavaScript would write differently (`1.10`, `-0`, 30 digits), as its exact text. */
export interface JsonNumber {
  readonly [lossless]: true;
  readonly text: string;
}

export interface JsonLimits {
  /** Maximum depth of nested arrays and objects. Default 64. */
  depth?: number;
  /** How many items and members its arrays and objects may have together. Default 50000, or one for each 16 bytes if that is more. */
  members?: number;
}

const mostDepth = 64;
const mostMembers = 50_000;
// Batches of 8 MiB have one for each 30 bytes or more.
const bytesPerMember = 16;

/**
 * Parses a body without losing anything. Throws `JSON_INVALID` for invalid UTF-8, a byte order mark, text that is not
 * JSON (RFC 8259), a key that stands twice in one object, the key `__proto__`, and what is nested too deeply or has too many members.
 */
export function parseJson(bytes: Uint8Array, limits: JsonLimits = {}): Json {
  if (!isUtf8(bytes)) throw invalid('not UTF-8');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  if (text.startsWith('\uFEFF')) throw invalid('preceded by a byte order mark');
  const { depth = mostDepth, members = Math.max(mostMembers, bytes.byteLength / bytesPerMember) } = limits;
  if (hasMoreCommas(bytes, members)) throw tooMany();
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('not JSON');
  }
  assertWithin(value, depth, { members });
  return isFaithful(value, text) ? value : parseLossless(text, members);
}

/**
 * Whether the native parse lost nothing. Writing the value gives the text again only if no key stood twice (one of
 * them would be missing) and each number writes itself as it was sent.
 */
function isFaithful(value: Json, text: string): boolean {
  if (text.includes('__proto__')) return false;
  const written = JSON.stringify(value);
  return written === text || written === text.replace(spaceOutsideStrings, '$1');
}

const spaceOutsideStrings = /("[^"\\]*(?:\\.[^"\\]*)*")|[ \t\r\n]+/g;

const comma = 0x2c;

/** Before anything is made of it: the native parse alone takes long over an object of so many keys. */
function hasMoreCommas(bytes: Uint8Array, most: number): boolean {
  if (bytes.length <= most) return false;
  let commas = 0;
  for (let at = 0; at < bytes.length && commas <= most; at += 1) if (bytes[at] === comma) commas += 1;
  return commas > most;
}

function assertWithin(value: Json, depth: number, left: { members: number }): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth === 0) throw invalid('nested too deeply');
  const items: readonly Json[] = Array.isArray(value) ? value : Object.values(value);
  left.members -= items.length;
  if (left.members < 0) throw tooMany();
  for (const item of items) assertWithin(item, depth - 1, left);
}

/** Walks text that is known to be JSON and keeps what the native parse would lose. */
function parseLossless(text: string, members: number): Json {
  const root: Json[] = [];
  const open: (Json[] | Map<string, Json>)[] = [root];
  const keys: string[] = [];
  let added = 0;

  function add(value: Json): void {
    added += 1;
    // Of a key that stands twice the native parse kept one, so it has not counted all; the root is no member.
    if (added > members + 1) throw tooMany();
    const parent = open.at(-1);
    if (Array.isArray(parent)) parent.push(value);
    else parent?.set(keys.pop() ?? '', value);
  }

  visit(
    text,
    {
      onObjectBegin: () => void open.push(new Map()),
      onObjectProperty: (key) => {
        const parent = open.at(-1);
        if (key === '__proto__') throw invalid('an object with the key __proto__');
        if (parent instanceof Map && parent.has(key)) throw invalid('an object with a duplicate key');
        keys.push(key);
      },
      onObjectEnd: () => add(Object.fromEntries(open.pop() as Map<string, Json>)),
      onArrayBegin: () => void open.push([]),
      onArrayEnd: () => add(open.pop() as Json[]),
      onLiteralValue: (value: Json, offset, length) =>
        add(typeof value === 'number' ? numberOf(text.slice(offset, offset + length)) : value),
      onError: () => {
        throw invalid('not JSON');
      },
    },
    { disallowComments: true, allowTrailingComma: false },
  );
  return root[0] ?? null;
}

function numberOf(text: string): number | JsonNumber {
  const value = Number(text);
  return JSON.stringify(value) === text ? value : { [lossless]: true, text };
}

/** Whether `value` is a number that is kept as its text. */
export function isJsonNumber(value: Json): value is JsonNumber {
  return typeof value === 'object' && value !== null && lossless in value;
}

function tooMany(): DepositCallbackError {
  return invalid('an object or array with too many members');
}

function invalid(what: string): DepositCallbackError {
  return new DepositCallbackError('JSON_INVALID', `The body is ${what}`);
}
