import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import connect from 'connect';
import express, { type RequestHandler } from 'express';
import express4 from 'express4';
import { type DepositCallbacks, depositCallbacks } from '../lib/deposit-callbacks.ts';
import type { Deposit } from '../lib/deposits/deposit.ts';
import { drainBytes } from '../lib/middleware/hang-up.ts';
import { rescueRawBody } from '../lib/middleware/rescue-raw-body.ts';
import type { NewsMap } from '../lib/observe/news.ts';
import type { Options } from '../lib/options.ts';
import { imtoken } from '../lib/providers/imtoken.ts';
import { memoryStore } from '../lib/stores/memory.ts';
import { sqliteStore } from '../lib/stores/sqlite.ts';
import { alice, callbackBody, ether, randomHash, secret, signed, usdt } from './helpers/deposits.ts';
import { promised } from './helpers/promised.ts';
import { type Answered, codeOf, keepLog, type Line, openLine, type Sent, send, serve } from './helpers/serve.ts';

// Each test is a row of a table that was measured with other receivers, where a rightly signed callback was lost, credited
// twice, credited falsely, or refused. Here each must end well.

const policy: Options['policy'] = {
  assets: [
    { asset: usdt, decimals: 6 },
    { asset: ether, decimals: 18 },
  ],
  isOurs: ({ address }) => address === alice,
};

function receiver<Tx = unknown>(t: TestContext, options: Partial<Options<Tx>> = {}) {
  const log = keepLog();
  const callbacks = depositCallbacks<Tx>({
    providers: [imtoken({ secrets: [secret] })],
    policy,
    logger: log,
    ...options,
  });
  t.after(() => callbacks.close(0));
  const outcomes: NewsMap['outcome'][] = [];
  const alarms: NewsMap['alarm'][] = [];
  callbacks.on('outcome', (record) => void outcomes.push(record));
  callbacks.on('alarm', (alarm) => void alarms.push(alarm));
  return { callbacks, log, outcomes, alarms };
}

/** Keeps what is credited. */
function credit(callbacks: DepositCallbacks): Deposit[] {
  const credited: Deposit[] = [];
  callbacks.on('deposit', (deposit) => void credited.push(deposit));
  return credited;
}

async function folder(t: TestContext): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'torture-'));
  t.after(() => rm(made, { recursive: true }));
  return join(made, 'deposits.db');
}

function post(port: number, sent: Sent & { body: Buffer }, path = '/callbacks/imtoken'): Promise<Answered> {
  const headers = { 'content-type': 'application/json', ...sent.headers };
  return send(port, { path, ...sent, headers });
}

// What a sender may write and a parser would write otherwise.
const oddBody = (): string =>
  JSON.stringify({ ...callbackBody(), b: 0, 10: 0, 2: 0 })
    .replace('"b":0', '"note": "\\u00e9",  "b" : 1.0')
    .replace('"10":0', '"10":12345678901234567890');

for (const [name, make] of [
  ['Express 5', express],
  ['Express 4', express4],
] as const) {
  const legacyApp = (callbacks: DepositCallbacks): RequestListener => {
    const app = make();
    app.use(make.json(), make.urlencoded({ extended: true }));
    app.use('/callbacks', callbacks as RequestHandler);
    return app as unknown as RequestListener;
  };

  test(`${name}: behind a global express.json() the exact bytes are rescued, and the deposit is credited`, async (t) => {
    const rescued = rescueRawBody({ paths: ['/callbacks'] });
    t.after(() => rescued.close());
    const { callbacks } = receiver(t);
    const credited = credit(callbacks);
    const port = await serve(t, legacyApp(callbacks));
    assert.equal((await post(port, signed(callbackBody()))).status, 200);
    assert.equal((await post(port, signed(oddBody()))).status, 200);
    assert.equal(credited.length, 2);
  });

  test(`${name}: behind a global express.json() without the rescue it says 503 at once, and the log names the line`, async (t) => {
    const { callbacks, log, alarms } = receiver(t);
    const credited = credit(callbacks);
    const port = await serve(t, legacyApp(callbacks));
    const sent = signed(callbackBody());
    const answered = await post(port, sent);
    assert.deepEqual([answered.status, codeOf(answered)], [503, 'BODY_ALREADY_PARSED']);
    const line = log.lines.find((one) => one.level === 'error');
    assert.match(line?.message ?? '', /express\.json\(\).*rescueRawBody/);
    assert.equal(alarms.length, 1);
    assert.deepEqual(credited, []);
    // The sender retries, and meanwhile the app was put right.
    const mounted = make();
    mounted.use('/callbacks', callbacks as RequestHandler);
    mounted.use(make.json());
    assert.equal((await post(await serve(t, mounted as unknown as RequestListener), sent)).status, 200);
    assert.equal(credited.length, 1);
  });

  test(`${name}: below routers with prefixes`, async (t) => {
    const { callbacks } = receiver(t);
    const credited = credit(callbacks);
    const inner = make.Router().use('/callbacks', callbacks as RequestHandler);
    const app = make().use('/api', make.Router().use('/v1', inner));
    const port = await serve(t, app as unknown as RequestListener);
    assert.equal((await post(port, signed(callbackBody()), '/api/v1/callbacks/imtoken?from=here')).status, 200);
    assert.equal(credited.length, 1);
  });
}

