import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DepositEvent } from '../../lib/deposits/deposit.ts';
import { silentLogger } from '../../lib/observe/logger.ts';
import { type Alarm, createNews } from '../../lib/observe/news.ts';
import { type DelivererOptions, delivererTelling } from '../../lib/outbox/deliverer.ts';
import type { PostgresTransaction } from '../../lib/stores/postgres.ts';
import type { SqliteStore } from '../../lib/stores/sqlite.ts';
import type { Store } from '../../lib/stores/store.ts';
import { owe } from '../helpers/events.ts';
import { everyStore } from '../helpers/every-store.ts';
import { promised } from '../helpers/promised.ts';

// What holds of every store, with and without a transaction to lend.

const stores = await everyStore();

async function owed(store: Store, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) ids.push(...(await owe(store, `${100 + index}`, ['deposit'])));
  return ids;
}

async function stateOf(store: Store, eventId: string): Promise<string | undefined> {
  return (await store.events({ limit: 100 })).find(({ id }) => id === eventId)?.state;
}

for (const [engine, open] of stores) {
  const opened = async (options: Partial<DelivererOptions<unknown>> = {}) => {
    const store = open();
    await store.ready();
    const news = createNews(silentLogger);
    const deliverer = delivererTelling<unknown>(news, { store, logger: silentLogger, random: () => 1e-9, ...options });
    return {
      store,
      news,
      deliverer,
      async [Symbol.asyncDispose]() {
        await deliverer.close(0);
        await store.close();
      },
    };
  };

  test(`${engine}: a listener of batches is handed many deposits at once, at most so many, and all are settled`, async () => {
    await using given = await opened();
    const { store, deliverer } = given;
    const ids = await owed(store, 12);
    const batches: string[][] = [];
    deliverer.on(
      'deposit',
      async (batch) => {
        batches.push(batch.map(({ eventId, deposit }) => `${eventId} ${deposit.amount}`));
      },
      { batch: 5 },
    );
    await deliverer.idle();
    assert.ok(Math.max(...batches.map(({ length }) => length)) === 5, JSON.stringify(batches.map((one) => one.length)));
    assert.deepEqual(batches.flat().sort(), ids.map((id) => `${id} 1`).sort());
    for (const id of ids) assert.equal(await stateOf(store, id), 'handled');
  });

  test(`${engine}: a deposit that cannot be credited is found by halves: it alone is retried and given up`, async () => {
    await using given = await opened({ attempts: 2, backoff: { firstMs: 1, maxMs: 1 }, pollMs: 1 });
    const { store, deliverer, news } = given;
    const ids = await owed(store, 16);
    const poison = ids[9] ?? '';
    const dead = promised<string>();
    news.on('dead-letter', ({ eventId }) => dead.resolve(eventId));
    const credited: string[] = [];
    const alone: number[] = [];
    deliverer.on(
      'deposit',
      (batch) => {
        const found = batch.find(({ eventId }) => eventId === poison);
        if (found && batch.length === 1) alone.push(found.attempt);
        if (found) throw new Error('no such account');
        credited.push(...batch.map(({ eventId }) => eventId));
      },
      { batch: 100 },
    );
    assert.equal(await dead.promise, poison);
    await deliverer.idle();
    assert.deepEqual(credited.sort(), ids.filter((id) => id !== poison).sort());
    assert.deepEqual(alone, [1, 2]);
    assert.equal(await stateOf(store, poison), 'dead');
  });

  test(`${engine}: events of one deposit stay in order, and a batch holds each deposit once`, async () => {
    await using given = await opened();
    const { store, deliverer } = given;
    await owe(store, 'a', ['deposit', 'deposit.reverted']);
    await owe(store, 'b', ['deposit', 'deposit.reverted']);
    const told: string[] = [];
    for (const kind of ['deposit', 'deposit.reverted'] as const) {
      const listener = (batch: readonly { deposit: DepositEvent['deposit'] }[]): void => {
        const ids = batch.map(({ deposit }) => deposit.id);
        assert.equal(new Set(ids).size, ids.length);
        told.push(...ids.map((id) => `${id} ${kind}`));
      };
      deliverer.on(kind, listener, { batch: 100 });
    }
    await deliverer.idle();
    for (const id of ['dep_a', 'dep_b']) {
      const own = told.filter((text) => text.startsWith(id));
      assert.deepEqual(own, [`${id} deposit`, `${id} deposit.reverted`]);
    }
  });

  test(`${engine}: a listener of batches that hangs raises one alarm, and its signal ends with the deliverer`, async () => {
    await using given = await opened({ leaseMs: 30 });
    const { store, deliverer, news } = given;
    const alarms: Alarm[] = [];
    const alarmed = promised();
    news.on('alarm', (alarm) => {
      alarms.push(alarm);
      alarmed.resolve();
    });
    await owed(store, 3);
    let aborted: AbortSignal | undefined;
    deliverer.on(
      'deposit',
      (_, { signal }) => {
        aborted = signal;
        return new Promise(() => {});
      },
      { batch: 100 },
    );
    await alarmed.promise;
    await deliverer.close(0);
    assert.deepEqual(
      alarms.map(({ code }) => code),
      ['LISTENER_HANGS'],
    );
    assert.equal(aborted?.aborted, true);
  });

  if (engine === 'redis') {
    test(`${engine}: functions of a batch are refused by name, and nothing is settled`, async () => {
      await using given = await opened({ attempts: 1 });
      const { store, deliverer, news } = given;
      const errors: string[] = [];
      news.on('dead-letter', ({ error }) => errors.push(error));
      const ids = await owed(store, 2);
      deliverer.on('deposit', (_, { atomically }) => atomically(() => {}), { batch: 100 });
      await deliverer.idle();
      assert.equal(errors.length, 2);
      assert.match(errors[0] ?? '', /no transaction for atomically/);
      assert.deepEqual(await Promise.all(ids.map((id) => stateOf(store, id))), ['dead', 'dead']);
    });
  }
}

