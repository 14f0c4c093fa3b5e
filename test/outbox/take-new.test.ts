import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { silentLogger } from '../../lib/observe/logger.ts';
import { createNews } from '../../lib/observe/news.ts';
import { createDeliverer, type DelivererOptions, delivererTelling } from '../../lib/outbox/deliverer.ts';
import { type SqliteDatabase, type SqliteStore, sqliteStore } from '../../lib/stores/sqlite.ts';
import type { Store } from '../../lib/stores/store.ts';
import { owe } from '../helpers/events.ts';
import { promised } from '../helpers/promised.ts';

type Asked = { method: string; count: number };

/** A deliverer over a file, which has looked and found nothing; what it asks of its store from then on; and its commits. */
async function takingDeliverer(t: TestContext, options: Partial<DelivererOptions<SqliteDatabase>> = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'deposit-callback-'));
  const path = join(directory, 'deposits.db');
  const store = sqliteStore({ path });
  await store.ready();
  const asked: Asked[] = [];
  const seen: Store<SqliteDatabase> = {
    ...withoutGetters(store),
    claim: async (request) => {
      const claims = await store.claim(request);
      asked.push({ method: 'claim', count: claims.length });
      return claims;
    },
  };
  const deliverer = delivererTelling<SqliteDatabase>(createNews(silentLogger), {
    store: seen,
    logger: silentLogger,
    pollMs: 60_000,
    ...options,
  });
  t.after(async () => {
    await deliverer.close(0);
    await store.close();
    await rm(directory, { recursive: true });
  });
  const taking: Store = { ...seen, commit: deliverer.inbox.commit } as Store;
  const start = async (): Promise<void> => {
    deliverer.wake();
    await deliverer.idle();
    asked.length = 0;
  };
  return { path, store, deliverer, taking, asked, start };
}

function withoutGetters(store: SqliteStore): Store<SqliteDatabase> {
  const { database: _, ...members } = Object.getOwnPropertyDescriptors(store);
  return Object.defineProperties({}, members) as Store<SqliteDatabase>;
}

async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
}

test('an event whose listener has room is handed to it from its commit, and nothing is claimed', async (t) => {
  const { store, deliverer, taking, asked, start } = await takingDeliverer(t);
  const handed: string[] = [];
  deliverer.on('deposit', (_, { eventId, attempt }) => void handed.push(`${eventId} ${attempt}`));
  await start();
  const ids = [...(await owe(taking, 'a', ['deposit'])), ...(await owe(taking, 'b', ['deposit']))];
  const leased = await store.events({ state: 'leased', limit: 10 });
  assert.deepEqual(leased.map(({ id }) => id).sort(), ids, 'leased by the commit, before any turn of the event loop');
  await turns();
  assert.deepEqual(
    handed,
    ids.map((id) => `${id} 1`),
  );
  assert.equal((await store.counts()).owed, 0);
  assert.deepEqual(asked, []);
});

test('events of one deposit come in order: the next is looked for when the one before it has ended', async (t) => {
  const { deliverer, taking, start } = await takingDeliverer(t);
  const handed: string[] = [];
  const all = promised();
  const kinds = ['deposit.pending', 'deposit', 'deposit.reverted'] as const;
  for (const kind of kinds) {
    deliverer.on(kind, async () => {
      await turns(2);
      handed.push(kind);
      if (handed.length === kinds.length) all.resolve();
    });
  }
  await start();
  await owe(taking, 'a', kinds);
  await all.promise;
  assert.deepEqual(handed, kinds);
});

test('what there is no room for is left to others, and older events go before new ones', async (t) => {
  const { path, store, deliverer, taking, start } = await takingDeliverer(t, { concurrency: 1 });
  const gates = [promised(), promised(), promised(), promised()];
  const handed: string[] = [];
  deliverer.on('deposit', async (deposit) => {
    const gate = gates[handed.length];
    handed.push(deposit.id);
    await gate?.promise;
  });
  await start();
  await owe(taking, 'a', ['deposit']);
  await owe(taking, 'b', ['deposit']);
  await owe(taking, 'c', ['deposit']);
  await turns();
  assert.deepEqual(handed, ['dep_a']);
  assert.equal((await store.events({ state: 'owed', limit: 10 })).length, 2, 'there is room for one at a time');

  const other = sqliteStore({ path });
  t.after(() => other.close());
  await other.ready();
  const [claim] = await other.claim({ limit: 1, leaseMs: 60_000, except: [] });
  assert.equal(claim?.event.deposit.id, 'dep_b');
  gates[0]?.resolve();
  await owe(taking, 'd', ['deposit']);
  await turns();
  assert.deepEqual(handed, ['dep_a', 'dep_c'], 'the older one first');
  gates[1]?.resolve();
  gates[2]?.resolve();
  await turns();
  assert.deepEqual(handed, ['dep_a', 'dep_c', 'dep_d']);
});

test('a kind that nobody listens to is not leased at its commit', async (t) => {
  const { store, deliverer, taking, start } = await takingDeliverer(t);
  deliverer.on('deposit.failed', () => {});
  await start();
  await owe(taking, 'a', ['deposit']);
  await turns();
  assert.equal((await store.events({ limit: 1 }))[0]?.state, 'owed');
});

test('nothing is leased at a commit beside an event that may end the process', async (t) => {
  const { store, deliverer, taking } = await takingDeliverer(t);
  const gate = promised();
  deliverer.on('deposit', () => gate.promise);
  // It has not looked for suspects yet.
  deliverer.wake();
  await owe(taking, 'a', ['deposit']);
  assert.equal((await store.events({ limit: 1 }))[0]?.state, 'owed');
  gate.resolve();
  await deliverer.idle();
});

test('a closed store gives back what was leased at a commit, to another process at once', async (t) => {
  const { path, store, deliverer, taking, start } = await takingDeliverer(t, { leaseMs: 3_600_000 });
  deliverer.on('deposit', () => new Promise(() => {}));
  await start();
  await owe(taking, 'a', ['deposit']);
  await turns();
  assert.equal((await store.events({ limit: 1 }))[0]?.state, 'leased');
  await store.close();
  const other = sqliteStore({ path });
  await other.ready();
  const heir = createDeliverer<SqliteDatabase>({ store: other, logger: silentLogger });
  t.after(async () => {
    await heir.close(0);
    await other.close();
  });
  const handed = promised();
  heir.on('deposit', () => handed.resolve());
  await handed.promise;
});
