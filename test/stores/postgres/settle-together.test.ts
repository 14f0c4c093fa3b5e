import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import pg from 'pg';
import { mayChangeTransaction } from '../../../lib/stores/postgres/atomically-client.ts';
import { createConnections } from '../../../lib/stores/postgres/connections.ts';
import { createGroupSize } from '../../../lib/stores/postgres/group-size.ts';
import { createSettleWithFunctions } from '../../../lib/stores/postgres/settle-with-functions.ts';
import { postgresStore } from '../../../lib/stores/postgres.ts';
import type { Claim, Store } from '../../../lib/stores/store.ts';
import { claimAll, recordDeposits } from '../../../lib/testing/store-cases/samples.ts';
import { type PostgresServer, startPostgres } from '../../helpers/postgres-server.ts';

type Run = (tx: pg.PoolClient) => unknown;

let server: PostgresServer;
let admin: pg.Pool;
before(async () => {
  server = await startPostgres({ deadlock_timeout: '20ms' });
  admin = server.pool({ max: 4 });
  await admin.query('CREATE TABLE credit (event_id text, transaction_id text, balance bigint)');
  await admin.query('CREATE TABLE account (name text PRIMARY KEY, balance bigint NOT NULL)');
  await admin.query("INSERT INTO account VALUES ('hot', 0), ('cold', 0)");
});
after(() => server.remove());

let schemas = 0;

interface Delivered {
  store: Store<pg.PoolClient>;
  claims: readonly Claim[];
  /** Settles each claim with the function that `of` makes of it, all at once. */
  settle(of: (claim: Claim, index: number) => Run, atOnce?: number): Promise<PromiseSettledResult<boolean>[]>;
}

/** As many leased events in a schema of their own, over a pool of the test's own. */
async function deliver(t: TestContext, count: number, pool = server.pool({ max: 12 })): Promise<Delivered> {
  schemas += 1;
  const schema = `together_${schemas}`;
  const store = postgresStore<pg.PoolClient>({ schema, pool });
  t.after(() => store.close());
  await store.ready();
  const keys = Array.from({ length: count }, (_, index) => `${schema}-${index}`);
  await recordDeposits(store as Store<unknown>, ...keys);
  const claims = await claimAll(store as Store<unknown>, count);
  assert.equal(claims.length, count);
  return {
    store,
    claims,
    settle: (of, atOnce = 1) =>
      Promise.allSettled(claims.map((claim, index) => store.settle(claim, [of(claim, index)], { atOnce }))),
  };
}

const credit = async (tx: pg.PoolClient, { event }: Claim): Promise<void> => {
  await tx.query('INSERT INTO credit VALUES ($1, pg_current_xact_id()::text)', [event.id]);
};

/** Of each claim: how often it was credited, and the state of its event. */
async function outcome({ store, claims }: Delivered): Promise<[credits: number, state: string | undefined][]> {
  const ids = claims.map(({ event }) => event.id);
  const { rows } = await admin.query<{ event_id: string }>('SELECT event_id FROM credit WHERE event_id = ANY($1)', [
    ids,
  ]);
  const events = await store.events({ limit: 1_000 });
  const states = new Map(events.map(({ id, state }) => [id, state]));
  return ids.map((id) => [rows.filter(({ event_id }) => event_id === id).length, states.get(id)]);
}

const creditedOnce: [number, string] = [1, 'handled'];

test('deliveries that wait are credited by few transactions, each of them once', async (t) => {
  const pool = server.pool({ max: 12 });
  const delivered = await deliver(t, 60, pool);
  const connections = createConnections(pool, `together_${schemas}`, async () => {});
  const settle = createSettleWithFunctions(
    () => connections,
    () => null,
    () => 0,
  );
  const results = await Promise.all(
    delivered.claims.map((claim) => settle(claim, [(tx) => credit(tx as pg.PoolClient, claim)])),
  );
  assert.deepEqual(results, Array(60).fill(true));
  assert.deepEqual(await outcome(delivered), Array(60).fill(creditedOnce));
  const ids = delivered.claims.map(({ event }) => event.id);
  const { rows } = await admin.query(
    'SELECT count(*)::integer AS size FROM credit WHERE event_id = ANY($1) GROUP BY transaction_id ORDER BY 1',
    [ids],
  );
  assert.deepEqual(
    rows.map(({ size }) => size),
    [1, 2, 4, 8, 16, 29],
  );
});

