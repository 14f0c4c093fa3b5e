import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import express, { type RequestHandler } from 'express';
import express4 from 'express4';
import { isDepositCallbackError } from '../../lib/errors.ts';
import { type RawBodyOptions, rawBody } from '../../lib/middleware/raw-body.ts';
import type { CallbackRequest, Link } from '../../lib/middleware/request-state.ts';
import { type RescueOptions, rescueRawBody } from '../../lib/middleware/rescue-raw-body.ts';
import { promised } from '../helpers/promised.ts';
import { chain, codeOf, keepLog, openLine, send, serve } from '../helpers/serve.ts';

const hash = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');
const hashOfBody = (req: CallbackRequest): string => {
  assert.ok(req.depositCallback?.rawBody);
  return hash(req.depositCallback.rawBody);
};

const blank = { receivedAt: 0, answered: false, now: Date.now };

function rescue(t: TestContext, options: Partial<RescueOptions> = {}): ReturnType<typeof rescueRawBody> {
  const rescued = rescueRawBody({ paths: ['/callbacks'], ...options });
  t.after(() => rescued.close());
  return rescued;
}

const json = { 'content-type': 'application/json' };
const body = '{"amount": 1.0, "note":"\\u00e9", "b":1}';

/** Reads the body to its end, as a global parser does, before the next link. */
const reader: Link = (req, _res, next) => void req.resume().once('end', next);

async function behindReader(t: TestContext, options: RawBodyOptions = {}, before: Link = reader) {
  const log = keepLog();
  const port = await serve(t, chain([before, rawBody({ logger: log, ...options })], hashOfBody));
  return { port, log };
}

for (const [name, make] of [
  ['Express 5', express],
  ['Express 4', express4],
] as const) {
  test(`${name}: has the exact bytes after a global express.json(), small and large`, async (t) => {
    rescue(t);
    const app = make();
    app.use(make.json({ limit: '200kb' }));
    app.post('/callbacks/x', rawBody({ logger: keepLog() }) as RequestHandler, (req, res) => {
      res.end(hashOfBody(req as unknown as CallbackRequest));
    });
    const port = await serve(t, app as unknown as Parameters<typeof serve>[1]);
    for (const text of [body, JSON.stringify({ a: 'x'.repeat(80_000) })]) {
      assert.equal((await send(port, { path: '/callbacks/x', body: text, headers: json })).text, hash(text));
    }
  });
}

test('has the bytes after anybody who read the whole stream, compressed ones too', async (t) => {
  rescue(t);
  const { port } = await behindReader(t, { inflate: true });
  assert.equal((await send(port, { path: '/callbacks', body })).text, hash(body));
  const headers = { 'content-encoding': 'gzip' };
  assert.equal((await send(port, { path: '/callbacks', body: gzipSync(body), headers })).text, hash(body));
});

test('waits for the end of a body that somebody is still reading', async (t) => {
  rescue(t);
  const { port } = await behindReader(t, {}, (req, _res, next) => void req.once('data', () => next()));
  const large = Buffer.alloc(300_000, 'deposit');
  assert.equal((await send(port, { path: '/callbacks', body: large })).text, hash(large));
});

test('does not wait for ever for it', async (t) => {
  rescue(t);
  const { port } = await behindReader(t, { receiveMs: 20 }, (req, _res, next) => void req.once('data', () => next()));
  const line = await openLine(t, port);
  line.write('POST /callbacks HTTP/1.1\r\nhost: a\r\ncontent-length: 11\r\n\r\n0123');
  await line.until(/"code":"BODY_TIMEOUT"/);
});

test('does not wait for it when the sender goes away', async (t) => {
  rescue(t);
  const refused = promised<string>();
  const { port } = await behindReader(t, {}, (req, _res, next) => {
    req.depositCallback = { ...blank, logger: keepLog(), onRefused: refused.resolve };
    req.once('data', () => {
      next();
      line.socket.destroy();
    });
  });
  const line = await openLine(t, port);
  line.write('POST /callbacks HTTP/1.1\r\nhost: a\r\ncontent-length: 11\r\n\r\n0123');
  assert.equal(await refused.promise, 'BODY_ABORTED');
});

test('does not wait for a sender that was gone before', async (t) => {
  rescue(t);
  const refused = promised<string>();
  const { port } = await behindReader(t, {}, (req, _res, next) => {
    req.depositCallback = { ...blank, logger: keepLog(), onRefused: refused.resolve };
    req.once('data', () => line.socket.destroy()).once('close', () => next());
  });
  const line = await openLine(t, port);
  line.write('POST /callbacks HTTP/1.1\r\nhost: a\r\ncontent-length: 11\r\n\r\n0123');
  assert.equal(await refused.promise, 'BODY_ABORTED');
});

test('keeps to the paths named, as Express compares them', async (t) => {
  rescue(t, { paths: ['/callbacks/', '/other'] });
  const { port } = await behindReader(t);
  for (const path of [
    '/callbacks',
    '/callbacks/',
    '/Callbacks/x/y?z=1',
    '/other?a',
    'http://example.com/callbacks/x',
  ]) {
    assert.equal((await send(port, { path, body })).text, hash(body), path);
  }
  for (const path of ['/callbacksx', '/', '/a/callbacks', '/otherwise']) {
    assert.equal(codeOf(await send(port, { path, body })), 'BODY_ALREADY_PARSED', path);
  }
});