test('on Connect, below a prefix and behind a parser of its own', async (t) => {
  const rescued = rescueRawBody({ paths: ['/api/callbacks'] });
  t.after(() => rescued.close());
  const { callbacks } = receiver(t);
  const credited = credit(callbacks);
  const app = connect();
  app.use('/callbacks', callbacks);
  app.use((req: IncomingMessage, _res: unknown, next: () => void) => void req.resume().once('end', next));
  app.use('/api/callbacks', callbacks);
  const port = await serve(t, app);
  assert.equal((await post(port, signed(oddBody()))).status, 200);
  assert.equal((await post(port, signed(oddBody()), '/api/callbacks/imtoken?from=here')).status, 200);
  assert.equal((await post(port, signed(callbackBody()), '/callbacks/other')).status, 404);
  assert.equal(credited.length, 2);
});

test('over HTTP/1.0, with and without keep-alive', async (t) => {
  const { callbacks } = receiver(t);
  const credited = credit(callbacks);
  const port = await serve(t, callbacks);
  const write = (line: Line, more: string): void => {
    const { headers, body } = signed(callbackBody());
    const lines = Object.entries({ ...headers, 'content-length': body.length }).map((pair) => pair.join(': '));
    line.write(`POST /imtoken HTTP/1.0\r\n${more}${lines.join('\r\n')}\r\n\r\n${body}`);
  };
  const kept = await openLine(t, port);
  write(kept, 'connection: keep-alive\r\n');
  assert.match(await kept.until(/\r\n\r\n/), /^HTTP\/1\.1 200 [\s\S]*connection: keep-alive/i);
  write(kept, '');
  assert.equal((await kept.closed()).match(/HTTP\/1\.1 200 /g)?.length, 2);
  assert.equal(credited.length, 2);
});

test('on a plain node:http server', async (t) => {
  const { callbacks } = receiver(t);
  const credited = credit(callbacks);
  const port = await serve(t, callbacks);
  assert.equal((await post(port, signed(oddBody()), '/imtoken')).status, 200);
  assert.equal((await post(port, signed(callbackBody()), '/other')).status, 404);
  assert.equal(credited.length, 1);
});

test('a listener that is slower than the answer may be, and then fails, gets the event again', async (t) => {
  const { callbacks } = receiver(t, { limits: { ackMs: 20 }, delivery: { backoff: { firstMs: 1 } } });
  const begun = promised();
  const goOn = promised();
  const done = promised<bigint>();
  let attempts = 0;
  callbacks.on('deposit', async (deposit) => {
    attempts += 1;
    if (attempts === 1) {
      begun.resolve();
      await goOn.promise;
      throw new Error('The ledger is down');
    }
    done.resolve(deposit.amount);
  });
  const port = await serve(t, callbacks);
  const sent = signed(callbackBody());
  const first = post(port, sent, '/imtoken');
  await begun.promise;
  const answered = await first;
  assert.deepEqual([answered.status, codeOf(answered)], [503, 'UNAVAILABLE']);
  goOn.resolve();
  assert.equal(await done.promise, 1_500_000n);
  await callbacks.idle();
  assert.equal((await post(port, sent, '/imtoken')).status, 200);
  assert.equal(attempts, 2);
});