test('one that throws is not credited, and its neighbours are, once', async (t) => {
  const delivered = await deliver(t, 20);
  const results = await delivered.settle((claim, index) => async (tx) => {
    await credit(tx, claim);
    if (index === 12) throw new Error('the ledger refuses it');
  });
  for (const [index, [credits, state]] of (await outcome(delivered)).entries()) {
    assert.deepEqual([credits, state], index === 12 ? [0, 'leased'] : creditedOnce, `delivery ${index}`);
    assert.equal(results[index]?.status, index === 12 ? 'rejected' : 'fulfilled');
  }
});

test('one that hides a failed query is not credited, and its neighbours are', async (t) => {
  const delivered = await deliver(t, 20);
  await delivered.settle((claim, index) => async (tx) => {
    await credit(tx, claim);
    if (index === 5) await tx.query('SELECT 1/0').catch(() => {});
  });
  const found = await outcome(delivered);
  assert.deepEqual(found[5], [0, 'leased']);
  assert.equal(found.filter(([credits, state]) => credits === 1 && state === 'handled').length, 19);
});

test('one that commits by itself and then fails leaves no neighbour marked but not credited', async (t) => {
  const delivered = await deliver(t, 20);
  const bad = new Set([9, 10, 15]);
  await delivered.settle((claim, index) => async (tx) => {
    await credit(tx, claim);
    if (!bad.has(index)) return;
    await tx.query(index === 9 ? 'SELECT 1; /* done */ cOmMiT' : '\n-- done\nEND').catch(() => {});
    throw new Error('it has ended what it was given');
  });
  for (const [index, found] of (await outcome(delivered)).entries()) {
    assert.deepEqual(found, creditedOnce, `delivery ${index}`);
  }
});

test('a setting of one does not reach the next', async (t) => {
  const delivered = await deliver(t, 20);
  const seen: unknown[] = [];
  await delivered.settle((claim, index) => async (tx) => {
    if (index % 4 === 1) await tx.query(`SET LOCAL app.tenant = 'tenant ${index}'`);
    const { rows } = await tx.query("SELECT current_setting('app.tenant', true) AS tenant");
    await credit(tx, claim);
    seen[index] = rows[0]?.tenant || null;
  });
  assert.deepEqual(
    seen,
    delivered.claims.map((_, index) => (index % 4 === 1 ? `tenant ${index}` : null)),
  );
  assert.deepEqual(await outcome(delivered), Array(20).fill(creditedOnce));
});

test('one whose lease was lost runs nothing, and its neighbours are credited', async (t) => {
  const delivered = await deliver(t, 20);
  const lost = delivered.claims[7];
  assert.ok(lost, 'there are 20 claims');
  assert.equal(await delivered.store.release(lost), true);
  const [again] = await claimAll(delivered.store as Store<unknown>);
  assert.equal(again?.event.id, lost.event.id);
  const results = await delivered.settle((claim) => (tx) => credit(tx, claim));
  for (const [index, found] of (await outcome(delivered)).entries()) {
    assert.deepEqual(found, index === 7 ? [0, 'leased'] : creditedOnce, `delivery ${index}`);
    assert.deepEqual(results[index], { status: 'fulfilled', value: index !== 7 });
  }
});

test('transactions that lock the same rows in two orders credit each delivery once', async (t) => {
  const delivered = await deliver(t, 80);
  const results = await delivered.settle(
    (claim, index) => async (tx) => {
      const order = index % 2 === 0 ? ['hot', 'cold'] : ['cold', 'hot'];
      for (const name of order) await tx.query('UPDATE account SET balance = balance + 1 WHERE name = $1', [name]);
      await credit(tx, claim);
    },
    4,
  );
  const found = await outcome(delivered);
  const isCredited = found.map(([credits, state]) => credits === 1 && state === 'handled');
  const isUntouched = found.map(([credits, state]) => credits === 0 && state === 'leased');
  for (const [index, result] of results.entries()) {
    // Alone, too, such functions deadlock with one another: then the delivery fails, as PostgreSQL has it, and is tried again.
    assert.ok(
      result.status === 'fulfilled' ? isCredited[index] : isUntouched[index],
      `delivery ${index}: ${found[index]}`,
    );
  }
  const { rows } = await admin.query<{ balance: string }>('SELECT balance FROM account');
  assert.deepEqual(
    rows.map(({ balance }) => Number(balance)),
    Array(2).fill(isCredited.filter(Boolean).length),
  );
});

