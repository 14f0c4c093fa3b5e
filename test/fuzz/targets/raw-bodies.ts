import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { Duplex } from 'node:stream';
import { deflateSync, gzipSync } from 'node:zlib';
import { refusalStatus } from '../../../lib/errors.ts';
import { rawBody } from '../../../lib/middleware/raw-body.ts';
import type { CallbackRequest } from '../../../lib/middleware/request-state.ts';
import { keepLog } from '../../helpers/serve.ts';
import type { FuzzTarget } from '../target.ts';
import { diceOf } from './dice.ts';

const limit = 2_000;

/** A request as it goes over the line, and what must come of it. */
interface Framed {
  bytes: Buffer;
  /** What the link must take; undefined if it must refuse. */
  body: Buffer | undefined;
  /** Whether the request is whole; if not, the sender goes away in the middle. */
  isWhole: boolean;
}

/**
 * The bytes that the link takes are the bytes that were sent, however they were framed, coded and cut into pieces; or it takes none. Real HTTP over a
 * stream in memory. The first bytes of an input choose the framing, the others are the body.
 */
export const rawBodies: FuzzTarget = {
  name: 'raw-body',
  shape: 'bytes',
  longest: limit + 200,
  seeds: seeds(),
  isSteep: true,
  async run(input) {
    const { bytes, body, isWhole } = framed(input);
    const taken: Buffer[] = [];
    const status = await exchange(bytes, { pieces: input[9] ?? 0, isWhole, taken });
    if (body === undefined)
      assert.ok(
        taken.every(({ length }) => length === 0),
        'a body was taken that was not sent',
      );
    else {
      assert.equal(taken.length, 1, `a right body was refused: ${status}`);
      assert.ok(taken[0]?.equals(body), 'the bytes are not those that were sent');
    }
    if (status !== undefined && taken.length === 0) assert.ok(refused.has(status), `status ${status}`);
  },
};

const refused: ReadonlySet<number> = new Set([...Object.values(refusalStatus), 400]);
const codings = ['', '', 'identity', 'gzip', 'x-gzip', 'GZIP', 'deflate', 'br', 'gzip, gzip', 'nonsense'];
const types = [
  'application/json',
  'application/json; charset=utf-16',
  'text/plain; charset=latin1',
  'x/y;charset="',
  '',
];

function framed(input: Buffer): Framed {
  const roll = diceOf(input.subarray(0, 10));
  const plain = input.subarray(10);
  const coding = roll.pick(codings);
  const name = coding.toLowerCase();
  const isGzip = name === 'gzip' || name === 'x-gzip';
  const isLying = roll.chance(0.2);
  const coded = isLying ? plain : isGzip ? gzipSync(plain) : name === 'deflate' ? deflateSync(plain) : plain;
  const isKnown = ['', 'identity', 'gzip', 'x-gzip', 'deflate'].includes(name);
  const framing = roll.pick(['length', 'chunked', 'chunked', 'none', 'long', 'short'] as const);
  const heads = ['POST / HTTP/1.1', 'host: fuzz', 'connection: close'];
  if (coding !== '') heads.push(`content-encoding: ${coding}`);
  heads.push(`content-type: ${roll.pick(types)}`);
  const { head, sent, whole } = frame(coded, framing, 1 + roll.below(40));
  heads.push(...head);
  const bytes = Buffer.concat([Buffer.from(`${heads.join('\r\n')}\r\n\r\n`), sent]);
  const cannot = !isKnown || whole === undefined || whole.length > limit;
  return {
    bytes,
    isWhole: whole !== undefined,
    body: cannot ? undefined : inflated(whole, name, plain, isLying),
  };
}

/** `whole` is what a receiver has in the end, still coded; undefined if the request never ends. */
function frame(
  coded: Buffer,
  framing: string,
  size: number,
): { head: string[]; sent: Buffer; whole: Buffer | undefined } {
  switch (framing) {
    case 'length':
      return { head: [`content-length: ${coded.length}`], sent: coded, whole: coded };
    case 'chunked':
      return { head: ['transfer-encoding: chunked'], sent: chunked(coded, size), whole: coded };
    case 'long':
      return { head: [`content-length: ${coded.length + size}`], sent: coded, whole: undefined };
    case 'short': {
      const whole = coded.subarray(0, Math.max(0, coded.length - size));
      return { head: [`content-length: ${whole.length}`], sent: whole, whole };
    }
    default:
      return { head: [], sent: Buffer.alloc(0), whole: Buffer.alloc(0) };
  }
}

function chunked(bytes: Buffer, size: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const part = bytes.subarray(at, at + size);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}

function inflated(whole: Buffer, name: string, plain: Buffer, isLying: boolean): Buffer | undefined {
  if (name === '' || name === 'identity') return whole;
  const isPlain = isLying || plain.length > limit;
  const coded = name === 'deflate' ? deflateSync(plain) : gzipSync(plain);
  return isPlain || !whole.equals(coded) ? undefined : plain;
}

let server: { http: Server; taken: Buffer[] } | undefined;

/** Sends the bytes in pieces; resolves with the status of the answer, if there was one. */
async function exchange(
  bytes: Buffer,
  { pieces, isWhole, taken }: { pieces: number; isWhole: boolean; taken: Buffer[] },
): Promise<number | undefined> {
  server ??= serving();
  server.taken = taken;
  let answer = '';
  const socket = new Duplex({
    read() {},
    write(chunk, _encoding, done) {
      answer += String(chunk);
      done();
    },
    // The server has said all: only now does an honest client end.
    final(done) {
      socket.push(null);
      done();
    },
  });
  // A sender who goes away is an error of the line, and of nobody else.
  socket.on('error', () => {});
  server.http.emit('connection', socket);
  const size = pieces === 0 ? bytes.length : Math.max(1, pieces);
  for (let at = 0; at < bytes.length; at += size) socket.push(bytes.subarray(at, at + size));
  if (!isWhole) socket.push(null);
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
  const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1];
  return status === undefined ? undefined : Number(status);
}

function serving(): { http: Server; taken: Buffer[] } {
  const link = rawBody({ limit, inflate: true, logger: keepLog() });
  const state = {
    taken: [] as Buffer[],
    http: createServer((req: CallbackRequest, res) => {
      const { taken } = state;
      link(req, res, () => {
        if (req.depositCallback?.rawBody) taken.push(req.depositCallback.rawBody);
        res.end();
      });
    }),
  };
  return state;
}

function seeds(): readonly Buffer[] {
  const bodies = ['', '{"amount":"1"}', 'x'.repeat(limit), 'x'.repeat(limit + 1), '\u001f\u008b\u0008'];
  return bodies.flatMap((body, index) =>
    [0, 3, 5].map((coding) =>
      Buffer.concat([Buffer.from([coding, 255, index, 0, 7, 0, 0, 0, 0, 0]), Buffer.from(body, 'latin1')]),
    ),
  );
}
