import { Redis } from 'ioredis';
import pg from 'pg';
import type { DepositListener } from '../../../lib/outbox/listeners.ts';
import { memoryStore } from '../../../lib/stores/memory.ts';
import { postgresStore } from '../../../lib/stores/postgres.ts';
import { redisStore } from '../../../lib/stores/redis.ts';
import { type SqliteDatabase, sqliteStore } from '../../../lib/stores/sqlite.ts';
import type { Store } from '../../../lib/stores/store.ts';
import type { Engine } from '../../helpers/every-store.ts';

/** A store, and a ledger beside it in the same place, which books each event that a listener gets. */
export interface Ledger {
  store: Store<unknown>;
  /** After `ready()`. */
  prepare(): Promise<void>;
  book: DepositListener<unknown>;
  /** Ids of the events booked; one that was booked twice is there twice. */
  booked(): Promise<string[]>;
}

/** Opens both at `place`: a path, or a URL. */
export function openLedger(engine: Engine, place: string): Ledger {
  if (engine === 'memory') return openMemory();
  if (engine === 'sqlite') return openSqlite(place);
  return engine === 'postgres' ? openPostgres(place) : openRedis(place);
}

function openMemory(): Ledger {
  const ids: string[] = [];
  return {
    store: memoryStore({ maxDeposits: 10_000_000 }) as Store<unknown>,
    prepare: async () => {},
    book: (_, { eventId }) => void ids.push(eventId),
    booked: async () => ids,
  };
}

// Without a key: a second booking of one event would stand in it.
function openSqlite(path: string): Ledger {
  const store = sqliteStore({ path });
  return {
    store: store as Store<unknown>,
    prepare: async () => void store.database.exec('CREATE TABLE IF NOT EXISTS booked (id TEXT)'),
    book: (_, { eventId, atomically }) =>
      atomically((tx) => (tx as SqliteDatabase).prepare('INSERT INTO booked VALUES (?)').run(eventId)),
    booked: async () => (store.database.prepare('SELECT id FROM booked').all() as { id: string }[]).map(({ id }) => id),
  };
}

function openPostgres(url: string): Ledger {
  const pool = new pg.Pool({ connectionString: url, max: 8 });
  pool.on('error', () => {});
  return {
    store: postgresStore({ pool }) as Store<unknown>,
    prepare: async () => void (await pool.query('CREATE TABLE IF NOT EXISTS booked (id text)')),
    book: (_, { eventId, atomically }) =>
      atomically((tx) => (tx as pg.PoolClient).query('INSERT INTO booked VALUES ($1)', [eventId])),
    booked: async () => (await pool.query<{ id: string }>('SELECT id FROM booked')).rows.map(({ id }) => id),
  };
}

function openRedis(path: string): Ledger {
  const client = new Redis(path, { maxRetriesPerRequest: 2 });
  client.on('error', () => {});
  return {
    store: redisStore({ client }) as Store<unknown>,
    prepare: async () => {},
    // At least once: a second delivery of an event finds its id in the ledger.
    book: (_, { eventId }) => client.sadd('booked', eventId),
    booked: () => client.smembers('booked'),
  };
}
