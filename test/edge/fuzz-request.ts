import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { signCallback } from '../../lib/testing/sign-callback.ts';
import { callbackBody } from '../helpers/deposits.ts';
import { bodyLimit, fuzzNow, makeSenders } from './fuzz-senders.ts';
import type { Random } from './random.ts';

/** One request of a fuzz run, and what may be answered. */
export interface FuzzRequest {
  method: string;
  target: string;
  /** In order, names as they are written; a name may come twice. */
  headers: [name: string, value: string][];
  body: Buffer;
  chunked: boolean;
  /** `taken`: rightly signed and whole, so 200. `refused`: 4xx. `any`: whatever is ours to give. */
  expect: 'taken' | 'refused' | 'any';
  /** Whether the answer may end the connection. */
  mayClose: boolean;
  /** What the receiver may rightly take: provider, delivery id, hash of the body. */
  genuine?: string;
}

const senders = makeSenders();

/** A callback as an honest sender makes it, with a body that may be nonsense. */
export function honestRequest(random: Random): FuzzRequest {
  const { provider, secret, headers } = random.pick(senders);
  const id = `msg_${random.hex(12)}`;
  const body = random.chance(0.5) ? goodBody(random) : oddBody(random);
  const signed = signCallback(provider, { secret, body, id, now: fuzzNow });
  const request: FuzzRequest = {
    method: 'POST',
    target: provider.path,
    headers: Object.entries({ ...signed.headers, ...headers }),
    body,
    chunked: random.chance(0.3),
    expect: 'taken',
    mayClose: false,
    genuine: genuineKey(provider.name, id, body),
  };
  if (provider.inflate && random.chance(0.5)) {
    request.body = gzipSync(body, { level: 1 });
    request.headers.push(['content-encoding', random.pick(['gzip', 'GZIP', 'x-gzip'])]);
  }
  return request;
}

function genuineKey(provider: string, id: string, body: Buffer): string {
  const hash = createHash('sha256').update(body).digest('hex');
  return `${provider} ${provider === 'inflating' ? '' : id} ${hash}`;
}

function goodBody(random: Random): Buffer {
  return Buffer.from(JSON.stringify(callbackBody({ hash: `0x${random.hex(32)}`, block: `0x${random.hex(32)}` })));
}

/** What an authentic sender should never send, and may. */
function oddBody(random: Random): Buffer {
  const good = goodBody(random);
  const text = good.toString();
  switch (random.below(8)) {
    case 0:
      return random.bytes(1 + random.below(200));
    case 1:
      return good.subarray(0, 1 + random.below(good.length));
    case 2:
      return Buffer.from(text.replace(/"(\w+)":/, (_, name: string) => `"${name}":1,"${name}":`));
    case 3:
      return Buffer.from(`${'['.repeat(random.below(9_000))}${random.hex(2)}`);
    case 4:
      return Buffer.from(text.replace('{', `{"${random.pick(['__proto__', 'constructor', 'toString'])}":{"x":1},`));
    case 5:
      return Buffer.from(replaceValue(random, text));
    case 6:
      return Buffer.concat([good, random.bytes(1 + random.below(4))]);
    default: {
      const flipped = Buffer.from(good);
      const at = random.below(flipped.length);
      flipped[at] = random.below(256);
      return flipped;
    }
  }
}

const oddValues = [
  'null',
  'true',
  '[]',
  '{}',
  '""',
  '-1',
  '0',
  '1e309',
  '1e-9',
  '1.5',
  '-0',
  '123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890',
  '"\\ud800"',
  '"\\u0000"',
  '"0x"',
  '"log:99999999999999999999"',
  '"9999-12-31T23:59:59Z"',
  '"eip155:0"',
  '"eip155:1/erc20:0x"',
  '[[[[1]]]]',
  '{"a":{"b":{}}}',
];

function replaceValue(random: Random, text: string): string {
  const values = [...text.matchAll(/:("[^"]*"|-?\d+|null)/g)];
  const found = random.pick(values);
  const at = (found.index ?? 0) + 1;
  const value = random.chance(0.2) ? JSON.stringify('x'.repeat(random.below(20_000))) : random.pick(oddValues);
  return `${text.slice(0, at)}${value}${text.slice(at + (found[1]?.length ?? 0))}`;
}

/** The bytes of the head, and of the body cut into the chunks that it is sent in. */
export function writeRequest(random: Random, request: FuzzRequest): Buffer {
  const { method, target, body, chunked } = request;
  const framing: [string, string][] = chunked
    ? [['transfer-encoding', 'chunked']]
    : [['content-length', String(body.length)]];
  const lines = [...request.headers, ...framing].map(([name, value]) => `${name}: ${value}\r\n`);
  const head = Buffer.from(`${method} ${target} HTTP/1.1\r\nhost: fuzz\r\n${lines.join('')}\r\n`, 'latin1');
  return Buffer.concat([head, chunked ? writeChunks(random, body) : body]);
}

function writeChunks(random: Random, body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const size = 1 + random.below(random.chance(0.2) ? 8 : body.length);
    const chunk = body.subarray(at, at + size);
    const extension = random.chance(0.05) ? `;${random.hex(2)}=${random.hex(3)}` : '';
    parts.push(Buffer.from(`${chunk.length.toString(16)}${extension}\r\n`), chunk, Buffer.from('\r\n'));
    at += chunk.length;
  }
  const trailer = random.chance(0.1) ? `x-trailer: ${random.hex(4)}\r\n` : '';
  return Buffer.concat([...parts, Buffer.from(`0\r\n${trailer}\r\n`)]);
}

/** A body over the limit, or one that inflates beyond it. */
export function oversizeBody(random: Random): Buffer {
  return Buffer.alloc(bodyLimit + 1 + random.below(bodyLimit), 'x');
}
