import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import pg from 'pg';
import { silentLogger } from '../../lib/observe/logger.ts';
import { createNews } from '../../lib/observe/news.ts';
import { delivererTelling } from '../../lib/outbox/deliverer.ts';
import { postgresStore } from '../../lib/stores/postgres.ts';
import { redisStore } from '../../lib/stores/redis.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import type { Store } from '../../lib/stores/store.ts';
import { depositChange, sampleCallback } from '../../lib/testing/store-cases/samples.ts';
import { startPostgres } from '../helpers/postgres-server.ts';
import { redisServerMissing, startRedis } from '../helpers/redis-server.ts';

// The table in docs/performance.md of what a deposit writes, counted again.

const batch = 20;
const commits = 20;
const deposits = batch * commits;
const body = Buffer.alloc(700, 'x');

/** Records and delivers deposits, twenty to a commit; the same again, with other keys, when called again. */
function recordAndDeliver(t: TestContext, store: Store<unknown>): () => Promise<void> {
  const deliverer = delivererTelling(createNews(silentLogger), { store, logger: silentLogger, pollMs: 600_000 });
  t.after(() => deliverer.close(0));
  deliverer.on('deposit', async () => {});
  let number = 0;
  return async () => {
    deliverer.wake();
    for (let commit = 0; commit < commits; commit += 1) {
      const keys = Array.from({ length: batch }, () => {
        number += 1;
        return `eip155:1|0x${String(number).padStart(64, '0')}`;
      });
      await store.load(keys);
      const callbacks = keys.map((key) => sampleCallback(`cb_${key.slice(-30)}`, { body, bodyBytes: body.length }));
      await deliverer.inbox.commit({ callbacks, changes: keys.map((key) => depositChange(key)) });
      await deliverer.idle();
    }
    assert.equal((await store.counts()).owed, 0);
  };
}

interface Written {
  /** Sent to the server by the store, or commands that it runs. */
  statements?: number;
  /** Inserted, changed or deleted. */
  rows?: number;
  /** That are there afterwards, without those of primary keys that are the table itself. */
  indexEntries?: number;
  /** Of the write-ahead log or the append-only file. */
  logBytes: number;
}

/** Compares with the row of the table: rows and entries to a tenth of themselves, statements and bytes, which depend on what goes together, to a quarter. */
function assertAsDocumented(name: string, found: Written): void {
  const page = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8');
  const row = new RegExp(`^\\| ${name} \\|(.*)\\|$`, 'm').exec(page)?.[1] ?? '';
  const [statements, rows, indexEntries, logBytes] = row
    .split('|')
    .map((cell) => Number(cell.replaceAll(',', '').trim()));
  const documented = { statements, rows, indexEntries, logBytes };
  const shown = [found.statements, found.rows, found.indexEntries].map((one) =>
    one === undefined ? '' : one.toFixed(2),
  );
  const cells = [name, ...shown, String(Math.round(found.logBytes / 100) * 100)];
  for (const key of ['statements', 'rows', 'indexEntries', 'logBytes'] as const) {
    const value = found[key];
    if (value === undefined) continue;
    const off = Math.abs(value - (documented[key] ?? Number.NaN)) / value;
    assert.ok(
      off <= (key === 'rows' || key === 'indexEntries' ? 0.1 : 0.25),
      `docs/performance.md, "What a deposit writes": ${key} of ${name} is ${value}; the row is | ${cells.join(' | ')} |`,
    );
  }
}