const lending = stores.filter(([engine]) => engine === 'sqlite' || engine === 'postgres');
for (const [engine, open] of lending) {
  const insert = 'INSERT INTO batch_credits (event_id) VALUES ';
  const table = 'CREATE TABLE batch_credits (event_id TEXT PRIMARY KEY)';
  const write = (tx: unknown, ids: readonly string[]): unknown => {
    if (engine === 'sqlite') {
      const statement = (tx as SqliteStore['database']).prepare(`${insert}${ids.map(() => '(?)').join()}`);
      return void statement.run(...ids);
    }
    return (tx as PostgresTransaction).query(`${insert}${ids.map((_, index) => `($${index + 1})`).join()}`, [...ids]);
  };

  test(`${engine}: one statement credits a batch with its marks; a row that fails undoes its own half only`, async () => {
    const store = open();
    await store.ready();
    const deliverer = delivererTelling<unknown>(createNews(silentLogger), { store, logger: silentLogger, attempts: 1 });
    const sizes: number[] = [];
    const [first = ''] = await owed(store, 1);
    const [claim] = await store.claim({ limit: 1, leaseMs: 60_000, except: [] });
    assert.ok(claim, 'the first is due');
    // Credited before by other means, so that its row is refused now.
    await store.settleAll?.(
      [claim],
      [
        (tx) =>
          engine === 'sqlite'
            ? void (tx as SqliteStore['database']).exec(table)
            : (tx as PostgresTransaction).query(table),
        (tx) => write(tx, [first.replace('100', '105')]),
      ],
    );
    const ids = [];
    for (let index = 1; index < 10; index += 1) ids.push(...(await owe(store, `${100 + index}`, ['deposit'])));
    deliverer.on(
      'deposit',
      (batch, { atomically }) => {
        sizes.push(batch.length);
        atomically((tx) =>
          write(
            tx,
            batch.map(({ eventId }) => eventId),
          ),
        );
      },
      { batch: 100 },
    );
    await deliverer.idle();
    assert.equal(sizes[0], 9);
    const states = await Promise.all(ids.map((id) => stateOf(store, id)));
    assert.deepEqual(
      states,
      ids.map((id) => (id.includes('105') ? 'dead' : 'handled')),
    );
    await deliverer.close(0);
    await store.close();
  });

  test(`${engine}: what another process has taken over is not credited here, and the rest of its batch is`, async () => {
    let now = Date.UTC(2030, 0, 1);
    const store = open({ now: () => now });
    await store.ready();
    const ids = await owed(store, 4);
    const claims = await store.claim({ limit: 4, leaseMs: 1_000, except: [] });
    now += 2_000;
    const [taken] = await store.claim({ limit: 1, leaseMs: 60_000, except: [] });
    const ran: string[] = [];
    const ours = await store.settleAll?.(claims, [() => void ran.push('credited')]);
    assert.deepEqual(ran, [], 'no function runs for a batch that is not wholly ours');
    assert.deepEqual(
      ours,
      claims.map(({ event }) => event.id !== taken?.event.id),
    );
    for (const id of ids) assert.equal(await stateOf(store, id), 'leased');
    await store.close();
  });
}
