import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import express from 'express';
import { depositCallbacks } from '../lib/deposit-callbacks.ts';
import type { Options } from '../lib/options.ts';
import { imtoken } from '../lib/providers/imtoken.ts';
import type { Answer, Provider } from '../lib/providers/kit/provider.ts';
import { memoryStore } from '../lib/stores/memory.ts';
import { type SqliteDatabase, sqliteStore } from '../lib/stores/sqlite.ts';
import type { Store } from '../lib/stores/store.ts';
import { fixedClock } from '../lib/testing/fixed-clock.ts';
import { callbackBody, secret, signed } from './helpers/deposits.ts';
import { promised } from './helpers/promised.ts';
import { policy } from './helpers/receiver.ts';
import { codeOf, keepLog, send, serve } from './helpers/serve.ts';

// What a user's own parts may do wrong. Each is our own trouble: the sender gets a 503 and comes again, it reads nothing
// of what went wrong, and the process lives on.

const imtokens = imtoken({ secrets: [secret] });

function receiver<Tx>(t: TestContext, options: Partial<Options<Tx>> = {}) {
  const log = keepLog();
  const callbacks = depositCallbacks<Tx>({ providers: [imtokens], policy, logger: log, ...options });
  t.after(() => callbacks.close(0));
  return { callbacks, log };
}

function durableStore(t: TestContext, now: () => number = Date.now): Store<SqliteDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'deposit-callback-own-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return sqliteStore({ path: join(folder, 'deposits.db'), now });
}

const answers: Record<string, () => Answer> = {
  throws: () => {
    throw new Error('the table of answers has no such row');
  },
  'gives nothing': () => undefined as unknown as Answer,
  'gives a status that is none': () => ({ status: 0 }),
  'gives a header that cannot be sent': () => ({ status: 200, headers: { 'x-odd': 'a\nb' } }),
};

for (const [name, answer] of Object.entries(answers)) {
  for (const [storeName, makeStore] of Object.entries({
    memory: () => memoryStore(),
    SQLite: () => sqliteStore({ path: ':memory:' }),
  })) {
    test(`an answer() of a provider that ${name}, over ${storeName}, gets a 503 that tells nothing`, async (t) => {
      const provider: Provider = { ...imtokens, answer };
      const { callbacks } = receiver(t, { providers: [provider], store: makeStore() as never });
      callbacks.on('deposit', () => {});
      const app = express();
      app.use(callbacks);
      const ports = [await serve(t, callbacks), await serve(t, app)];
      for (const port of ports) {
        const body = callbackBody();
        for (const time of ['first', 'again']) {
          const answered = await send(port, { path: '/imtoken', ...signed(body, { id: 'msg_1' }) });
          assert.deepEqual([answered.status, codeOf(answered)], [503, 'UNAVAILABLE'], time);
          assert.deepEqual(Object.keys(JSON.parse(answered.text)), ['type', 'title', 'status', 'code']);
        }
      }
      await callbacks.idle();
    });
  }
}

const strangers = `whsec_${Buffer.alloc(32, 66).toString('base64')}`;

// As in a test runner's sandbox, or where an old library brings its own.
const ForeignPromise: PromiseConstructor = runInNewContext('Promise');

test('a verify() with a promise of another kind is awaited: no forgery passes while it is pending', async (t) => {
  const provider: Provider = {
    ...imtokens,
    verify: (delivery) => new ForeignPromise((resolve) => resolve(imtokens.verify(delivery))),
  };
  const { callbacks } = receiver(t, { providers: [provider], store: durableStore(t) });
  const port = await serve(t, callbacks);
  const forged = await send(port, { path: '/imtoken', ...signed(callbackBody(), { secret: strangers }) });
  assert.deepEqual([forged.status, codeOf(forged)], [401, 'SIGNATURE_INVALID']);
  const right = await send(port, { path: '/imtoken', ...signed(callbackBody()) });
  assert.equal(right.status, 200);
  assert.equal((await callbacks.store.deposits({ limit: 9 })).length, 1);
});

test('a verify() that proves nothing lets nothing in', async (t) => {
  for (const proof of [undefined, null, false, true, 0, 'yes', Promise.resolve(true)]) {
    const provider: Provider = { ...imtokens, verify: () => proof as never };
    const { callbacks } = receiver(t, { providers: [provider], store: durableStore(t) });
    const port = await serve(t, callbacks);
    const answered = await send(port, { path: '/imtoken', ...signed(callbackBody()) });
    assert.deepEqual([answered.status, codeOf(answered)], [503, 'UNAVAILABLE'], String(proof));
  }
});

const brokenError = new Error('hidden');
Object.defineProperty(brokenError, 'message', {
  get() {
    throw new Error('no message');
  },
});
const oddThings: Record<string, unknown> = {
  undefined,
  'a text': 'no',
  'a symbol': Symbol('no'),
  'a bigint': 1n,
  'an object that is no text': Object.create(null),
  'an error without a readable message': brokenError,
  'an error with a symbol for a message': Object.assign(new Error('no'), { message: Symbol('no') }),
};

for (const [name, thrown] of Object.entries(oddThings)) {
  test(`a listener that throws ${name} gets the event again, and then it is a dead letter`, async (t) => {
    const clock = fixedClock();
    const { callbacks } = receiver(t, {
      store: durableStore(t, clock.now),
      now: clock.now,
      delivery: { attempts: 2, backoff: { firstMs: 1, maxMs: 1 } },
    });
    const attempts: number[] = [];
    callbacks.on('deposit', (_deposit, { attempt }) => {
      attempts.push(attempt);
      throw thrown;
    });
    const port = await serve(t, callbacks);
    assert.equal((await send(port, { path: '/imtoken', ...signed(callbackBody(), { now: clock.now() }) })).status, 200);
    await callbacks.idle();
    clock.advance(1_000);
    await callbacks.idle();
    assert.deepEqual(attempts, [1, 2]);
    const { dead } = await callbacks.store.counts();
    assert.equal(dead, 1);
  });
}