test('keeps nothing from senders that the filter would not allow', async (t) => {
  rescue(t, { sources: ['127.0.0.9', '203.0.113.7'], trustProxy: ['127.0.0.8'] });
  const { port } = await behindReader(t);
  const path = '/callbacks';
  assert.equal((await send(port, { path, body, from: '127.0.0.9' })).text, hash(body));
  assert.equal(codeOf(await send(port, { path, body, from: '127.0.0.10' })), 'BODY_ALREADY_PARSED');
  const headers = { 'x-forwarded-for': '203.0.113.7' };
  assert.equal((await send(port, { path, body, headers, from: '127.0.0.8' })).text, hash(body));
  assert.equal(codeOf(await send(port, { path, body, headers, from: '127.0.0.10' })), 'BODY_ALREADY_PARSED');
});

test('keeps for everybody where a domain may allow them', async (t) => {
  rescue(t, { sources: ['example.com'] });
  const { port } = await behindReader(t);
  assert.equal((await send(port, { path: '/callbacks', body })).text, hash(body));
});

test('refuses a body over its limit as too large', async (t) => {
  rescue(t, { limit: 10 });
  const { port } = await behindReader(t);
  assert.equal((await send(port, { path: '/callbacks', body: '0123456789' })).text, hash('0123456789'));
  assert.equal(codeOf(await send(port, { path: '/callbacks', body: '0123456789x' })), 'BODY_TOO_LARGE');
});

test('keeps to one budget over all requests, and gives it back with each', async (t) => {
  rescue(t, { budgetBytes: 10 });
  let goOn: () => void = () => {};
  const held: Link = (req, _res, next) => {
    req.resume().once('end', () => {
      if (req.url !== '/callbacks/held') next();
      else {
        goOn = next;
        begun.resolve();
      }
    });
  };
  const begun = promised();
  const { port, log } = await behindReader(t, {}, held);
  const first = send(port, { path: '/callbacks/held', body: '01234567' });
  await begun.promise;
  assert.equal(codeOf(await send(port, { path: '/callbacks', body: '012' })), 'BODY_ALREADY_PARSED');
  assert.match(log.lines.at(-1)?.message ?? '', /budgetBytes/);
  assert.equal((await send(port, { path: '/callbacks', body: '01' })).text, hash('01'));
  goOn();
  assert.equal((await first).text, hash('01234567'));
  for (const _ of [1, 2, 3])
    assert.equal((await send(port, { path: '/callbacks', body: '0123456789' })).text, hash('0123456789'));
});

test('gives the budget back when nobody takes the bytes, and when the sender goes away', async (t) => {
  rescue(t, { budgetBytes: 10 });
  const closed = promised();
  const port = await serve(t, (req, res) => {
    if (req.url === '/callbacks/gone') {
      req.once('data', () => line.socket.destroy()).once('error', () => {});
      res.once('close', () => closed.resolve());
    } else if (req.url === '/callbacks/dropped') req.resume().once('end', () => res.end());
    else chain([reader, rawBody({ logger: keepLog() })], hashOfBody)(req, res);
  });
  const line = await openLine(t, port);
  line.write('POST /callbacks/gone HTTP/1.1\r\nhost: a\r\ncontent-length: 11\r\n\r\n0123456');
  await closed.promise;
  await send(port, { path: '/callbacks/dropped', body: '0123456789' });
  assert.equal((await send(port, { path: '/callbacks', body: '0123456789' })).text, hash('0123456789'));
});

test('is of no effect where nobody read before, and after close()', async (t) => {
  const rescued = rescue(t);
  const straight = await serve(t, chain([rawBody({ logger: keepLog() })], hashOfBody));
  assert.equal((await send(straight, { path: '/callbacks', body })).text, hash(body));
  const { port } = await behindReader(t);
  rescued.close();
  assert.equal(codeOf(await send(port, { path: '/callbacks', body })), 'BODY_ALREADY_PARSED');
});

test('keeps pipelined bodies apart', async (t) => {
  rescue(t);
  const { port } = await behindReader(t);
  const line = await openLine(t, port);
  const one = (text: string): string =>
    `POST /callbacks HTTP/1.1\r\nhost: a\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
  line.write(one('first') + one('second'));
  assert.ok((await line.until(new RegExp(hash('second')))).includes(hash('first')));
  line.socket.end();
  await once(line.socket, 'close');
});

test('refuses options that cannot be understood', () => {
  const wrong: Partial<RescueOptions>[] = [
    { paths: [] },
    { paths: ['callbacks'] },
    { paths: [''] },
    { paths: ['/callbacks?x'] },
    { paths: '/callbacks' as never },
    { budgetBytes: 0 },
    { limit: -1 },
    { sources: ['10.0.0.0/99'] },
  ];
  for (const options of wrong) {
    assert.throws(
      () => rescueRawBody({ paths: ['/callbacks'], ...options }).close(),
      (error) => isDepositCallbackError(error) && error.code === 'OPTION_INVALID',
      JSON.stringify(options),
    );
  }
});
