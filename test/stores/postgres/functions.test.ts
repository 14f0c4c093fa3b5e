import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import { functionsHash } from '../../../lib/stores/postgres/functions.ts';
import { postgresStore } from '../../../lib/stores/postgres.ts';
import type { Store } from '../../../lib/stores/store.ts';
import { claimAll, recordDeposits } from '../../../lib/testing/store-cases/samples.ts';
import { type PostgresServer, startPostgres } from '../../helpers/postgres-server.ts';

let server: PostgresServer;
let pool: pg.Pool;
before(async () => {
  server = await startPostgres();
  pool = server.pool({ max: 12 });
});
after(() => server.remove());

type After = { after(fn: () => Promise<void>): void };

async function open(t: After, schema: string): Promise<Store<unknown>> {
  const store = postgresStore({ pool, schema }) as Store<unknown>;
  t.after(() => store.close());
  await store.ready();
  return store;
}

/** Functions in the schema, by the hash in their names. */
async function functionsOf(schema: string): Promise<Map<string, string[]>> {
  const { rows } = await pool.query<{ signature: string; name: string }>(
    `SELECT p.oid::regprocedure::text AS signature, p.proname AS name FROM pg_proc p
    WHERE p.pronamespace = $1::regnamespace ORDER BY 1`,
    [schema],
  );
  const sets = new Map<string, string[]>();
  for (const { signature, name } of rows) {
    const hash = /_([0-9a-f]{8})$/.exec(name)?.[1] ?? '';
    sets.set(hash, [...(sets.get(hash) ?? []), signature]);
  }
  return sets;
}

async function leaveSet(schema: string, hash: string, usedAt: number): Promise<void> {
  await pool.query(`INSERT INTO ${schema}.function_sets VALUES ($1, $2)`, [hash, usedAt]);
  const name = `${schema}.load${hash && `_${hash}`}`;
  // One that took other values in between, which would stay beside the newer one if it were dropped by its name alone.
  await pool.query(`CREATE FUNCTION ${name}(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'`);
  await pool.query(`CREATE FUNCTION ${name}(a text, b text) RETURNS integer LANGUAGE sql AS 'SELECT 1'`);
}

test('the functions of the four versions started last are kept, and of older ones none', async (t) => {
  const schema = 'sets';
  await open(t, schema);
  for (const [index, hash] of ['', '0000000a', '0000000b', '0000000c', '0000000d'].entries())
    await leaveSet(schema, hash, index);
  await open(t, schema);
  const sets = await functionsOf(schema);
  assert.deepEqual([...sets.keys()].sort(), ['0000000b', '0000000c', '0000000d', functionsHash].sort());
  const { rows } = await pool.query(`SELECT hash FROM ${schema}.function_sets ORDER BY 1`);
  assert.deepEqual(rows.map(({ hash }) => hash).sort(), [...sets.keys()].sort());
});

test('what a user made in the schema stays', async (t) => {
  const schema = 'shared';
  await open(t, schema);
  await pool.query(`CREATE FUNCTION ${schema}.load(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'`);
  await pool.query(`CREATE FUNCTION ${schema}.of_mine_deadbeef() RETURNS integer LANGUAGE sql AS 'SELECT 1'`);
  await open(t, schema);
  const sets = await functionsOf(schema);
  assert.deepEqual([...sets.keys()].sort(), ['', 'deadbeef', functionsHash].sort());
});

test('a process whose functions newer versions have dropped makes them again, and loses nothing', async (t) => {
  const schema = 'dropped';
  const store = await open(t, schema);
  const drop = async (): Promise<void> => {
    const signatures = (await functionsOf(schema)).get(functionsHash) ?? [];
    assert.ok(signatures.length > 0);
    await pool.query(`DROP FUNCTION ${signatures.join(', ')}`);
    await pool.query(`DELETE FROM ${schema}.function_sets`);
  };
  await drop();
  await recordDeposits(store, 'a', 'b');
  await drop();
  const [claim, other] = await claimAll(store);
  assert.ok(claim && other);
  await drop();
  let runs = 0;
  const run = (): void => {
    runs += 1;
  };
  assert.equal(await store.settle(claim, [run]), true);
  assert.equal(runs, 1);
  await drop();
  const answers = await Promise.all([store.settle(other, []), store.load(['a']), store.load(['b'])]);
  assert.equal(answers[0], true);
  assert.deepEqual(
    (await store.events({ limit: 9 })).map(({ state }) => state),
    ['handled', 'handled'],
  );
});

test('a process whose functions are gone and whose tables are newer is told so', async (t) => {
  const schema = 'newer';
  const store = await open(t, schema);
  const signatures = (await functionsOf(schema)).get(functionsHash) ?? [];
  await pool.query(`DROP FUNCTION ${signatures.join(', ')}`);
  await pool.query(`INSERT INTO ${schema}.schema_version VALUES (1000, 0)`);
  await assert.rejects(store.load(['a']), { code: 'STORE_SCHEMA_NEWER' });
});

test('every function that is called plans by index, or runs under the plans of its caller', async (t) => {
  const schema = 'planned';
  await open(t, schema);
  const { rows } = await pool.query<{ name: string; settings: string[] | null }>(
    `SELECT regexp_replace(proname, '_[0-9a-f]{8}$', '') AS name, proconfig AS settings FROM pg_proc
    WHERE pronamespace = $1::regnamespace ORDER BY 1`,
    [schema],
  );
  const asked = [
    ...['search_path=pg_catalog, pg_temp', 'enable_seqscan=off', 'enable_hashjoin=off', 'enable_mergejoin=off'],
    'plan_cache_mode=force_generic_plan',
  ];
  const without = rows.filter(({ settings }) => asked.some((setting) => !settings?.includes(setting)));
  assert.deepEqual(
    without.map(({ name }) => name),
    ['give_turn', 'now_ms', 'write_callbacks'],
  );
});