test('a logger that throws stops nothing', async (t) => {
  const clock = fixedClock();
  const broken = (): never => {
    throw new Error('the log is closed');
  };
  const { callbacks } = receiver(t, {
    store: durableStore(t, clock.now),
    now: clock.now,
    delivery: { backoff: { firstMs: 1, maxMs: 1 } },
    logger: { debug: broken, info: broken, warn: broken, error: broken },
  });
  let fails = true;
  const credited: bigint[] = [];
  callbacks.on('outcome', broken);
  callbacks.on('deposit', ({ amount }) => {
    if (fails) throw new Error('no');
    credited.push(amount);
  });
  const port = await serve(t, callbacks);
  const forged = await send(port, {
    path: '/imtoken',
    ...signed(callbackBody(), { secret: strangers, now: clock.now() }),
  });
  assert.deepEqual([forged.status, codeOf(forged)], [401, 'SIGNATURE_INVALID']);
  assert.equal((await send(port, { path: '/imtoken', ...signed(callbackBody(), { now: clock.now() }) })).status, 200);
  await callbacks.idle();
  fails = false;
  clock.advance(1_000);
  await callbacks.idle();
  assert.deepEqual(credited, [1500000n]);
});

test('a hold() that never answers keeps its own callback waiting, and no other', async (t) => {
  const { callbacks } = receiver(t, {
    store: durableStore(t),
    policy: { ...policy, hold: ({ amount }) => (amount === 13n ? new Promise<string>(() => {}) : undefined) },
    limits: { ackMs: 200 },
  });
  const credited: bigint[] = [];
  callbacks.on('deposit', ({ amount }) => void credited.push(amount));
  const port = await serve(t, callbacks);
  const post = (amount: string) => send(port, { path: '/imtoken', ...signed(callbackBody({ amount })) });
  const [hung, ...others] = await Promise.all([post('13'), post('1'), post('2'), post('13')]);
  assert.deepEqual([hung.status, ...others.map(({ status }) => status)], [503, 200, 200, 503]);
  assert.equal((await post('3')).status, 200);
  assert.equal((await callbacks.store.deposits({ limit: 9 })).length, 3);
});

test('a store that is never ready gets its callbacks a 503 in time, and is ready for them later', async (t) => {
  const store = durableStore(t);
  const hangs = promised();
  const slow: typeof store = Object.assign(Object.create(store), { ready: () => hangs.promise.then(store.ready) });
  const { callbacks } = receiver(t, { store: slow, limits: { ackMs: 50 } });
  const port = await serve(t, callbacks);
  const body = signed(callbackBody());
  const answered = await send(port, { path: '/imtoken', ...body });
  assert.deepEqual([answered.status, codeOf(answered)], [503, 'UNAVAILABLE']);
  hangs.resolve();
  await callbacks.ready();
  assert.equal((await send(port, { path: '/imtoken', ...body })).status, 200);
});

test('while the store opens, no more callbacks wait for it than limits.inFlight', async (t) => {
  const store = durableStore(t);
  const opens = promised();
  const slow: typeof store = Object.assign(Object.create(store), { ready: () => opens.promise.then(store.ready) });
  const { callbacks } = receiver(t, { store: slow, limits: { inFlight: 1, ackMs: 60_000 } });
  const port = await serve(t, callbacks);
  const sendOne = () => send(port, { path: '/imtoken', ...signed(callbackBody()) });
  const both = [sendOne(), sendOne()];
  const first = await Promise.race(both);
  assert.deepEqual([first.status, codeOf(first)], [503, 'UNAVAILABLE']);
  opens.resolve();
  const statuses = (await Promise.all(both)).map(({ status }) => status);
  assert.deepEqual(statuses.sort(), [200, 503]);
});

const readings: Record<string, () => unknown> = {
  nothing: () => undefined,
  'a promise': () => Promise.reject(new Error('read() has gone to the network')),
  'no list': () => ({ kind: 'transfers' }),
  'a kind that is none': () => ({ kind: 'deposit', transfers: [], removals: [] }),
};

for (const [name, read] of Object.entries(readings)) {
  test(`a read() that gives ${name} has its callback quarantined, and another one reads it later`, async (t) => {
    let reader = read;
    const provider: Provider = { ...imtokens, read: () => reader() as never };
    const { callbacks } = receiver(t, { providers: [provider], store: durableStore(t) });
    const credited: bigint[] = [];
    callbacks.on('deposit', ({ amount }) => void credited.push(amount));
    const port = await serve(t, callbacks);
    const sent = signed(callbackBody());
    assert.equal((await send(port, { path: '/imtoken', ...sent })).status, 200);
    const [kept] = await callbacks.store.callbacks({ limit: 1 });
    assert.deepEqual([kept?.outcome, kept?.code], ['quarantined', 'BODY_UNREADABLE']);
    reader = () => imtokens.read({ method: 'POST', url: '/', headers: {}, body: sent.body, receivedAt: 0 }, {});
    assert.deepEqual(await callbacks.reprocess(), { read: 1, recorded: 1, passedOver: 0 });
    await callbacks.idle();
    assert.deepEqual(credited, [1500000n]);
  });
}
