import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type pg from 'pg';
import { depositCallbacks } from '../../lib/deposit-callbacks.ts';
import { silentLogger } from '../../lib/observe/logger.ts';
import { createNews } from '../../lib/observe/news.ts';
import { type DelivererOptions, delivererTelling } from '../../lib/outbox/deliverer.ts';
import { createShare } from '../../lib/outbox/share.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import type { Store } from '../../lib/stores/store.ts';
import { depositChange, sampleCallback } from '../../lib/testing/store-cases/samples.ts';
import { alice, callbackBody, secret, signed, usdt } from '../helpers/deposits.ts';
import { everyStore } from '../helpers/every-store.ts';
import { listen, send } from '../helpers/serve.ts';

/** Callbacks in a commit: as many as wait while one is under way. */
const batch = 64;

/** A deliverer, and arrivals of which more always wait: one commit follows the other. */
function arriving(t: TestContext, store: Store<unknown>, options: Partial<DelivererOptions<unknown>> = {}) {
  const news = createNews(silentLogger);
  const deliverer = delivererTelling(news, { store, logger: silentLogger, ...options });
  t.after(async () => {
    await deliverer.close(0);
    await store.close();
  });
  let commits = 0;
  const commit = async (): Promise<void> => {
    const keys = Array.from({ length: batch }, (_, index) => `${commits}-${index}`);
    commits += 1;
    const callbacks = keys.map((key) => sampleCallback(`cb_${key}`));
    const { lost } = await deliverer.inbox.commit({ callbacks, changes: keys.map((key) => depositChange(key)) });
    assert.deepEqual(lost, []);
    // As the recorder does between two commits.
    await new Promise(setImmediate);
  };
  return { news, deliverer, commit, count: () => commits };
}

for (const [engine, open] of (await everyStore()).filter(([name]) => name !== 'memory')) {
  test(`${engine}: while arrivals always wait, as many events are settled as are made, and none waits for long`, async (t) => {
    const store = open();
    await store.ready();
    const { news, deliverer, commit, count } = arriving(t, store);
    const madeAt = new Map<string, number>();
    let settled = 0;
    let longest = 0;
    news.on('event', ({ deposit }) => {
      settled += 1;
      longest = Math.max(longest, count() - (madeAt.get(deposit.id) ?? Number.NaN));
    });
    deliverer.on('deposit', async (deposit, { atomically }) => {
      // What a ledger takes: a query in the transaction that settles, or a turn of the event loop.
      if (engine === 'postgres') atomically(async (tx) => void (await (tx as pg.ClientBase).query('SELECT 1')));
      else await new Promise(setImmediate);
      // Its transaction begins with the number of the commit before it.
      madeAt.set(deposit.id, Number(/\d+/.exec(deposit.transaction.id)?.[0]));
    });
    deliverer.wake();
    await deliverer.idle();
    let behind = 0;
    for (let round = 0; round < 80; round += 1) {
      await commit();
      behind = Math.max(behind, count() * batch - settled);
    }
    assert.ok(behind <= 12 * batch, `at most ${12 * batch} events behind, not ${behind} of ${80 * batch}`);
    assert.ok(longest <= 20, `an event waits for at most 20 commits, not ${longest}`);
  });
}

test('a commit waits for what is behind, and no longer than until that is settled', async () => {
  const share = createShare();
  share.committed(256, 3_600_000);
  assert.equal(share.turn(), undefined, 'a few hundred events may be behind');
  share.committed(64, 3_600_000);
  const seen: string[] = [];
  const turn = share.turn()?.then(() => seen.push('committed'));
  share.settled(63);
  await new Promise(setImmediate);
  assert.deepEqual(seen, []);
  share.settled(1);
  await turn;
  assert.equal(share.turn(), undefined);
});

test('a commit waits a quarter of a second at most, however long the last one took: its sender waits for an answer', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const share = createShare();
  share.committed(1_000, 3_600_000);
  const seen: string[] = [];
  const turn = share.turn()?.then(() => seen.push('committed'));
  t.mock.timers.tick(249);
  await new Promise(setImmediate);
  assert.deepEqual(seen, []);
  t.mock.timers.tick(1);
  await turn;
  assert.deepEqual(seen, ['committed']);
});

test('a commit does not wait when nothing is owed any more: another process has settled it', async () => {
  const share = createShare();
  share.committed(1_000, 3_600_000);
  const turn = share.turn();
  assert.ok(turn !== undefined, 'it waits');
  share.caughtUp();
  await turn;
  assert.equal(share.turn(), undefined);
});

test('commits wait only now and then for listeners that do not succeed', async () => {
  const share = createShare();
  let waits = 0;
  for (let commit = 0; commit < 1_000; commit += 1) {
    const turn = share.turn();
    if (turn !== undefined) waits += 1;
    await turn;
    share.committed(64, 0);
  }
  assert.ok(waits > 0 && waits <= 40, `at most 40 of 1000 commits wait, not ${waits}`);
});

for (const [name, fails] of [
  ['fails', () => Promise.reject(new Error('the ledger is down'))],
  ['hangs', () => new Promise<void>(() => {})],
] as const) {
  test(`no callback is refused while the ledger ${name}`, async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'deposit-callback-'));
    const callbacks = depositCallbacks({
      providers: [imtoken({ secrets: [secret] })],
      store: sqliteStore({ path: join(directory, 'deposits.db') }),
      policy: { assets: [{ asset: usdt, decimals: 6 }], isOurs: ({ address }) => address === alice },
      logger: silentLogger,
    });
    t.after(async () => {
      await callbacks.close(0);
      await rm(directory, { recursive: true });
    });
    callbacks.on('deposit', fails);
    await callbacks.ready();
    const port = await listen(
      t,
      createServer((req, res) => callbacks(req, res)),
    );
    const statuses: number[] = [];
    const sendTwenty = async (): Promise<void> => {
      for (let sent = 0; sent < 20; sent += 1) {
        statuses.push((await send(port, { path: '/imtoken', ...signed(callbackBody()) })).status);
      }
    };
    await Promise.all(Array.from({ length: 30 }, sendTwenty));
    assert.equal(statuses.length, 600);
    assert.deepEqual([...new Set(statuses)], [200]);
    assert.equal((await callbacks.store.counts()).owed, 600);
  });
}
