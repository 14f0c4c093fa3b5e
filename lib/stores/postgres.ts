import { DepositCallbackError, invalidOption } from '../errors.ts';
import { checkPostgresOptions } from './postgres/check-options.ts';
import type { PostgresPool, PostgresTransaction } from './postgres/client.ts';
import { createCommit } from './postgres/commit.ts';
import { createConnections, type PostgresConnections } from './postgres/connections.ts';
import { cursorMethods } from './postgres/cursors.ts';
import { assertDurable } from './postgres/durability.ts';
import { eventMethods } from './postgres/events.ts';
import { openPool } from './postgres/open-pool.ts';
import { prune } from './postgres/prune.ts';
import { load, queryMethods } from './postgres/queries.ts';
import { migrate } from './postgres/schema.ts';
import { unverifiedMethods } from './postgres/unverified.ts';
import { createWake } from './postgres/wake.ts';
import { openedOnce } from './shared/opened-once.ts';
import type { Store } from './store.ts';

export type {
  PostgresPool,
  PostgresPoolClient,
  PostgresQuery,
  PostgresResult,
  PostgresTransaction,
} from './postgres/client.ts';

import { checkOptions, type OptionNames } from '../util/given-options.ts';

interface CommonOptions {
  /** The database schema for our tables and functions; created if it is missing. Default `deposit_callback`. */
  schema?: string;
  /** Epoch ms, for tests; default: the server's clock, which all processes share. */
  now?: () => number;
  /** Accepts a server whose settings may lose an acknowledged callback in a crash: for tests only. Default false. */
  acceptLoss?: boolean;
}

/** Options of `postgresStore`: a pool that you manage, or a URL for a pool of the store's own. */
export type PostgresStoreOptions = CommonOptions &
  (
    | {
        /** A `Pool` of `pg` 8, `max` at least 4: one client records, one listens, the rest deliver. It stays open at `close()`. */
        pool: PostgresPool;
      }
    | {
        /** For example `postgres://user@host/database`; opened with `pg`, which must be installed, with 10 connections. */
        url: string;
      }
  );

const optionNames: OptionNames<PostgresStoreOptions> = {
  pool: true,
  url: true,
  schema: true,
  acceptLoss: true,
  now: true,
};

/**
 * Creates a store in PostgreSQL 13 or newer, for any number of receivers and deliverers. `Tx` is the type of the
 * client that `atomically` passes to a listener; use `PoolClient` of `pg` for its full interface. Throws
 * `OPTION_INVALID`; `ready()` rejects with `STORE_DRIVER_MISSING`, `STORE_NOT_DURABLE` or `STORE_SCHEMA_NEWER`; any
 * method with `STORE_NOT_READY`, `STORE_BUSY` (the pool provided no client) or an error of `pg`.
 *
 * @example
 * const store = postgresStore<PoolClient>({ pool });
 */
export function postgresStore<Tx extends PostgresTransaction = PostgresTransaction>(
  options: PostgresStoreOptions,
): Store<Tx> {
  checkOptions('postgresStore', options, optionNames, '{ pool }');
  const { schema: name = 'deposit_callback', acceptLoss = false } = options;
  checkPostgresOptions('', options);
  // A null takes the server's clock.
  const now = (): number | null => options.now?.() ?? null;
  const slot = anySlot();

  let current: PostgresConnections | undefined;
  let own: { end(): Promise<void> } | undefined;
  const connections = (): PostgresConnections => {
    if (!current)
      throw new DepositCallbackError('STORE_NOT_READY', 'postgresStore: await ready() first; unusable after close()');
    return current;
  };
  const wake = createWake(connections, name);

  const migrateNow = (session: PostgresTransaction): Promise<void> => migrate(session, name, now() ?? Date.now());

  async function open(): Promise<void> {
    const opens = 'url' in options ? await openPool(options.url) : undefined;
    const pool = 'pool' in options ? options.pool : opens;
    if (!pool) throw invalidOption('pool', 'set either pool or url');
    const opened = createConnections(pool, name, migrateNow);
    try {
      await opened.transaction('BEGIN', async (session) => {
        await assertDurable(session, acceptLoss);
        await migrateNow(session);
      });
    } catch (error) {
      opened.close();
      await opens?.end();
      throw error;
    }
    own = opens;
    current = opened;
    wake.open();
  }

  async function close(): Promise<void> {
    wake.close();
    current?.close();
    current = undefined;
    await own?.end();
    own = undefined;
  }

  const commit = createCommit(connections, wake, { now, slot });

  return {
    name: 'postgres',
    durable: true,
    settlesTogether: true,

    ...openedOnce(open, close),

    load: async (keys) => load(connections(), keys),
    commit,
    log: async (callbacks) => void (await commit({ callbacks, changes: [] })),
    ...eventMethods<Tx>(connections, now, { owed: () => wake.tell(), holder: () => wake.holder() }),
    onEvents: (listener) => wake.hear(listener),
    ...unverifiedMethods(connections),
    ...queryMethods(connections),
    ...cursorMethods(connections),
    prune: async (before, options) => prune(connections(), { ...options, before, slot }),
  };
}

/** Tallies are added to in a slot of each instance's own; a shared one costs waiting, not correctness. */
function anySlot(): number {
  return 1 + Math.floor(Math.random() * 1000);
}
