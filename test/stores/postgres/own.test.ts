import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { isDepositCallbackError } from '../../../lib/errors.ts';
import { type PostgresStoreOptions, postgresStore } from '../../../lib/stores/postgres.ts';
import type { Claim, Store } from '../../../lib/stores/store.ts';
import {
  claimOne,
  depositChange,
  recordDeposits,
  sampleCallback,
  sampleChange,
  sampleDeposit,
} from '../../../lib/testing/store-cases/samples.ts';
import { type PostgresServer, startPostgres } from '../../helpers/postgres-server.ts';

let server: PostgresServer;
let admin: pg.Pool;
before(async () => {
  server = await startPostgres();
  admin = server.pool({ max: 4 });
  await admin.query('CREATE TABLE credit (event_id text PRIMARY KEY, amount numeric(78,0) CHECK (amount > 0))');
});
after(() => server.remove());

let schemas = 0;

/** A store over a pool and a schema of its own, closed after the test. */
async function open(
  t: { after(fn: () => Promise<void>): void },
  options: Partial<PostgresStoreOptions> & { pool?: pg.Pool } = {},
): Promise<Store<pg.PoolClient>> {
  schemas += 1;
  const pool = options.pool ?? server.pool();
  const store = postgresStore<pg.PoolClient>({ schema: `own_${schemas}`, ...options, pool });
  t.after(() => store.close());
  await store.ready();
  return store;
}

async function credits(): Promise<string[]> {
  const { rows } = await admin.query<{ event_id: string }>('SELECT event_id FROM credit ORDER BY 1');
  return rows.map(({ event_id }) => event_id);
}

async function claimOf(store: Store<pg.PoolClient>, key: string): Promise<Claim> {
  await recordDeposits(store as Store<unknown>, key);
  return claimOne(store as Store<unknown>);
}

function isCoded(code: string): (error: unknown) => boolean {
  return (error) => isDepositCallbackError(error) && error.code === code;
}

test('a credit and the mark of its event are kept together', async (t) => {
  const store = await open(t);
  const claim = await claimOf(store, 'together');
  const insert = (tx: pg.PoolClient) => tx.query('INSERT INTO credit VALUES ($1, $2)', ['together', 5]);
  assert.equal(await store.settle(claim, [insert]), true);
  assert.ok((await credits()).includes('together'));
  assert.equal((await store.events({ limit: 1 }))[0]?.state, 'handled');
});

test('a function that fails takes back what those before it wrote, and the mark', async (t) => {
  const store = await open(t);
  const claim = await claimOf(store, 'rolled-back');
  const functions = [
    (tx: pg.PoolClient) => tx.query('INSERT INTO credit VALUES ($1, $2)', ['rolled-back', 5]),
    (tx: pg.PoolClient) => tx.query('INSERT INTO credit VALUES ($1, $2)', ['negative', -1]),
  ];
  await assert.rejects(store.settle(claim, functions), /credit_amount_check/);
  assert.deepEqual(await credits().then((ids) => ids.filter((id) => id === 'rolled-back' || id === 'negative')), []);
  assert.equal((await store.events({ limit: 1 }))[0]?.state, 'leased');
  assert.equal(await store.settle(claim, []), true);
});

test('a failed query that a function hides does not pass for a commit', async (t) => {
  const store = await open(t);
  const claim = await claimOf(store, 'hidden');
  const hide = async (tx: pg.PoolClient): Promise<void> => {
    await tx.query('INSERT INTO credit VALUES ($1, $2)', ['hidden', -1]).catch(() => {});
  };
  await assert.rejects(store.settle(claim, [hide]), /rolled back/);
  assert.equal((await store.events({ limit: 1 }))[0]?.state, 'leased');
});

test('a query after the function has returned is refused, and so is releasing the client', async (t) => {
  const store = await open(t);
  const claim = await claimOf(store, 'late');
  let kept: pg.PoolClient | undefined;
  assert.equal(
    await store.settle(claim, [
      (tx) => {
        kept = tx;
        assert.throws(() => tx.release(), isCoded('LISTENER_FAILED'));
      },
    ]),
    true,
  );
  assert.throws(() => void kept?.query('SELECT 1'), isCoded('ATOMICALLY_ASYNC'));
});

test('deposits are found by the transaction id that their key ends with, and by another one', async (t) => {
  const store = await open(t);
  const deposits = [
    sampleDeposit('a', { transaction: { id: '0xa' } }),
    sampleDeposit('b', { transaction: { id: '0xb' } }),
    sampleDeposit('c', { transaction: { id: '0xa' } }),
  ];
  const changes = ['eip155:1|0xa', 'eip155:1|0xb', 'payment|shop/7'].map((key, index) =>
    sampleChange(key, { deposits: deposits.slice(index, index + 1) }),
  );
  await store.commit({ callbacks: [], changes });
  const found = await store.deposits({ transactionId: '0xa', limit: 9 });
  assert.deepEqual(found.map(({ id }) => id).sort(), ['deposit-a', 'deposit-c']);
  assert.deepEqual(await store.deposits({ transactionId: 'shop/7', limit: 9 }), []);
});

/** Takes one query at a time, as `pg` 9 does. */
class OneAtATime extends pg.Client {
  static refused = 0;
  #running = 0;

