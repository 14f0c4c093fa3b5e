import { gzipSync } from 'node:zlib';
import type { Provider } from '../../lib/providers/kit/provider.ts';
import type { SentCallback } from '../../lib/testing/provider-cases/sending.ts';
import type { Captured } from './targets.ts';

// The requests that cost most of those that anybody can send: as large as they may be, in the shapes that parsers, writers and
// hashes take longest over, signed by nobody or with what was captured of another callback.

/** A request, by its shape. */
export interface WorstRequest {
  shape: string;
  sent: SentCallback;
  /** Of the body, inflated. */
  bytes: number;
}

/** Bodies of what may be taken apart before trust are at most so long. */
const unprovenBytes = 32_768;
/** All headers of a request: Node's own limit is 16 KiB. */
const headerBytes = 12_000;

export function worstRequests(provider: Provider, captured: readonly Captured[]): readonly WorstRequest[] {
  const limit = provider.bodyBytes ?? 2 ** 20;
  return captured.flatMap((one) => {
    const base = provider.signs === 'bytes' ? one.sent : spoiled(one);
    if (base.method === 'GET' || base.body.length === 0) return longUrls(base);
    return [
      ...[limit, unprovenBytes].flatMap((bytes) => [...shaped(base, bytes), ...withSignatures(base, one, bytes)]),
      ...(provider.name === 'chainup-custody' ? [repeated(one.sent)] : []),
      ...(provider.inflate ? [compressed(base, limit)] : []),
    ];
  });
}

const join = (sent: SentCallback, query: string): string => `${sent.url}${sent.url.includes('?') ? '&' : '?'}${query}`;

function longUrls(base: SentCallback): WorstRequest[] {
  const queries = { text: 'a', escapes: '%41', parameters: 'a=1&', broken: '%' };
  return Object.entries(queries).map(([shape, unit]) => ({
    shape: `a URL of ${shape}`,
    bytes: 0,
    sent: { ...base, url: join(base, `zz=${filled(unit, headerBytes)}`) },
  }));
}

/** With another signature: one character of it is changed. */
function spoiled({ sent, resigned }: Captured): SentCallback {
  const headers = Object.entries(sent.headers).map(([name, value]) => [name, changed(value, resigned.headers[name])]);
  const [body, other] = [sent.body.toString('latin1'), resigned.body.toString('latin1')];
  return {
    ...sent,
    headers: Object.fromEntries(headers) as Record<string, string>,
    url: changed(sent.url, resigned.url),
    body: Buffer.from(changed(body, other), 'latin1'),
  };
}

function changed(text: string, other = text): string {
  const at = [...text].findIndex((character, index) => character !== other[index]);
  return at < 0 ? text : `${text.slice(0, at)}${text[at] === '1' ? '2' : '1'}${text.slice(at + 1)}`;
}

function shaped(base: SentCallback, bytes: number): WorstRequest[] {
  const text = base.body.toString('latin1').trimEnd();
  const room = bytes - base.body.length - 16;
  const isForm = base.headers['content-type']?.includes('form') === true;
  const shapes = Object.entries(isForm ? formShapes : jsonShapes);
  const chosen = bytes > unprovenBytes ? shapes.filter(([shape]) => largeShapes.has(shape)) : shapes;
  const bodies = chosen.map(([shape, make]) => {
    const filler = Buffer.from(make(room));
    const parts = isForm
      ? [text, '&', filler]
      : text.endsWith(']')
        ? [text.slice(0, -1), ',', filler, ']']
        : ['{"zz":', filler, ',', text.slice(1)];
    return [
      shape,
      Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part))),
    ] as const;
  });
  return bodies.map(([shape, body]) => ({ shape: `${bytes >> 10} KiB of ${shape}`, bytes, sent: { ...base, body } }));
}

/** Nothing of a larger body is to be parsed: if it were, these would show it. */
const largeShapes = new Set(['text', 'members with numbers written otherwise', 'many deep lists', 'escapes', 'fields']);

/** Without a signature, and with as many as the headers hold. */
function withSignatures(base: SentCallback, { sent, resigned }: Captured, bytes: number): WorstRequest[] {
  const [plain] = shaped(base, bytes);
  if (plain === undefined) return [];
  const isSigned = (name: string): boolean => sent.headers[name] !== (resigned.headers[name] ?? '');
  const signedHeaders = Math.max(1, Object.keys(sent.headers).filter(isSigned).length);
  const rewritten = (make: (value: string) => string | undefined): Record<string, string> =>
    Object.fromEntries(
      Object.entries(base.headers).flatMap(([name, value]) => {
        const made = isSigned(name) ? make(value) : value;
        return made === undefined ? [] : [[name, made]];
      }),
    );
  const made = (shape: string, make: (value: string) => string | undefined): WorstRequest => ({
    ...plain,
    shape: `${plain.shape}, ${shape}`,
    sent: { ...plain.sent, headers: rewritten(make) },
  });
  return [
    made('unsigned', () => undefined),
    ...[' ', ','].map((mark) =>
      made(`signatures with "${mark}" between`, (value) =>
        filled(`${value}${mark}`, headerBytes / signedHeaders).slice(0, -1),
      ),
    ),
  ];
}