test('a listener that fails once: the retry of the same signed bytes is no replay, and credits once', async (t) => {
  const store = sqliteStore({ path: await folder(t) });
  const { callbacks, outcomes } = receiver(t, { store, delivery: { backoff: { firstMs: 1 } } });
  const credited = promised<bigint>();
  let attempts = 0;
  callbacks.on('deposit', (deposit) => {
    attempts += 1;
    if (attempts === 1) throw new Error('The ledger is down');
    credited.resolve(deposit.amount);
  });
  const port = await serve(t, callbacks);
  const sent = signed(callbackBody());
  const answers = [
    await post(port, sent, '/imtoken'),
    await post(port, sent, '/imtoken'),
    await post(port, sent, '/imtoken'),
  ];
  assert.deepEqual(
    answers.map((one) => one.status),
    [200, 200, 200],
  );
  assert.equal(await credited.promise, 1_500_000n);
  await callbacks.idle();
  assert.equal(attempts, 2);
  assert.deepEqual(
    outcomes.map((one) => one.outcome),
    ['recorded', 'duplicate', 'duplicate'],
  );
});

test('a listener that hangs does not turn retries away for ever: each waits for it, and is answered when it ends', async (t) => {
  const { callbacks } = receiver(t, { limits: { ackMs: 20 } });
  const goOn = promised();
  let runs = 0;
  callbacks.on('deposit', async () => {
    runs += 1;
    await goOn.promise;
  });
  const port = await serve(t, callbacks);
  const sent = signed(callbackBody());
  assert.equal((await post(port, sent, '/imtoken')).status, 503);
  assert.equal((await post(port, sent, '/imtoken')).status, 503);
  goOn.resolve();
  await callbacks.idle();
  assert.equal((await post(port, sent, '/imtoken')).status, 200);
  assert.equal(runs, 1);
});

test('a lease that ran out under its listener: another process runs it too, but only one of the two commits', async (t) => {
  const path = await folder(t);
  let now = Date.parse('2026-01-01T00:00:00Z');
  const clock = () => now;
  const open = () => sqliteStore({ path, now: clock });
  const slowStore = open();
  const otherStore = open();
  const slow = receiver(t, { store: slowStore, now: clock });
  const other = receiver(t, { store: otherStore, now: clock });
  await slow.callbacks.ready();
  slowStore.database.exec('CREATE TABLE credit (by TEXT)');
  const credits = () => slowStore.database.prepare('SELECT by FROM credit').all();

  /** A listener that has begun, and ends when it is let. */
  const listen = (callbacks: typeof slow.callbacks, name: string) => {
    const begun = promised();
    const end = promised();
    callbacks.on('deposit', async (_deposit, { atomically }) => {
      atomically((db) => db.exec(`INSERT INTO credit VALUES ('${name}')`));
      begun.resolve();
      await end.promise;
    });
    return { begun: begun.promise, end: end.resolve };
  };

  const slowListener = listen(slow.callbacks, 'slow');
  const port = await serve(t, slow.callbacks);
  assert.equal((await post(port, signed(callbackBody(), { now }), '/imtoken')).status, 200);
  await slowListener.begun;
  // As if the process had been stopped for longer than its lease, and with it the renewal.
  now += 60_000;
  await other.callbacks.ready();
  const otherListener = listen(other.callbacks, 'other');
  await otherListener.begun;
  slowListener.end();
  await slow.callbacks.idle();
  assert.deepEqual(credits(), [], 'the late one is fenced off');
  otherListener.end();
  await other.callbacks.idle();
  assert.deepEqual(credits(), [{ by: 'other' }]);
});

test('a callback that comes before its listener is deployed is kept, with an alarm, and credited afterwards', async (t) => {
  const store = sqliteStore({ path: await folder(t) });
  const { callbacks, alarms } = receiver(t, { store });
  const port = await serve(t, callbacks);
  const sent = signed(callbackBody());
  assert.equal((await post(port, sent, '/imtoken')).status, 200);
  await callbacks.idle();
  assert.deepEqual(
    alarms.map((alarm) => alarm.code),
    ['NO_LISTENER'],
  );
  const credited = credit(callbacks);
  assert.equal((await post(port, sent, '/imtoken')).status, 200);
  await callbacks.idle();
  assert.equal(credited.length, 1);
});