  // biome-ignore lint/suspicious/noExplicitAny: the signatures of pg are overloads, whose common form this is
  override query(...given: any[]): any {
    if (this.#running > 0) OneAtATime.refused += 1;
    this.#running += 1;
    const ended = (): void => {
      this.#running -= 1;
    };
    const callback: unknown = given.at(-1);
    if (typeof callback === 'function') {
      given[given.length - 1] = (...answer: unknown[]) => {
        ended();
        callback(...answer);
      };
      return Reflect.apply(super.query, this, given);
    }
    return Promise.resolve(Reflect.apply(super.query, this, given)).finally(ended);
  }
}

test('no client is given a query while it runs another', async (t) => {
  const store = await open(t, { pool: server.pool({ Client: OneAtATime }) });
  const names = ['one', 'two', 'three', 'four'];
  await Promise.all(names.map((name) => recordDeposits(store as Store<unknown>, name)));
  await Promise.all(names.map((name) => store.load([name])));
  const claims = await store.claim({ limit: names.length, leaseMs: 10_000, except: [] });
  const insertParts = async (tx: pg.PoolClient, name: string): Promise<void> => {
    const rows = ['a', 'b', 'c'].map((part) => [`${name}-${part}`, 5]);
    await Promise.all(rows.map((row) => tx.query('INSERT INTO credit VALUES ($1, $2)', row)));
  };
  const settled = await Promise.all(
    claims.map((claim, index) => store.settle(claim, [(tx) => insertParts(tx, `in-turn-${index}`)])),
  );
  assert.deepEqual(settled, [true, true, true, true]);
  assert.equal((await credits()).filter((id) => id.startsWith('in-turn-')).length, 12);
  assert.equal(OneAtATime.refused, 0);
});

test('another process is woken when events are owed', async (t) => {
  const schema = 'woken';
  const [one, other] = [await open(t, { schema }), await open(t, { schema })];
  let wakes = 0;
  const woken = new Promise<void>((resolve) => {
    const stop = other.onEvents?.(() => {
      wakes += 1;
      // The first tells that it listens now.
      if (wakes === 1) void recordDeposits(one as Store<unknown>, 'a');
      else resolve();
    });
    t.after(async () => stop?.());
  });
  await woken;
});

test('many starters at once make one schema', async (t) => {
  const schema = 'many_starters';
  const stores = Array.from({ length: 5 }, () => postgresStore({ pool: server.pool({ max: 4 }), schema }));
  for (const store of stores) t.after(() => store.close());
  await Promise.all(stores.map((store) => store.ready()));
  const { rows } = await admin.query(`SELECT version FROM ${schema}.schema_version ORDER BY version`);
  assert.ok(rows.length > 0);
  assert.deepEqual(
    rows.map(({ version }) => version),
    rows.map((_, index) => index + 1),
    'each version once',
  );
});

test('a user who may only use the database finds the schema that an administrator made', async (t) => {
  await admin.query('CREATE ROLE app LOGIN');
  await admin.query('CREATE SCHEMA "Given ""name""" AUTHORIZATION app');
  await open(t, { schema: 'Given "name"', pool: server.pool({ user: 'app', max: 4 }) });
});

test('the recording client is kept when deliveries and others have taken the rest of the pool', async (t) => {
  const pool = server.pool({ max: 4 });
  const store = await open(t, { pool });
  await store.commit({ callbacks: [sampleCallback('first')], changes: [] });
  const taken = await Promise.all([1, 2, 3].map(() => pool.connect()));
  t.after(async () => {
    for (const client of taken) client.release();
  });
  const batch = { callbacks: [sampleCallback('second')], changes: [depositChange('second')] };
  assert.deepEqual(await store.commit(batch), { lost: [] });
});

test('a lost connection is made anew', async (t) => {
  const store = await open(t);
  await recordDeposits(store as Store<unknown>, 'before');
  await admin.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  );
  const again = async (): Promise<number | undefined> =>
    (await store.load(['before']).catch(() => store.load(['before'])))[0]?.version;
  assert.equal(await again(), 1);
});

test('settings that may lose an acknowledged callback are refused by name', async (t) => {
  await admin.query(`CREATE ROLE hasty LOGIN SUPERUSER`);
  await admin.query(`ALTER ROLE hasty SET synchronous_commit = off`);
  const pool = server.pool({ user: 'hasty' });
  await assert.rejects(
    open(t, { pool }),
    (error) => isCoded('STORE_NOT_DURABLE')(error) && String(error).includes('synchronous_commit = on'),
  );
  await open(t, { pool, acceptLoss: true });
});

test('a database whose encoding cannot hold every text is refused', async (t) => {
  await admin.query(`CREATE DATABASE narrow ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'`);
  await assert.rejects(open(t, { pool: server.pool({ database: 'narrow' }) }), isCoded('OPTION_INVALID'));
});

test('a URL is enough, and close ends its connections', async () => {
  const store = postgresStore({ url: server.url, schema: 'by_url' });
  await store.ready();
  await recordDeposits(store as Store<unknown>, 'a');
  await store.close();
  await assert.rejects(store.load(['a']), isCoded('STORE_NOT_READY'));
  const { rows } = await admin.query(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE '%by_url%' AND pid <> pg_backend_pid()`,
  );
  assert.deepEqual(rows, [{ n: 0 }]);
});

test('options that cannot be understood are refused', () => {
  const pool = server.pool({ max: 3 });
  for (const options of [{}, { pool, url: server.url }, { pool }, { url: server.url, schema: '' }]) {
    assert.throws(() => postgresStore(options as PostgresStoreOptions), isCoded('OPTION_INVALID'));
  }
});