/** What was captured, sealed block after sealed block, as often as it fits. */
function repeated(sent: SentCallback): WorstRequest {
  const [head = '', data = ''] = sent.body.toString().split('data=');
  const blocks = Buffer.from(data, 'base64url');
  const bytes = unprovenBytes;
  const times = Math.floor((bytes * 0.74) / blocks.length);
  const body = `${head}data=${Buffer.concat(Array(times).fill(blocks)).toString('base64url')}`;
  return { shape: 'captured blocks', bytes, sent: { ...sent, body: Buffer.from(body) } };
}

function compressed(base: SentCallback, limit: number): WorstRequest {
  const headers = { ...base.headers, 'content-encoding': 'gzip' };
  return { shape: 'a gzip bomb', bytes: limit, sent: { ...base, headers, body: gzipSync(Buffer.alloc(limit, 'a')) } };
}

function filled(unit: string, bytes: number): string {
  return unit.repeat(Math.max(1, Math.floor(bytes / Buffer.byteLength(unit))));
}

/** As many items as parsers take before trust, or after it, each as long as fits; `item` gets its index and its length. */
function many(bytes: number, item: (index: number, length: number) => string): string {
  const most = bytes <= unprovenBytes ? 440 : Math.max(50_000, bytes / 16) - 3_000;
  const length = Math.max(12, Math.floor(bytes / most) - 1);
  return Array.from({ length: Math.floor(bytes / (length + 1)) }, (_, index) => item(index, length)).join(',');
}

const key = (index: number, length: number): string => `"${String((index * 7_919) % 1_000_003).padStart(length, 'k')}"`;

const jsonShapes: Readonly<Record<string, (bytes: number) => string>> = {
  text: (bytes) => `"${filled('a', bytes - 2)}"`,
  'two-byte letters': (bytes) => `"${filled('\u00e9', bytes - 2)}"`,
  'line separators': (bytes) => `"${filled('\u2028', bytes - 2)}"`,
  slashes: (bytes) => `"${filled('/', bytes - 2)}"`,
  escapes: (bytes) => ` "${filled('\\u0061', bytes - 3)}"`,
  quotes: (bytes) => ` "${filled('\\"', bytes - 3)}"`,
  digits: (bytes) => filled('9', bytes),
  numbers: (bytes) => `[${many(bytes - 2, (_, length) => filled('1', Math.min(15, length)))}]`,
  'numbers written otherwise': (bytes) => `[ ${many(bytes - 3, (_, length) => `1.${filled('0', length - 2)}`)}]`,
  members: (bytes) => `{${many(bytes - 2, (index, length) => `${key(index, length - 4)}:1`)}}`,
  'members with texts': (bytes) => `{${many(bytes - 2, (index, length) => `${key(index, length - 7)}:"/"`)}}`,
  'members with numbers written otherwise': (bytes) =>
    `{${many(bytes - 2, (index, length) => `${key(index, length - 6)}:1.0`)}}`,
  'one member again and again': (bytes) => `{${many(bytes - 2, (_, length) => `"a":1.${filled('0', length - 6)}`)}}`,
  'deep lists': (bytes) => `[${filled(`${'['.repeat(60)}${']'.repeat(60)},`, Math.min(bytes - 3, 900))}1]`,
  'many deep lists': (bytes) => `[${filled(`${'['.repeat(60)}1.0${']'.repeat(60)},`, bytes - 3)}1]`,
  'objects with objects': (bytes) => `[${filled('{"a":{"b":[]}}'.padEnd(63).concat(','), bytes - 3)}1]`,
  brackets: (bytes) => filled('[', bytes),
};

const formShapes: Readonly<Record<string, (bytes: number) => string>> = {
  text: (bytes) => `zz=${filled('a', bytes - 3)}`,
  escapes: (bytes) => `zz=${filled('%41', bytes - 3)}`,
  pluses: (bytes) => `zz=${filled('+', bytes - 3)}`,
  fields: (bytes) =>
    Array.from({ length: 900 }, (_, index) => `f${index}=${filled('%41', bytes / 900 - 8)}`)
      .join('&')
      .slice(0, bytes),
  ampersands: (bytes) => filled('&', bytes),
};
