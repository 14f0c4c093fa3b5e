import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { postgresStore } from '../../lib/stores/postgres.ts';
import { redisStore } from '../../lib/stores/redis.ts';
import { openDatabase } from '../../lib/stores/sqlite/driver.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import type { Store } from '../../lib/stores/store.ts';
import { fixedClock } from '../../lib/testing/fixed-clock.ts';
import { startPostgres } from '../helpers/postgres-server.ts';
import { redisServerMissing, startRedis } from '../helpers/redis-server.ts';
import { liveOn, readPast } from './upgrade/past.ts';
import { versionOfPostgres, versionOfRedis, versionOfSqlite } from './upgrade/versions.ts';

// Databases as earlier versions of the package left them: test/stores/upgrade/write.ts writes one for each schema.
const folder = new URL('../fixtures/schemas/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
const versions = (store: string): string[] =>
  readdirSync(folder).flatMap((name) => new RegExp(`^${store}-(\\d+)\\.json$`).exec(name)?.[1] ?? []);

for (const version of versions('sqlite')) {
  test(`sqlite: a database of schema ${version} is upgraded with all that it holds`, async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'upgrade-'));
    t.after(() => rmSync(directory, { recursive: true }));
    const path = join(directory, 'past.db');
    const database = await openDatabase(path, undefined);
    database.exec(read(`sqlite-${version}.sql`));
    database.close();
    await upgraded(t, `sqlite-${version}.json`, (now) => sqliteStore({ path, now }));
    const now = await openDatabase(path, undefined);
    t.after(() => now.close());
    assert.ok(versions('sqlite').includes(`${versionOfSqlite(now)}`), 'and the schema of now has its past');
  });
}

for (const version of versions('postgres')) {
  test(`postgres: a database of schema ${version} is upgraded with all that it holds`, async (t) => {
    const server = await startPostgres();
    t.after(() => server.remove());
    const pool = server.pool();
    await pool.query(read(`postgres-${version}.sql`));
    await upgraded(
      t,
      `postgres-${version}.json`,
      (now) => postgresStore({ pool, schema: 'past', now }) as Store<unknown>,
    );
    assert.ok(versions('postgres').includes(`${await versionOfPostgres(pool, 'past')}`));
  });
}

for (const version of versions('redis')) {
  test(`redis: data of schema ${version} are upgraded with all that they hold`, {
    skip: redisServerMissing() ?? false,
  }, async (t) => {
    const server = await startRedis();
    t.after(() => server.remove());
    const client = server.client();
    for (const line of read(`redis-${version}.jsonl`).split('\n').filter(Boolean)) {
      const [command = '', ...args] = JSON.parse(line) as string[];
      await client.call(command, ...args);
    }
    await upgraded(t, `redis-${version}.json`, (now) => redisStore({ client, now }) as Store<unknown>);
    assert.ok(versions('redis').includes(`${await versionOfRedis(client, 'deposit-callback:')}`));
  });
}

async function upgraded(t: TestContext, expected: string, open: (now: () => number) => Store<unknown>): Promise<void> {
  const clock = fixedClock();
  clock.advance(3_600_000);
  const opened = async (): Promise<Store<unknown>> => {
    const store = open(clock.now);
    t.after(() => store.close());
    await store.ready();
    return store;
  };
  const store = await opened();
  const past: Past = JSON.parse(read(expected));
  assert.deepEqual(await readKnown(store, past), past);
  await store.close();
  const again = await opened();
  assert.deepEqual(await readKnown(again, past), past, 'and opens again');
  assert.deepEqual((await liveOn(again, clock)).sort(), ['owed', 'pending'], 'each credited once, over both versions');
}

type Past = { counts: Record<string, unknown> };

/** What the store answers, without counts that are younger than the schema. */
async function readKnown(store: Store<unknown>, past: Past): Promise<Past> {
  const found = (await readPast(store)) as Past;
  const counts = Object.entries(found.counts).filter(([name]) => Object.hasOwn(past.counts, name));
  return { ...found, counts: Object.fromEntries(counts) };
}
