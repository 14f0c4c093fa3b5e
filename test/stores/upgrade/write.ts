import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../../lib/stores/postgres/schema.ts';
import { postgresStore } from '../../../lib/stores/postgres.ts';
import { redisStore } from '../../../lib/stores/redis.ts';
import { sqliteStore } from '../../../lib/stores/sqlite.ts';
import type { Store } from '../../../lib/stores/store.ts';
import { fixedClock } from '../../../lib/testing/fixed-clock.ts';
import { startPostgres } from '../../helpers/postgres-server.ts';
import { startRedis } from '../../helpers/redis-server.ts';
import { dumpPostgres, dumpRedis, dumpSqlite } from './dump.ts';
import { leaveOwed, livePast, readPast } from './past.ts';

// Writes the fixtures of the schema of now, before a migration changes it, for a person:
// node --import tsx test/stores/upgrade/write.ts 1
const version = process.argv[2] ?? '';
const folder = new URL('../../fixtures/schemas/', import.meta.url);
const write = (name: string, text: string): void => writeFileSync(new URL(name, folder), text);

async function live(store: Store<unknown>, clock = fixedClock()): Promise<void> {
  await store.ready();
  await livePast(store, clock);
  await store.ready();
  await leaveOwed(store, clock);
  await store.ready();
}

async function keep(name: string, store: Store<unknown>): Promise<void> {
  write(`${name}-${version}.json`, `${JSON.stringify(await readPast(store))}\n`);
}

/** The statements that make the tables of now. */
async function postgresTables(): Promise<string> {
  const made: string[] = ['CREATE SCHEMA past;'];
  await migrate(
    {
      async query(text) {
        if (text.startsWith('SELECT to_regclass'))
          return { rows: [{ versions: null, schema: 'past' }], rowCount: 1, command: '' };
        if (text.startsWith('SELECT coalesce(max(version)'))
          return { rows: [{ version: '0' }], rowCount: 1, command: '' };
        if (text.startsWith('CREATE') || text.startsWith('\nCREATE'))
          made.push(`${text.replaceAll('"past"', 'past')};`);
        return { rows: [], rowCount: 0, command: '' };
      },
    },
    'past',
    0,
  );
  return `${made.join('\n')}\n`;
}

const directory = mkdtempSync(join(tmpdir(), 'past-'));
const ofSqlite = fixedClock();
const sqlite = sqliteStore({ path: join(directory, 'past.db'), now: ofSqlite.now });
await live(sqlite, ofSqlite);
write(`sqlite-${version}.sql`, dumpSqlite(sqlite.database));
await keep('sqlite', sqlite);
await sqlite.close();
rmSync(directory, { recursive: true });

const postgresServer = await startPostgres();
const pool = postgresServer.pool();
const ofPostgres = fixedClock();
const postgres = postgresStore({ pool, schema: 'past', now: ofPostgres.now });
await live(postgres, ofPostgres);
write(`postgres-${version}.sql`, `${await postgresTables()}${await dumpPostgres(pool, 'past')}`);
await keep('postgres', postgres);
await postgres.close();
await postgresServer.remove();

const redisServer = await startRedis();
const client = redisServer.client();
const ofRedis = fixedClock();
const redis = redisStore({ client, now: ofRedis.now });
await live(redis, ofRedis);
write(`redis-${version}.jsonl`, await dumpRedis(client, 'deposit-callback:'));
await keep('redis', redis);
await redis.close();
await redisServer.remove();