test('what was acknowledged and queued is delivered by the next process', async (t) => {
  const path = await folder(t);
  const before = receiver(t, { store: sqliteStore({ path }) });
  const port = await serve(t, before.callbacks);
  assert.equal((await post(port, signed(callbackBody()), '/imtoken')).status, 200);
  await before.callbacks.close();
  const after = receiver(t, { store: sqliteStore({ path }) });
  await after.callbacks.ready();
  const credited = credit(after.callbacks);
  await after.callbacks.idle();
  assert.equal(credited.length, 1);
});

test('an async listener that rejects loses nothing and hurts nobody', async (t) => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', note);
  t.after(() => process.off('unhandledRejection', note));
  const store = sqliteStore({ path: await folder(t) });
  const { callbacks } = receiver(t, { store, delivery: { attempts: 1 } });
  const dead = promised<string>();
  callbacks.on('dead-letter', ({ error }) => dead.resolve(error));
  let failing = true;
  let credited = 0;
  callbacks.on('deposit', async () => {
    if (failing) throw new Error('The ledger is down');
    credited += 1;
  });
  const port = await serve(t, callbacks);
  assert.equal((await post(port, signed(callbackBody()), '/imtoken')).status, 200);
  assert.equal(await dead.promise, 'The ledger is down');
  await new Promise(setImmediate);
  assert.deepEqual(unhandled, []);
  failing = false;
  const [event] = await store.events({ state: 'dead', limit: 1 });
  assert.ok(event);
  await callbacks.redeliver(event.id);
  await callbacks.idle();
  assert.equal(credited, 1);
});

test('the same delivery many times, at the same moment too, credits once and is answered 200', async (t) => {
  for (const store of [memoryStore(), sqliteStore({ path: await folder(t) })]) {
    const { callbacks } = receiver(t, { store });
    const credited = credit(callbacks);
    const port = await serve(t, callbacks);
    const sent = signed(callbackBody());
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(port, sent, '/imtoken')));
    assert.deepEqual([...new Set(answers.map((one) => one.status))], [200]);
    assert.equal((await post(port, sent, '/imtoken')).status, 200);
    await callbacks.idle();
    assert.equal(credited.length, 1, store.name);
  }
});

test('the same deposit under another delivery id credits once', async (t) => {
  const { callbacks } = receiver(t);
  const credited = credit(callbacks);
  const port = await serve(t, callbacks);
  const body = callbackBody();
  for (const id of ['msg_1', 'msg_2']) assert.equal((await post(port, signed(body, { id }), '/imtoken')).status, 200);
  assert.equal(credited.length, 1);
});

test('an amount that no number can hold is exact, as text and as a JSON number', async (t) => {
  const amount = '123456789012345678901234567890';
  for (const write of [(text: string) => text, (text: string) => text.replace(`"${amount}"`, amount)]) {
    const { callbacks } = receiver(t);
    const credited = credit(callbacks);
    const port = await serve(t, callbacks);
    const body = write(JSON.stringify(callbackBody({ asset: ether, amount, position: 'native' })));
    assert.equal((await post(port, signed(body), '/imtoken')).status, 200);
    assert.deepEqual(
      credited.map((one) => one.amount),
      [BigInt(amount)],
    );
  }
});

test('a signed time ten years ahead is refused, and so is 1970', async (t) => {
  const { callbacks } = receiver(t);
  const credited = credit(callbacks);
  const port = await serve(t, callbacks);
  const decade = 10 * 365 * 86_400_000;
  const ahead = await post(port, signed(callbackBody(), { now: Date.now() + decade }), '/imtoken');
  assert.deepEqual([ahead.status, codeOf(ahead)], [401, 'TIMESTAMP_TOO_NEW']);
  const old = await post(port, signed(callbackBody(), { now: 1_000 }), '/imtoken');
  assert.deepEqual([old.status, codeOf(old)], [401, 'TIMESTAMP_TOO_OLD']);
  assert.deepEqual(credited, []);
});

