import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { type TestContext, test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import express, { type RequestHandler } from 'express';
import express4 from 'express4';
import { isDepositCallbackError } from '../../lib/errors.ts';
import { keepRawBody, type RawBodyOptions, rawBody } from '../../lib/middleware/raw-body.ts';
import type { CallbackRequest, Link, RequestState } from '../../lib/middleware/request-state.ts';
import { type Alarm, createNews } from '../../lib/observe/news.ts';
import { promised } from '../helpers/promised.ts';
import { chain, codeOf, keepLog, openLine, readAll, send, serve } from '../helpers/serve.ts';

const hash = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');
const hashOfBody = (req: CallbackRequest): string => {
  assert.ok(req.depositCallback?.rawBody);
  return hash(req.depositCallback.rawBody);
};

const state = (onRefused: (code: string) => void): RequestState => ({
  receivedAt: 0,
  answered: false,
  now: Date.now,
  logger: keepLog(),
  onRefused,
});

/** Serves the link behind `before`, and answers with the hash of the bytes that it took. */
async function receiving(t: TestContext, options: RawBodyOptions = {}, before: readonly Link[] = []) {
  const log = keepLog();
  const port = await serve(t, chain([...before, rawBody({ logger: log, ...options })], hashOfBody));
  return { port, log };
}

test('bodies in flight share a budget: beyond it large ones get a 503 before they are read, and small ones are taken', async (t) => {
  const log = keepLog();
  const held: (() => void)[] = [];
  let whenHeld: () => void = () => {};
  const hold: Link = (_req, _res, next) => {
    held.push(next);
    whenHeld();
  };
  const bothHeld = new Promise<void>((resolve) => {
    whenHeld = () => held.length === 2 && resolve();
  });
  const passSmall: Link = (req, res, next) => (req.headers['x-held'] === '1' ? hold(req, res, next) : next());
  const port = await serve(t, chain([rawBody({ logger: log, budgetBytes: 200_000 }), passSmall], hashOfBody));
  const large = Buffer.alloc(100_000, 7);
  const both = [1, 2].map(() => send(port, { body: large, headers: { 'x-held': '1' } }));
  await bothHeld;
  for (let times = 0; times < 3; times += 1) {
    const refused = await send(port, { body: large });
    assert.deepEqual([refused.status, codeOf(refused), refused.headers['retry-after']], [503, 'UNAVAILABLE', '5']);
  }
  assert.equal(log.lines.filter((line) => /budgetBytes/.test(JSON.stringify(line))).length, 1, 'it is logged once');
  const answerTo = async (headers: Record<string, string>, body?: Buffer): Promise<string> => {
    const req = request({ host: '127.0.0.1', port, method: 'POST', agent: false, headers });
    if (body === undefined) req.flushHeaders();
    else req.end(body);
    const [res] = await once(req, 'response');
    const text = await readAll(res);
    req.destroy();
    return codeOf({ text });
  };
  assert.equal(await answerTo({ 'transfer-encoding': 'chunked' }, large), 'UNAVAILABLE');
  assert.equal(await answerTo({ 'content-length': '100000' }), 'UNAVAILABLE', 'before a byte of it has come');
  const small = Buffer.alloc(16_384, 7);
  assert.equal((await send(port, { body: small })).text, hash(small));
  for (const next of held) next();
  for (const one of both) assert.equal((await one).text, hash(large));
  assert.equal((await send(port, { body: large })).text, hash(large));
});

test('what a small gzip body inflates to is counted too', async (t) => {
  const { port } = await receiving(t, { inflate: true, budgetBytes: 50_000 });
  const bomb = { body: gzipSync(Buffer.alloc(100_000)), headers: { 'content-encoding': 'gzip' } };
  assert.equal(codeOf(await send(port, bomb)), 'UNAVAILABLE');
  const fine = Buffer.alloc(60_000);
  assert.equal((await send(port, { ...bomb, body: gzipSync(fine) })).text, hash(fine));
});

const bodies: [string, string | Buffer][] = [
  ['nothing', ''],
  ['one byte', 'x'],
  ['JSON', '{"amount": 1.0, "note":"\\u00e9"}'],
  ['bytes that are no text', Buffer.from([0xff, 0xfe, 0, 0x80])],
  ['many packets', Buffer.alloc(900_000, 'deposit')],
  ['the limit to the byte', Buffer.alloc(1024 * 1024, 1)],
];

for (const [name, body] of bodies) {
  test(`takes the exact bytes of a body of ${name}, counted and chunked`, async (t) => {
    const { port } = await receiving(t);
    assert.equal((await send(port, { body })).text, hash(body));
    const outgoing = request({
      host: '127.0.0.1',
      port,
      method: 'POST',
      agent: false,
      headers: { 'transfer-encoding': 'chunked' },
    });
    outgoing.end(body);
    const [res] = await once(outgoing, 'response');
    assert.equal(await readAll(res), hash(body));
  });
}

test('takes a request without a body as no bytes, by any method', async (t) => {
  const { port } = await receiving(t);
  for (const method of ['GET', 'POST', 'DELETE']) assert.equal((await send(port, { method })).text, hash(''));
});

test('works with HTTP/1.0 and with a body that comes byte by byte', async (t) => {
  const { port } = await receiving(t);
  const line = await openLine(t, port);
  line.write('POST / HTTP/1.0\r\ncontent-length: 3\r\n\r\n');
  for (const byte of 'abc') line.write(byte);
  assert.ok((await line.closed()).endsWith(hash('abc')));
});

test('works with Expect: 100-continue', async (t) => {
  const { port } = await receiving(t);
  const line = await openLine(t, port);
  line.write('POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n');
  await line.until(/100 Continue\r\n\r\n$/);
  line.write('abc');
  await line.until(new RegExp(hash('abc')));
});

test('keeps pipelined requests apart', async (t) => {
  const { port } = await receiving(t);
  const line = await openLine(t, port);
  const one = (body: string): string => `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  line.write(one('first') + one('second') + one(''));
  const came = await line.until(new RegExp(hash('')));
  assert.ok(came.indexOf(hash('first')) < came.indexOf(hash('second')));
  assert.ok(came.includes(hash('first')));
});

test('keeps the connection from one body to the next', async (t) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const ports = new Set<unknown>();
  const { port } = await receiving(t, {}, [
    (req, _res, next) => {
      ports.add(req.socket.remotePort);
      next();
    },
  ]);
  for (const body of ['a', '', 'bb']) assert.equal((await send(port, { body, agent })).text, hash(body));
  assert.equal(ports.size, 1);
});

test('refuses a declared length over the limit before it reads, and closes', async (t) => {
  const { port } = await receiving(t, { limit: 10 });
  const line = await openLine(t, port);
  line.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 11\r\n\r\n');
  const came = await line.until(/"code":"BODY_TOO_LARGE"/);
  assert.match(came, /^HTTP\/1\.1 413 /);
  assert.match(came, /connection: close/i);
  line.write('01234567890');
  await line.closed();
});

test('refuses a chunked body at the first byte over the limit, and closes', async (t) => {
  const { port } = await receiving(t, { limit: 10 });
  const line = await openLine(t, port);
  line.write('POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\na\r\n0123456789\r\n');
  line.write('1\r\nx\r\n');
  assert.match(await line.until(/"code":"BODY_TOO_LARGE"/), /connection: close/i);
  line.write('0\r\n\r\n');
  await line.closed();
});

test('lets a sender that writes before it reads have the answer to a body somewhat over the limit', async (t) => {
  const { port } = await receiving(t, { limit: 1000 });
  const answered = await send(port, { body: Buffer.alloc(700_000) });
  assert.equal(answered.status, 413);
  assert.equal(answered.headers.connection, 'close');
});

test('gives up a body that does not arrive in time', async (t) => {
  const { port, log } = await receiving(t, { receiveMs: 20 });
  const line = await openLine(t, port);
  line.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 11\r\n\r\n0123');
  const came = await line.until(/"code":"BODY_TIMEOUT"/);
  assert.match(came, /^HTTP\/1\.1 408 /);
  assert.match(came, /connection: close/i);
  line.write('4567890');
  await line.closed();
  assert.deepEqual(
    log.lines.map((one) => one.fields.code),
    ['BODY_TIMEOUT'],
  );
});

test('survives an upload that is broken off, counted, chunked and compressed', async (t) => {
  for (const head of [
    'content-length: 11',
    'transfer-encoding: chunked',
    'content-encoding: gzip\r\ncontent-length: 90',
  ]) {
    const refused = promised<string>();
    const begun: Link = (req, _res, next) => {
      req.depositCallback = state(refused.resolve);
      next();
      setImmediate(() => line.socket.destroy());
    };
    const { port } = await receiving(t, { inflate: true }, [begun]);
    const line = await openLine(t, port);
    line.write(`POST / HTTP/1.1\r\nhost: a\r\n${head}\r\n\r\n4\r\n`);
    assert.equal(await refused.promise, 'BODY_ABORTED', head);
  }
});

test('finds an upload that was broken off before it was asked', async (t) => {
  const refused = promised<string>();
  const { port } = await receiving(t, {}, [
    (req, _res, next) => {
      req.depositCallback = state(refused.resolve);
      req.once('close', next);
      line.socket.destroy();
    },
  ]);
  const line = await openLine(t, port);
  line.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 11\r\n\r\n0123');
  assert.equal(await refused.promise, 'BODY_ABORTED');
});

test('blames no parser where the sender left before its whole body was read', async (t) => {
  const refused = promised<string>();
  const { port } = await receiving(t, {}, [
    (req, res, next) => {
      req.depositCallback = state(refused.resolve);
      // The body is there, unread, when the sender goes.
      setImmediate(() => line.socket.destroy());
      res.once('close', next);
    },
  ]);
  const line = await openLine(t, port);
  line.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\n0123');
  assert.equal(await refused.promise, 'BODY_ABORTED');
});

test('refuses a content coding unless it is told to inflate', async (t) => {
  const plain = await receiving(t);
  const inflating = await receiving(t, { inflate: true });
  const text = '{"amount":"1"}';
  const gzip = { body: gzipSync(text), headers: { 'content-encoding': 'gzip' } };
  assert.equal(codeOf(await send(plain.port, gzip)), 'BODY_ENCODING');
  assert.equal((await send(plain.port, { body: text, headers: { 'content-encoding': 'identity' } })).text, hash(text));
  assert.equal((await send(inflating.port, gzip)).text, hash(text));
  assert.equal((await send(inflating.port, { ...gzip, headers: { 'content-encoding': 'X-GZIP' } })).text, hash(text));
  assert.equal(
    (await send(inflating.port, { body: deflateSync(text), headers: { 'content-encoding': 'deflate' } })).text,
    hash(text),
  );
  assert.equal((await send(inflating.port, { body: '', headers: { 'content-encoding': 'gzip' } })).text, hash(''));
  for (const coding of ['br', 'zstd', 'gzip, gzip', 'gzip;q=1']) {
    const answered = await send(inflating.port, { body: text, headers: { 'content-encoding': coding } });
    assert.deepEqual([answered.status, codeOf(answered)], [415, 'BODY_ENCODING'], coding);
  }
});

test('counts the limit after inflating, and stops a bomb', async (t) => {
  const { port } = await receiving(t, { inflate: true, limit: 100_000 });
  const headers = { 'content-encoding': 'gzip' };
  assert.equal(
    (await send(port, { body: gzipSync(Buffer.alloc(100_000)), headers })).text,
    hash(Buffer.alloc(100_000)),
  );
  assert.equal(codeOf(await send(port, { body: gzipSync(Buffer.alloc(100_001)), headers })), 'BODY_TOO_LARGE');
  const before = process.memoryUsage().rss;
  assert.equal(codeOf(await send(port, { body: gzipSync(Buffer.alloc(64_000_000)), headers })), 'BODY_TOO_LARGE');
  assert.ok(process.memoryUsage().rss - before < 150_000_000);
});

test('refuses what is no valid gzip', async (t) => {
  const { port } = await receiving(t, { inflate: true });
  const whole = gzipSync('{"amount":"1"}');
  for (const body of [
    whole.subarray(0, whole.length - 4),
    Buffer.from([0x1f, 0x8b, 9, 9]),
    Buffer.from('{"plain":1}'),
  ]) {
    assert.equal(codeOf(await send(port, { body, headers: { 'content-encoding': 'gzip' } })), 'BODY_ENCODING');
  }
});

const body = '{"amount": 1.0, "note":"\\u00e9", "b":1}';
const json = { body, headers: { 'content-type': 'application/json' } };

for (const [name, make] of [
  ['Express 5', express],
  ['Express 4', express4],
] as const) {
  const app = (before: RequestHandler[], options: RawBodyOptions = {}) => {
    const made = make();
    made.use(...before, (_req, _res, next) => next());
    const router = make.Router();
    router.post('/x', rawBody({ logger: keepLog(), ...options }) as RequestHandler, (req, res) => {
      res.end(hashOfBody(req as unknown as CallbackRequest));
    });
    made.use('/callbacks', router);
    return made as unknown as Parameters<typeof serve>[1];
  };
  const at = { ...json, path: '/callbacks/x' };

  test(`${name}: reads the stream below a router`, async (t) => {
    assert.equal((await send(await serve(t, app([])), at)).text, hash(body));
  });

  test(`${name}: uses what express.json({ verify: keepRawBody }) kept, inflated bodies too`, async (t) => {
    const port = await serve(t, app([make.json({ verify: keepRawBody })], { inflate: true }));
    assert.equal((await send(port, at)).text, hash(body));
    const headers = { ...at.headers, 'content-encoding': 'gzip' };
    assert.equal((await send(port, { ...at, body: gzipSync(body), headers })).text, hash(body));
  });

  test(`${name}: uses the body that express.raw() and express.text() left`, async (t) => {
    for (const parser of [make.raw({ type: '*/*' }), make.text({ type: '*/*' })]) {
      assert.equal((await send(await serve(t, app([parser])), at)).text, hash(body));
    }
  });

  test(`${name}: takes no text that was decoded into other bytes`, async (t) => {
    const port = await serve(t, app([make.text({ type: '*/*', defaultCharset: 'latin1' })]));
    assert.equal(codeOf(await send(port, { ...at, body: Buffer.from([0x61, 0xe9]) })), 'BODY_ALREADY_PARSED');
    const bom = await serve(t, app([make.text({ type: '*/*' })]));
    assert.equal(codeOf(await send(bom, { ...at, body: '\ufeff{}' })), 'BODY_ALREADY_PARSED');
  });

  test(`${name}: says at once that a global parser read the body, and names it in the log`, async (t) => {
    const parsers: [RequestHandler, string, RegExp][] = [
      [make.json(), 'application/json', /jsonParser \(express\.json\(\)\) read the body.*rescueRawBody/],
      [
        make.urlencoded({ extended: true }),
        'application/x-www-form-urlencoded',
        /urlencodedParser \(express\.urlencoded\(\)\)/,
      ],
    ];
    for (const [parser, type, named] of parsers) {
      const log = keepLog();
      const alarms: Alarm[] = [];
      const news = createNews(log);
      news.on('alarm', (alarm) => void alarms.push(alarm));
      const withState: RequestHandler = (req, _res, next) => {
        (req as CallbackRequest).depositCallback = { receivedAt: 0, answered: false, now: Date.now, logger: log, news };
        next();
      };
      const all = [make.json(), make.urlencoded({ extended: true })].map((one) =>
        one.name === parser.name ? parser : one,
      );
      const port = await serve(t, app([withState, ...all]));
      for (const _ of [1, 2]) {
        const answered = await send(port, { ...at, headers: { 'content-type': type } });
        assert.deepEqual([answered.status, codeOf(answered)], [503, 'BODY_ALREADY_PARSED']);
        assert.ok(!answered.text.includes('express'));
      }
      assert.match(log.lines[0]?.message ?? '', named);
      assert.equal(log.lines[0]?.level, 'error');
      assert.equal(alarms.length, 1);
    }
  });

  test(`${name}: is not disturbed by a parser that did not want the type`, async (t) => {
    const port = await serve(t, app([make.json()]));
    assert.equal((await send(port, { ...at, headers: { 'content-type': 'text/plain' } })).text, hash(body));
  });
}

test('says at once that the stream was read on plain node:http, where nothing names the parser', async (t) => {
  const reader: Link = (req, _res, next) => {
    req.resume().once('end', () => {
      req.body = { amount: 1 };
      next();
    });
  };
  const { port, log } = await receiving(t, {}, [reader]);
  assert.equal(codeOf(await send(port, { body })), 'BODY_ALREADY_PARSED');
  assert.match(log.lines[0]?.message ?? '', /Some middleware \(it left a value of type object in req\.body\)/);
});

test('says so of a stream that somebody is still reading', async (t) => {
  const reader: Link = (req, _res, next) => void req.once('data', () => next());
  const { port } = await receiving(t, {}, [reader]);
  assert.equal(codeOf(await send(port, { body: Buffer.alloc(300_000) })), 'BODY_ALREADY_PARSED');
});

test('says so of a stream that was told to decode text', async (t) => {
  const { port, log } = await receiving(t, {}, [
    (req, _res, next) => {
      req.setEncoding('utf8');
      next();
    },
  ]);
  assert.equal(codeOf(await send(port, { body })), 'BODY_ALREADY_PARSED');
  assert.match(log.lines[0]?.message ?? '', /setEncoding/);
});

test('uses req.rawBody as a Buffer, bytes or string, within the limit', async (t) => {
  for (const kept of [Buffer.from(body), new Uint8Array(Buffer.from(body)), body]) {
    const keep: Link = (req, _res, next) => {
      req.rawBody = kept;
      next();
    };
    const { port } = await receiving(t, {}, [keep]);
    assert.equal((await send(port, { body })).text, hash(body));
    assert.equal((await send(port, { method: 'GET' })).text, hash(body), 'a platform may have read the request itself');
    const small = await receiving(t, { limit: 10 }, [keep]);
    assert.equal(codeOf(await send(small.port, { method: 'GET' })), 'BODY_TOO_LARGE');
  }
});

test('reads the stream where req.rawBody cannot be the exact bytes', async (t) => {
  const { port } = await receiving(t, {}, [
    (req, _res, next) => {
      req.rawBody = '{}';
      next();
    },
  ]);
  assert.equal((await send(port, { body })).text, hash(body));
});

test('reads no body twice', async (t) => {
  const port = await serve(t, chain([rawBody({ logger: keepLog() }), rawBody({ logger: keepLog() })], hashOfBody));
  assert.equal((await send(port, { body })).text, hash(body));
});

test('refuses limits that cannot be used', () => {
  for (const value of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1mb' as never]) {
    for (const options of [{ limit: value }, { receiveMs: value }]) {
      assert.throws(
        () => rawBody(options),
        (error) => isDepositCallbackError(error) && error.code === 'OPTION_INVALID',
        String(value),
      );
    }
  }
});
