import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ChainCheck } from '../lib/chains/kit/chain-check.ts';
import { depositCallbacks } from '../lib/deposit-callbacks.ts';
import type { Options } from '../lib/options.ts';
import { imtoken } from '../lib/providers/imtoken.ts';
import { memoryStore } from '../lib/stores/memory.ts';
import { type SqliteDatabase, sqliteStore } from '../lib/stores/sqlite.ts';
import { callbackBody, secret, signed } from './helpers/deposits.ts';
import { promised } from './helpers/promised.ts';
import { policy } from './helpers/receiver.ts';
import { codeOf, keepLog, openLine, send, serve } from './helpers/serve.ts';

async function databasePath(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'deposit-callback-close-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'deposits.db');
}

function open(path: string, options: Partial<Options<SqliteDatabase>> = {}) {
  const log = keepLog();
  const store = sqliteStore({ path });
  const callbacks = depositCallbacks<SqliteDatabase>({
    providers: [imtoken({ secrets: [secret] })],
    store,
    policy,
    logger: log,
    ...options,
  });
  return { callbacks, store, log };
}

const never = (): Promise<never> => new Promise(() => {});
const post = (port: number) => send(port, { path: '/imtoken', ...signed(callbackBody()) });

/** How long it took, ms. */
async function timeOf(work: Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work;
  return performance.now() - startedAt;
}

test('what comes after close() is refused with 503, and its connection is not kept', async (t) => {
  const { callbacks } = open(await databasePath(t));
  const port = await serve(t, callbacks);
  assert.equal((await post(port)).status, 200);
  const closing = callbacks.close();
  assert.equal(callbacks.close(), closing, 'closing twice is closing once');
  for (const moment of ['while closing', 'closed']) {
    const answered = await post(port);
    assert.deepEqual([answered.status, codeOf(answered)], [503, 'UNAVAILABLE'], moment);
    assert.equal(answered.headers.connection, 'close');
    assert.match(String(answered.headers['retry-after']), /^\d+$/);
    await closing;
  }
});

test('a callback whose body is on its way when close() is called is stored, answered and delivered by the next process', async (t) => {
  const path = await databasePath(t);
  const { callbacks } = open(path);
  const port = await serve(t, callbacks);
  const { headers, body } = signed(callbackBody());
  const lines = Object.entries({ ...headers, 'content-length': body.length }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  const line = await openLine(t, port);
  line.write(`POST /imtoken HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\n${lines.join('\r\n')}\r\n\r\n`);
  await line.until(/100 Continue/);
  const closing = callbacks.close();
  line.write(body);
  await line.until(/^HTTP\/1\.1 200 /m);
  await closing;
  const next = open(path);
  t.after(() => next.callbacks.close(0));
  const amounts: bigint[] = [];
  next.callbacks.on('deposit', (deposit) => void amounts.push(deposit.amount));
  await next.callbacks.ready();
  await next.callbacks.idle();
  assert.deepEqual(amounts, [1_500_000n]);
});

test('a listener that runs when close() is called is waited for, and its event is settled', async (t) => {
  const path = await databasePath(t);
  const { callbacks } = open(path);
  const port = await serve(t, callbacks);
  const begun = promised();
  const goOn = promised();
  callbacks.on('deposit', async () => {
    begun.resolve();
    await goOn.promise;
  });
  await post(port);
  await begun.promise;
  const closing = callbacks.close();
  goOn.resolve();
  await closing;
  const next = open(path).store;
  await next.ready();
  assert.deepEqual([(await next.counts()).owed, (await next.events({ state: 'leased', limit: 9 })).length], [0, 0]);
  await next.close();
});

test('a listener that hangs is told to stop and its lease is freed: another process has the event at once', async (t) => {
  const path = await databasePath(t);
  const { callbacks } = open(path, { delivery: { leaseMs: 3_600_000 } });
  const port = await serve(t, callbacks);
  const begun = promised<AbortSignal>();
  callbacks.on('deposit', async (_deposit, { signal }) => {
    begun.resolve(signal);
    await never();
  });
  await post(port);
  const signal = await begun.promise;
  assert.ok((await timeOf(callbacks.close(50))) < 2_000);
  assert.equal(signal.aborted, true);
  const next = open(path);
  t.after(() => next.callbacks.close(0));
  const attempts: number[] = [];
  next.callbacks.on('deposit', (_deposit, { attempt }) => void attempts.push(attempt));
  await next.callbacks.ready();
  await next.callbacks.idle();
  assert.equal(attempts.length, 1);
});

for (const [name, options] of [
  ['isOurs', { policy: { ...policy, isOurs: never } }],
  ['hold', { policy: { ...policy, hold: never } }],
  ['a vault', { providers: [imtoken({ secrets: never })] }],
] as const) {
  test(`close() ends within its bound when ${name} hangs, and what was not stored was not acknowledged`, async (t) => {
    const path = await databasePath(t);
    const { callbacks } = open(path, options as Partial<Options<SqliteDatabase>>);
    await callbacks.ready();
    const port = await serve(t, (req, res) => {
      callbacks(req, res);
      came.resolve();
    });
    const came = promised();
    const line = await openLine(t, port);
    const { headers, body } = signed(callbackBody());
    const lines = Object.entries({ ...headers, 'content-length': body.length }).map((pair) => pair.join(': '));
    line.write(`POST /imtoken HTTP/1.1\r\nhost: a\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
    await came.promise;
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    assert.ok((await timeOf(callbacks.close(50))) < 2_500);
    const next = open(path).store;
    await next.ready();
    assert.equal((await next.counts()).callbacks, 0);
    await next.close();
  });
}

test('close() ends within its bound when the store hangs, and the log says so', async (t) => {
  const log = keepLog();
  const callbacks = depositCallbacks({
    providers: [imtoken({ secrets: [secret] })],
    store: { ...memoryStore(), commit: never, claim: never, close: never },
    policy,
    logger: log,
  });
  await callbacks.ready();
  const port = await serve(t, callbacks);
  const answered = post(port).catch(() => undefined);
  assert.ok((await timeOf(callbacks.close(50))) < 2_500);
  assert.ok(log.lines.some(({ message }) => message.includes('Closed without waiting')));
  assert.notEqual((await answered)?.status, 200);
});

test('a part that fails to close keeps no other from closing: leases are freed, and the store is closed', async (t) => {
  const path = await databasePath(t);
  const chain: ChainCheck = {
    network: 'eip155:1',
    head: never,
    check: never,
    close: () => Promise.reject(new Error('the node has hung up')),
  };
  const { callbacks, store, log } = open(path, { chains: [chain] });
  await callbacks.ready();
  await callbacks.close(50);
  assert.throws(() => store.database, { code: 'STORE_NOT_READY' });
  assert.ok(log.lines.some(({ level, message }) => level === 'error' && message.includes('close')));
  // Nor is what was closed opened again by whoever still waits for it.
  await callbacks.ready();
  await callbacks.close();
});
