import { mutate } from './fuzz-mutations.ts';
import { type FuzzRequest, honestRequest, writeRequest } from './fuzz-request.ts';
import { type Random, seeded } from './random.ts';

/** What is sent over one connection, all of it fixed by the seed. */
export interface Session {
  seed: number;
  kind: 'framed' | 'broken' | 'aborted' | 'stalled';
  /** Which of the two servers: bare `node:http`, or an Express app. */
  server: 0 | 1;
  requests: readonly FuzzRequest[];
  /** Written one after the other, each in a turn of its own. */
  writes: readonly Buffer[];
  /** What the sender does after the last write. */
  after: 'wait' | 'half-close' | 'destroy';
  /** Whether a forwarding header is sent, so that "the proxy is not configured" (503) is ours to give. */
  forwards: boolean;
}

export function makeSession(seed: number): Session {
  const random = seeded(seed);
  const kind = chooseKind(random);
  const requests = makeRequests(random, 1 + random.below(kind === 'framed' ? 24 : 3));
  // In front of a server that is another's, its own answers count too.
  const server = random.chance(0.8) ? 0 : 1;
  if (server === 1) for (const request of requests) request.target = prefixed(request.target);
  const whole = Buffer.concat(requests.map((request) => writeRequest(random, request)));
  const bytes = kind === 'broken' ? breakBytes(random, whole) : kind === 'framed' ? whole : cut(random, whole);
  return {
    seed,
    kind,
    server,
    requests,
    writes: split(random, bytes),
    after: afterOf(random, kind),
    forwards: /\r\n(x-forwarded|forwarded|x-real-ip)/i.test(bytes.toString('latin1')),
  };
}

/** One that may end the connection comes last: what is behind it would not be read. */
function makeRequests(random: Random, count: number): FuzzRequest[] {
  const requests: FuzzRequest[] = [];
  while (requests.length < count && requests.at(-1)?.mayClose !== true) {
    const request = honestRequest(random);
    if (!random.chance(0.25)) mutate(request, random);
    if (!request.mayClose || requests.length === count - 1 || random.chance(0.2)) requests.push(request);
  }
  return requests;
}

function chooseKind(random: Random): Session['kind'] {
  const roll = random.below(1_000);
  if (roll < 550) return 'framed';
  if (roll < 800) return 'broken';
  return roll < 995 ? 'aborted' : 'stalled';
}

function afterOf(random: Random, kind: Session['kind']): Session['after'] {
  if (kind === 'framed' || kind === 'stalled') return 'wait';
  if (kind === 'broken') return random.chance(0.8) ? 'half-close' : 'destroy';
  return random.chance(0.5) ? 'half-close' : 'destroy';
}

function prefixed(target: string): string {
  return target.startsWith('/') ? `/callbacks${target}` : target;
}

function cut(random: Random, bytes: Buffer): Buffer {
  return bytes.subarray(0, 1 + random.below(bytes.length - 1));
}

const preambles = [
  '\r\n\r\n',
  'GET / HTTP/0.9\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'POST /imtoken HTTP/1.1\nhost: a\ncontent-length: 2\n\n{}',
  'POST /imtoken HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  'POST /imtoken HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcdef',
  'POST /imtoken HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n',
  'POST /imtoken HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n',
  'POST /imtoken HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n-1\r\n',
  'POST /imtoken HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n',
  'POST /imtoken HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999999999999999\r\n\r\n',
  'POST /imtoken HTTP/1.1\r\nhost: a\r\n folded: x\r\n\r\n',
  'POST /imtoken HTTP/1.1\r\n\r\n',
  'POST /imtoken HTTP/1.0\r\n\r\n',
  'POST /imtoken HTTP/1.0\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\n{}',
  'CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n',
  'GET /imtoken HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
  'POST  /imtoken HTTP/1.1\r\nhost: a\r\n\r\n',
  'POST /imtoken\r\n\r\n',
] as const;

function breakBytes(random: Random, bytes: Buffer): Buffer {
  switch (random.below(5)) {
    case 0:
      return random.bytes(1 + random.below(300));
    case 1:
      return Buffer.concat([
        Buffer.from(random.pick(preambles), 'latin1'),
        random.chance(0.5) ? bytes : Buffer.alloc(0),
      ]);
    case 2: {
      const broken = Buffer.from(bytes);
      const head = broken.indexOf('\r\n\r\n') + 4;
      for (let count = 1 + random.below(4); count > 0; count -= 1) broken[random.below(head)] = random.below(256);
      return broken;
    }
    case 3: {
      const lines = Array.from({ length: random.below(2_200) }, (_, index) => `x-${index}: ${'y'.repeat(9)}\r\n`);
      return Buffer.from(`POST /imtoken HTTP/1.1\r\nhost: a\r\n${lines.join('')}\r\n`);
    }
    default: {
      const at = random.below(bytes.length);
      return Buffer.concat([bytes.subarray(0, at), random.bytes(1 + random.below(9)), bytes.subarray(at)]);
    }
  }
}

function split(random: Random, bytes: Buffer): Buffer[] {
  if (random.chance(0.6)) return [bytes];
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length && parts.length < 20; ) {
    const size = parts.length === 19 ? bytes.length : 1 + random.below(random.chance(0.3) ? 20 : bytes.length);
    parts.push(bytes.subarray(at, at + size));
    at += size;
  }
  return parts;
}
