import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { postgresStore } from '../../../lib/stores/postgres.ts';
import {
  depositChange,
  leaseMs,
  sampleCallback,
  sampleDeposit,
  sampleEvent,
} from '../../../lib/testing/store-cases/samples.ts';
import { startPostgres } from '../../helpers/postgres-server.ts';

// What a deposit costs the server, by what its log of writes holds: the same on every machine, whatever else it does.

interface Written {
  rows: number;
  updates: number;
  deletes: number;
  indexEntries: number;
}

test('the first word about a deposit writes five rows and thirteen index entries, and settling it one of each', async (t) => {
  // No write but ours: the server's own would be counted too.
  const server = await startPostgres({ autovacuum: 'off' });
  t.after(() => server.remove());
  const pool = server.pool({ max: 8 });
  await pool.query('CREATE EXTENSION pg_walinspect');
  const store = postgresStore({ pool });
  t.after(() => store.close());
  await store.ready();
  t.after(store.onEvents?.(() => {}) ?? assert.fail('a store that hears of events'));
  // Waits for the session under whose number events are leased.
  assert.deepEqual(await store.claim({ limit: 1, leaseMs, except: [] }), []);
  const record = (name: string, count: number): ReturnType<typeof store.commit> => {
    const keys = Array.from({ length: count }, (_, index) => `${name}${index}`);
    return store.commit({
      callbacks: keys.map((key) => sampleCallback(key)),
      changes: keys.map((key) => {
        // A key leads to its transaction, unless it is that of a payment: docs/rules.md#payments.
        const deposit = sampleDeposit(key, { transaction: { id: key } });
        return depositChange(key, { deposits: [deposit], events: [sampleEvent(deposit)] });
      }),
      lease: { limit: count, leaseMs, except: [] },
    });
  };
  // The tallies are there, and updated from now on.
  await record('first', 1);

  const [recorded, { claims = [] }] = await written(pool, () => record('deposit', 50));
  assert.equal(claims.length, 50);
  assert.deepEqual(recorded, { rows: 5 * 50, updates: 2, deletes: 0, indexEntries: 13 * 50 });

  const [settled] = await written(pool, () => Promise.all(claims.map((claim) => store.settle(claim, []))));
  assert.deepEqual(settled, { rows: 0, updates: 50, deletes: 0, indexEntries: 50 });
});

async function written<T>(pool: pg.Pool, work: () => Promise<T>): Promise<[Written, T]> {
  const place = async (): Promise<string> =>
    (await pool.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn()::text AS lsn')).rows[0]?.lsn ?? '';
  const from = await place();
  const result = await work();
  const { rows } = await pool.query<{ type: string; count: string }>(
    `SELECT "resource_manager/record_type" AS type, count::text FROM pg_get_wal_stats($1, $2, true) WHERE count > 0`,
    [from, await place()],
  );
  const count = (types: RegExp): number =>
    rows.reduce((sum, row) => sum + (types.test(row.type) ? Number(row.count) : 0), 0);
  const found = {
    rows: count(/^Heap\/INSERT/),
    updates: count(/^Heap\/(HOT_)?UPDATE/),
    deletes: count(/^Heap\/DELETE/),
    // A leaf that is split takes the entry that had no room. Speculative rows have no entries until they are confirmed.
    indexEntries: count(/^Btree\/(INSERT_LEAF|INSERT_POST|SPLIT_[LR])/),
  };
  return [found, result];
}