test('what a deposit writes to SQLite is as documented', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'written-'));
  const path = join(directory, 'deposits.db');
  const store = sqliteStore({ path });
  t.after(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });
  await store.ready();
  const { database } = store;
  const run = recordAndDeliver(t, store as Store<unknown>);
  await run();
  database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
  database.prepare('PRAGMA wal_autocheckpoint = 0').get();
  const indexes = database
    .prepare("SELECT tbl_name AS tbl, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    .all() as { tbl: string; sql: string }[];
  const one = (sql: string): number => Number(Object.values(database.prepare(sql).get() as object)[0]);
  const entries = (): number =>
    indexes.reduce((sum, { tbl, sql }) => {
      const [, where = 'true'] = /\bWHERE\b([\s\S]*)$/i.exec(sql) ?? [];
      return sum + one(`SELECT count(*) FROM ${tbl} WHERE ${where}`);
    }, 0);
  const before = { rows: one('SELECT total_changes()'), entries: entries(), bytes: statSync(`${path}-wal`).size };
  await run();
  assertAsDocumented('SQLite', {
    rows: (one('SELECT total_changes()') - before.rows) / deposits,
    indexEntries: (entries() - before.entries) / deposits,
    logBytes: (statSync(`${path}-wal`).size - before.bytes) / deposits,
  });
});

test('what a deposit writes to PostgreSQL is as documented', async (t) => {
  const server = await startPostgres({ wal_compression: 'on', autovacuum: 'off', checkpoint_timeout: '1h' });
  let statements = 0;
  class Counting extends pg.Client {
    // biome-ignore lint/suspicious/noExplicitAny: it has nine signatures.
    override query(...args: any[]): any {
      statements += 1;
      return (super.query as (...given: unknown[]) => unknown)(...args);
    }
  }
  const pool = server.pool({ Client: Counting } as pg.PoolConfig);
  const store = postgresStore({ pool }) as Store<unknown>;
  t.after(async () => {
    await store.close();
    await server.remove();
  });
  await store.ready();
  const run = recordAndDeliver(t, store);
  await run();
  const admin = server.pool({ max: 1 });
  const one = async (sql: string): Promise<number> => Number(Object.values((await admin.query(sql)).rows[0])[0]);
  const indexes = (
    await admin.query<{ tbl: string; predicate: string }>(`SELECT i.indrelid::regclass::text AS tbl,
      coalesce(pg_get_expr(i.indpred, i.indrelid), 'true') AS predicate FROM pg_index i
      JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'deposit_callback' AND c.relkind = 'r'`)
  ).rows;
  const entries = async (): Promise<number> => {
    let sum = 0;
    for (const { tbl, predicate } of indexes) sum += await one(`SELECT count(*) FROM ${tbl} WHERE ${predicate}`);
    return sum;
  };
  const log = (): Promise<number> => one("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn");
  const before = { entries: await entries(), bytes: await log(), statements };
  await run();
  const after = { bytes: await log(), statements };
  assertAsDocumented('PostgreSQL', {
    statements: (after.statements - before.statements) / deposits,
    // Its rows are counted by test/stores/postgres/written.test.ts.
    indexEntries: ((await entries()) - before.entries) / deposits,
    logBytes: (after.bytes - before.bytes) / deposits,
  });
});

test('what a deposit writes to Redis is as documented', { skip: redisServerMissing() ?? false }, async (t) => {
  const server = await startRedis({ 'auto-aof-rewrite-percentage': '0' });
  const client = server.client();
  const store = redisStore({ client }) as Store<unknown>;
  t.after(async () => {
    await store.close();
    await server.remove();
  });
  await store.ready();
  const run = recordAndDeliver(t, store);
  await run();
  const commands = async (): Promise<number> => {
    const writes =
      /^cmdstat_(hset|hsetnx|set|zadd|sadd|rpush|lpush|hdel|del|zrem|srem|hincrby|incr|incrby):calls=(\d+)/gm;
    const stats = await client.info('commandstats');
    return [...stats.matchAll(writes)].reduce((sum, [, , calls]) => sum + Number(calls), 0);
  };
  const log = async (): Promise<number> => Number(/aof_current_size:(\d+)/.exec(await client.info('persistence'))?.[1]);
  const before = { commands: await commands(), bytes: await log() };
  await run();
  assertAsDocumented('Redis', {
    statements: ((await commands()) - before.commands) / deposits,
    logBytes: ((await log()) - before.bytes) / deposits,
  });
});
