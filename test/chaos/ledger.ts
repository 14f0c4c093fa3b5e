import type { DepositListener } from '../../lib/outbox/listeners.ts';
import { postgresStore } from '../../lib/stores/postgres.ts';
import { redisStore } from '../../lib/stores/redis.ts';
import type { Store } from '../../lib/stores/store.ts';
import { type PostgresServer, startPostgres } from '../helpers/postgres-server.ts';
import { type RedisServer, startRedis } from '../helpers/redis-server.ts';

export type Engine = 'postgres' | 'redis';

/** Where the credits are kept, in the same server as the store. */
export interface Ledger {
  store: Store<unknown>;
  credit: DepositListener<never>;
  /** The amount of each credit that was booked: one that was booked twice is there twice. */
  credits(): Promise<bigint[]>;
  close(): Promise<void>;
}

/** Opens the store and the ledger over the server at `place`. */
export function openLedger(engine: Engine, place: string): Promise<Ledger> {
  return engine === 'postgres' ? openPostgres(place) : openRedis(place);
}

/** Starts a server, and prepares it for `openLedger`. */
export async function startEngine(engine: Engine): Promise<{ place: string; server: PostgresServer | RedisServer }> {
  if (engine === 'redis') {
    const server = await startRedis();
    return { place: server.path, server };
  }
  const server = await startPostgres();
  const pool = server.pool();
  // Without a key: a second credit of one event would stand in it.
  await pool.query('CREATE TABLE credit (event_id text, amount numeric(78,0))');
  await pool.end();
  return { place: server.url, server };
}

async function openPostgres(url: string): Promise<Ledger> {
  const { Pool } = (await import('pg')).default;
  const pool = new Pool({ connectionString: url, max: 8, connectionTimeoutMillis: 2_000 });
  pool.on('error', () => {});
  const store = postgresStore({ pool });
  return {
    store: store as Store<unknown>,
    credit: (deposit, { atomically, eventId }) =>
      atomically((tx: Parameters<Parameters<typeof store.settle>[1][number]>[0]) =>
        tx.query('INSERT INTO credit VALUES ($1, $2)', [eventId, String(deposit.amount)]),
      ),
    credits: async () =>
      (await pool.query('SELECT amount::text AS amount FROM credit')).rows.map((row) => BigInt(row.amount)),
    async close() {
      await store.close();
      await pool.end();
    },
  };
}

async function openRedis(path: string): Promise<Ledger> {
  const { Redis } = await import('ioredis');
  const client = new Redis(path, { maxRetriesPerRequest: 2 });
  client.on('error', () => {});
  const store = redisStore({ client });
  return {
    store: store as Store<unknown>,
    // At least once: a second delivery of an event finds its key in the ledger.
    credit: (deposit, { eventId }) => client.hset('credit', eventId, String(deposit.amount)),
    credits: async () => (await client.hvals('credit')).map(BigInt),
    async close() {
      await store.close();
      client.disconnect();
    },
  };
}
