import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inSchema } from '../../../lib/stores/postgres/functions.ts';
import { sql } from '../../../lib/stores/postgres/sql.ts';
import { postgresStore } from '../../../lib/stores/postgres.ts';
import { redisStore } from '../../../lib/stores/redis.ts';
import { sqliteStore } from '../../../lib/stores/sqlite.ts';
import type { Store } from '../../../lib/stores/store.ts';
import { fixedClock } from '../../../lib/testing/fixed-clock.ts';
import { startPostgres } from '../../helpers/postgres-server.ts';
import { startRedis } from '../../helpers/redis-server.ts';
import { dumpPostgres, dumpRedis, dumpSqlite } from './dump.ts';
import { leaveOwed, livePast, readPast } from './past.ts';
import { versionOfPostgres, versionOfRedis, versionOfSqlite } from './versions.ts';

// Writes the fixtures of the schemas of now, before a migration changes one, for a person:
// node --import tsx test/stores/upgrade/write.ts
const folder = new URL('../../fixtures/schemas/', import.meta.url);
// What is there is a past, and stays as it is.
const write = (name: string, text: string): void => {
  const file = new URL(name, folder);
  if (!existsSync(file)) writeFileSync(file, text);
};

async function live(store: Store<unknown>, clock = fixedClock()): Promise<void> {
  await store.ready();
  await livePast(store, clock);
  await store.ready();
  await leaveOwed(store, clock);
  await store.ready();
}

async function keep(name: string, store: Store<unknown>): Promise<void> {
  write(`${name}.json`, `${JSON.stringify(await readPast(store))}\n`);
}

/** The statements that make the tables and functions of now. */
function postgresTables(): string {
  const texts = ['migrations/', 'functions/'].flatMap((folder) =>
    Object.entries(sql).flatMap(([name, text]) => (name.startsWith(folder) ? [text] : [])),
  );
  const versions =
    'CREATE TABLE deposit_callback.schema_version (version integer PRIMARY KEY, applied_at bigint NOT NULL);';
  return ['CREATE SCHEMA past;', ...[versions, ...texts].map(inSchema('past')), '']
    .join('\n')
    .replaceAll('"past"', 'past');
}

const directory = mkdtempSync(join(tmpdir(), 'past-'));
const ofSqlite = fixedClock();
const sqlite = sqliteStore({ path: join(directory, 'past.db'), now: ofSqlite.now });
await live(sqlite, ofSqlite);
const sqliteName = `sqlite-${versionOfSqlite(sqlite.database)}`;
write(`${sqliteName}.sql`, dumpSqlite(sqlite.database));
await keep(sqliteName, sqlite);
await sqlite.close();
rmSync(directory, { recursive: true });

const postgresServer = await startPostgres();
const pool = postgresServer.pool();
const ofPostgres = fixedClock();
const postgres = postgresStore({ pool, schema: 'past', now: ofPostgres.now });
await live(postgres, ofPostgres);
const postgresName = `postgres-${await versionOfPostgres(pool, 'past')}`;
write(`${postgresName}.sql`, `${postgresTables()}${await dumpPostgres(pool, 'past')}`);
await keep(postgresName, postgres);
await postgres.close();
await postgresServer.remove();

const redisServer = await startRedis();
const client = redisServer.client();
const ofRedis = fixedClock();
const redis = redisStore({ client, now: ofRedis.now });
await live(redis, ofRedis);
const redisName = `redis-${await versionOfRedis(client, 'deposit-callback:')}`;
write(`${redisName}.jsonl`, await dumpRedis(client, 'deposit-callback:'));
await keep(redisName, redis);
await redis.close();
await redisServer.remove();