test('a signature over 0xff fits 0xff and not 0xfe, though both decode to the same text', async (t) => {
  const { callbacks, outcomes } = receiver(t);
  const port = await serve(t, callbacks);
  const sent = signed(Buffer.from([0xff]));
  const other = await post(port, { ...sent, body: Buffer.from([0xfe]) }, '/imtoken');
  assert.deepEqual([other.status, codeOf(other)], [401, 'SIGNATURE_INVALID']);
  // Authentic but unreadable: kept whole for an operator, and acknowledged.
  assert.equal((await post(port, sent, '/imtoken')).status, 200);
  assert.deepEqual(
    outcomes.map((one) => one.outcome),
    ['rejected', 'quarantined'],
  );
  assert.deepEqual(outcomes[1]?.bodyBytes, 1);
});

test('a signature over what a decoder would make of the bytes does not fit the bytes', async (t) => {
  const { callbacks } = receiver(t);
  const port = await serve(t, callbacks);
  const bytes = Buffer.from([0xff]);
  const { headers } = signed(bytes);
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${bytes.toString()}`;
  const signature = `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
  const answered = await post(
    port,
    { headers: { ...headers, 'webhook-signature': signature }, body: bytes },
    '/imtoken',
  );
  assert.deepEqual([answered.status, codeOf(answered)], [401, 'SIGNATURE_INVALID']);
});

test('a body of 60 MB is refused without being read', async (t) => {
  const { callbacks } = receiver(t);
  let bytesRead = (): number => 0;
  const port = await serve(t, (req, res) => {
    bytesRead = () => req.socket.bytesRead;
    callbacks(req, res);
  });
  for (const head of ['content-length: 60000000', 'transfer-encoding: chunked']) {
    const line = await openLine(t, port);
    line.write(`POST /imtoken HTTP/1.1\r\nhost: a\r\n${head}\r\n\r\n`);
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000 - 2, 48), Buffer.from('\r\n\r\n')]);
    for (let sentBytes = 0; sentBytes < 60_000_000 && !line.socket.destroyed; sentBytes += chunk.length) {
      if (!line.socket.write(chunk)) await Promise.race([once(line.socket, 'drain').catch(() => {}), line.closed()]);
    }
    await line.closed();
    // The limit, the drain, and what the kernel and Node had read ahead.
    assert.ok(bytesRead() < 1024 * 1024 + drainBytes + 512 * 1024, `${head}: ${bytesRead()}`);
  }
});

test('an IPv4 sender on a dual-stack listener is compared as IPv4', async (t) => {
  const dualStack = await new Promise<boolean>((resolve) => {
    const probe = createServer().once('error', () => resolve(false));
    probe.listen(0, '::', () => probe.close(() => resolve(true)));
  });
  const host = dualStack ? '::' : '127.0.0.1';
  const come = async (sources: string[]): Promise<number> => {
    const { callbacks } = receiver(t, { sources });
    credit(callbacks);
    return (await post(await serve(t, callbacks, host), signed(callbackBody()), '/imtoken')).status;
  };
  assert.equal(await come(['127.0.0.1']), 200);
  assert.equal(await come(['::ffff:127.0.0.0/104']), 200);
  assert.equal(await come(['203.0.113.0/24', '2001:db8::/32']), 403);
});

test('deposits at one index of two blocks, and two payments of one transaction, are each credited', async (t) => {
  const { callbacks } = receiver(t);
  const credited = credit(callbacks);
  const port = await serve(t, callbacks);
  const [hash, block] = [randomHash(), randomHash()];
  for (const sent of [
    { position: 'log:5', amount: '1' },
    { position: 'log:5', amount: '2' },
    { hash, block, position: 'trace:0', asset: ether, amount: '3' },
    { hash, block, position: 'trace:1', asset: ether, amount: '3' },
    { hash, block, position: 'log:0', amount: '3' },
  ]) {
    assert.equal((await post(port, signed(callbackBody(sent)), '/imtoken')).status, 200);
  }
  assert.deepEqual(
    credited.map((one) => [one.asset === ether, one.amount]),
    [
      [false, 1n],
      [false, 2n],
      [true, 3n],
      [true, 3n],
      [false, 3n],
    ],
  );
  assert.equal(new Set(credited.map((one) => one.id)).size, 5);
});
