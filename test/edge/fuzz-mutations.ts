import { gunzipSync, gzipSync } from 'node:zlib';
import { type FuzzRequest, oversizeBody } from './fuzz-request.ts';
import { bodyLimit, fuzzNow } from './fuzz-senders.ts';
import type { Random } from './random.ts';

type Mutation = (request: FuzzRequest, random: Random) => void;

const signatureHeaders = ['webhook-id', 'webhook-timestamp', 'webhook-signature', 'x-signature'];

function edit(request: FuzzRequest, name: string, change: (value: string) => string): void {
  request.headers = request.headers.map(([key, value]) => [key, key === name ? change(value) : value]);
}

/** A header that the signature stands on; one that is not there where an earlier change took all of them. */
function anySigned(request: FuzzRequest, random: Random): string {
  const there = request.headers.map(([name]) => name).filter((name) => signatureHeaders.includes(name));
  return there.length === 0 ? 'x-signature' : random.pick(there);
}

/** From here on the request proves nothing that was not signed; whether it may be taken is for `genuine` to say. */
function changeBody(request: FuzzRequest, random: Random): void {
  const { body } = request;
  const at = random.below(body.length + 1);
  const changed: Buffer[][] = [
    [body.subarray(0, at)],
    [body, random.bytes(1 + random.below(5))],
    [body.subarray(0, at), random.bytes(1), body.subarray(at)],
    [body.subarray(0, at), body],
    [
      Buffer.from(
        body.toString('latin1').replace(/\d/, (digit) => String((Number(digit) + 1) % 10)),
        'latin1',
      ),
    ],
  ];
  request.body = Buffer.concat(random.pick(changed));
  request.expect = 'any';
  if (isOverLimit(request)) request.mayClose = true;
}

/** Whether the body is over the limit, as it is sent or once it is inflated. */
function isOverLimit({ headers, body }: FuzzRequest): boolean {
  if (body.length > bodyLimit) return true;
  if (!headers.some(([name]) => name === 'content-encoding')) return false;
  try {
    // Into one buffer, as the receiver does: of a damaged stream, the buffer's size decides whether its length or its checksum is seen first.
    gunzipSync(body, { chunkSize: bodyLimit + 1, maxOutputLength: bodyLimit });
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
  }
}

const bombs = [2, 10, 40].map((times) => gzipSync(Buffer.alloc(bodyLimit * times)));

const methods = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'PURGE'];

const mutations: readonly Mutation[] = [
  changeBody,
  changeBody,
  function dropHeader(request, random) {
    const name = anySigned(request, random);
    request.headers = request.headers.filter(([key]) => key !== name);
    request.expect = 'refused';
  },
  function repeatHeader(request, random) {
    const name = anySigned(request, random);
    request.headers.push([name, request.headers.find(([key]) => key === name)?.[1] ?? '']);
    request.expect = 'any';
  },
  function garbleHeader(request, random) {
    const name = anySigned(request, random);
    edit(request, name, (value) => {
      const at = random.below(value.length + 1);
      const character = String.fromCharCode(33 + random.below(90));
      return random.pick([
        value.slice(0, at) + character + value.slice(at + 1),
        value.slice(0, at),
        value + character,
        random.hex(32),
        '',
        ' ',
        `${value} ${value}`,
        `v1,${random.hex(4)} ${value}`,
        value.toUpperCase(),
        '\u00e9'.repeat(1 + random.below(9)),
      ]);
    });
    request.expect = 'any';
  },
  function otherTime(request, random) {
    const seconds = Math.floor(fuzzNow / 1000);
    edit(request, 'webhook-timestamp', () =>
      random.pick([
        '',
        '0',
        '-1',
        '1e9',
        'NaN',
        `0x${seconds.toString(16)}`,
        `${seconds}.0`,
        '9'.repeat(30),
        ` ${seconds - 9}`,
      ]),
    );
    request.expect = 'any';
  },
  function otherTarget(request, random) {
    const { target } = request;
    request.target = random.pick([
      `${target}/`,
      `${target}//`,
      `/${target}`,
      `${target}?key=${random.hex(4)}`,
      `${target}?${'a=b&'.repeat(random.below(200))}`,
      `${target}%00`,
      `/%${random.hex(1)}${target}`,
      `${target}/../${random.hex(2)}`,
      `/./${target}`,
      target.toUpperCase(),
      `http://fuzz${target}`,
      `http://fuzz:99999${target}?`,
      `//${target}`,
      '*',
      `/${'x'.repeat(random.below(4_000))}`,
      `${target}#x`,
      `${target};x`,
    ]);
    request.expect = 'any';
  },
  function otherMethod(request, random) {
    request.method = random.pick(methods);
    request.expect = request.method === 'OPTIONS' ? 'any' : 'refused';
    request.mayClose = true;
  },
  function otherCoding(request, random) {
    request.headers.push([
      'content-encoding',
      random.pick(['gzip', 'br', 'deflate', 'gzip, gzip', 'nope', '', 'identity']),
    ]);
    request.expect = 'any';
    request.mayClose = true;
  },
  function bomb(request, random) {
    request.body = random.pick(bombs);
    request.headers.push(['content-encoding', 'gzip']);
    request.expect = 'refused';
    request.mayClose = true;
  },
  function oversize(request, random) {
    request.body = oversizeBody(random);
    request.expect = 'refused';
    request.mayClose = true;
  },
  function oddHeaders(request, random) {
    for (let count = 1 + random.below(6); count > 0; count -= 1) {
      request.headers.push([
        random.pick([
          'accept',
          'cookie',
          'content-type',
          'x-api-key',
          'authorization',
          'te',
          'upgrade',
          'expect',
          'x-y',
        ]),
        random.pick([random.hex(8), '', 'websocket', '100-continue', 'text/html; charset=utf-7', '\t', '"'.repeat(99)]),
      ]);
    }
    request.expect = 'any';
    request.mayClose = true;
  },
  function forwarded(request, random) {
    request.headers.push([
      random.pick(['x-forwarded-for', 'x-forwarded-proto', 'forwarded', 'x-real-ip', 'x-forwarded-host']),
      random.pick(['203.0.113.7', 'unknown', 'http', '::1', ',,,,', random.hex(20), '127.0.0.1, 127.0.0.1']),
    ]);
    request.expect = 'any';
    request.mayClose = true;
  },
  function wrongKey(request, random) {
    request.headers = request.headers.filter(([name]) => name !== 'x-api-key');
    request.headers.push(['x-api-key', random.pick(['', random.hex(16), 'an-api-key-that-nobody-else-know'])]);
    request.expect = 'any';
  },
];

/** Changes a right request in one way or two. */
export function mutate(request: FuzzRequest, random: Random): void {
  for (let count = random.chance(0.2) ? 2 : 1; count > 0; count -= 1) random.pick(mutations)(request, random);
  // Two changes may undo each other's reason to be refused.
  if (request.expect === 'taken') request.expect = 'any';
}