test('no more transactions run functions at once than the deliverer allows', async (t) => {
  const delivered = await deliver(t, 30);
  let running = 0;
  let most = 0;
  await delivered.settle(
    (claim) => async (tx) => {
      running += 1;
      most = Math.max(most, running);
      await tx.query('SELECT pg_sleep(0.06)');
      await credit(tx, claim);
      running -= 1;
    },
    5,
  );
  assert.equal(most, 5);
  assert.deepEqual(await outcome(delivered), Array(30).fill(creditedOnce));
});

test('when the server is away, each delivery fails at once, and none is lost', async (t) => {
  const pool = server.pool({ max: 12 });
  const delivered = await deliver(t, 20, pool);
  const [first] = delivered.claims;
  assert.ok(first, 'there are 20 claims');
  await server.kill();
  const results = await delivered.settle((claim) => (tx) => credit(tx, claim), 4);
  assert.deepEqual(new Set(results.map(({ status }) => status)), new Set(['rejected']));
  await server.start();
  const again = await delivered.settle((claim) => (tx) => credit(tx, claim), 4);
  assert.deepEqual(new Set(again.map((one) => one.status === 'fulfilled' && one.value)), new Set([true]));
  assert.deepEqual(await outcome(delivered), Array(20).fill(creditedOnce));
});

test('groups grow while they are quick, shrink while they are slow, and are rare after a failure', () => {
  const size = createGroupSize();
  const grown = Array.from({ length: 8 }, () => {
    size.committed(size.current, 1);
    return size.current;
  });
  assert.deepEqual(grown, [2, 4, 8, 16, 32, 64, 64, 64]);
  size.committed(3, 1);
  assert.equal(size.current, 64);
  size.committed(64, 51);
  assert.equal(size.current, 32);
  const apart: number[] = [];
  for (let failure = 0; failure < 9; failure += 1) {
    size.rolledBack();
    let alone = 0;
    for (; size.current === 1; alone += 1) size.committed(1, 1);
    apart.push(alone);
    assert.equal(size.current, 2);
  }
  assert.deepEqual(apart, [16, 32, 64, 128, 256, 512, 1_024, 1_024, 1_024]);
});

test('a query that may end or change its transaction is told from one that only names such words', () => {
  for (const text of [
    'COMMIT',
    ' commit and chain',
    'SELECT 1; end',
    '/* a */ ROLLBACK',
    'rollback work',
    '-- a\nBEGIN',
    'start transaction',
    'PREPARE TRANSACTION $$a$$',
    'abort',
    'set local role app',
    "SELECT set_config('a', 'b', true)",
    'RESET ROLE',
    'discard all',
  ]) {
    assert.equal(mayChangeTransaction([text]), true, text);
    assert.equal(mayChangeTransaction([{ text, values: [] }]), true, text);
  }
  for (const text of [
    'INSERT INTO ledger VALUES ($1) ON CONFLICT (id) DO UPDATE SET units = 1',
    'UPDATE accounts\n  SET balance = balance + $1\n WHERE id = $2',
    'SELECT CASE WHEN a THEN b ELSE c END FROM d',
    'SELECT begin_at, end_at, start FROM committed',
    'SAVEPOINT a',
    'ROLLBACK TO a',
    'ROLLBACK TRANSACTION TO SAVEPOINT a',
    'RELEASE SAVEPOINT a',
  ]) {
    assert.equal(mayChangeTransaction([text]), false, text);
  }
  assert.equal(mayChangeTransaction([new pg.Query({ text: 'SELECT 1' })]), true, 'a query that is read in parts');
});
