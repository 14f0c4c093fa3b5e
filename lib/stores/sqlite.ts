import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DepositCallbackError, invalidOption } from '../errors.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import { inTurns } from '../util/turns.ts';
import { eventsToLease } from './shared/events-to-lease.ts';
import { writeCallbacks } from './sqlite/callbacks.ts';
import { applyChange, type Leasing } from './sqlite/changes.ts';
import { createConnection, patienceMs, pauseMs, type SqliteConnection } from './sqlite/connection.ts';
import { cursorMethods } from './sqlite/cursors.ts';
import {
  type OpenedDatabase,
  openDatabase,
  type SqliteDatabase,
  type SqliteDriver,
  sqliteCode,
} from './sqlite/driver.ts';
import { makeDurable } from './sqlite/durability.ts';
import { eventMethods } from './sqlite/events.ts';
import { createHolder, type SqliteHolder } from './sqlite/holder.ts';
import { prune } from './sqlite/prune.ts';
import { queryMethods, statusTally } from './sqlite/queries.ts';
import { type Records, recordsOf } from './sqlite/records.ts';
import { migrate } from './sqlite/schema.ts';
import { createTally } from './sqlite/tallies.ts';
import { loadTransaction } from './sqlite/transactions.ts';
import { unverifiedMethods } from './sqlite/unverified.ts';
import type { Batch, Committed, Store } from './store.ts';

export type { SqliteDatabase, SqliteDriver, SqliteStatement, SqliteValue } from './sqlite/driver.ts';

/** Options of `sqliteStore`. */
export interface SqliteStoreOptions {
  /** The database file; it is created if it is missing. `:memory:` keeps nothing after the process. */
  path: string;
  /** Epoch ms; default `Date.now`. */
  now?: () => number;
  /** The most that SQLite itself waits for another process's write, and with it the event loop. Default 50. */
  busyMs?: number;
  /** Default: better-sqlite3 if it is installed, else `node:sqlite` if Node has it. */
  driver?: SqliteDriver;
}

/** A store in SQLite, with its database connection. */
export interface SqliteStore extends Store<SqliteDatabase> {
  /**
   * The store's own connection, for tables beside ours: a listener's `atomically` writes to them in the transaction
   * that marks its event handled. Never leave a transaction open on it. Throws `STORE_NOT_READY` before `ready()`.
   */
  readonly database: SqliteDatabase;
}

const optionNames: OptionNames<SqliteStoreOptions> = { path: true, now: true, busyMs: true, driver: true };

/**
 * Creates a store in one SQLite file (WAL, synced at each commit). One process records; others, such as the command
 * line, may read and write beside it. Throws `OPTION_INVALID`; `ready()` rejects with `STORE_DRIVER_MISSING`,
 * `STORE_NOT_DURABLE` or `STORE_SCHEMA_NEWER`; any method with `STORE_NOT_READY`, `STORE_BUSY` or `STORE_FULL` (the
 * disk).
 *
 * @example
 * const store = sqliteStore({ path: 'deposits.db' });
 */
export function sqliteStore(options: SqliteStoreOptions): SqliteStore {
  checkValues(options);
  const { path, now = Date.now, busyMs = 50, driver } = options;
  const durable = path !== ':memory:';

  let opening: Promise<void> | undefined;
  let opened: OpenedDatabase | undefined;
  let current: SqliteConnection | undefined;
  const holder = createHolder();

  function connection(): SqliteConnection {
    if (!current)
      throw new DepositCallbackError('STORE_NOT_READY', 'sqliteStore: await ready() first; unusable after close()');
    return current;
  }

  async function open(): Promise<void> {
    const database = await openDatabase(path, driver);
    try {
      await prepare(database, { durable, busyMs, now });
    } catch (error) {
      database.close();
      throw error;
    }
    opened = database;
    current = createConnection(database, busyMs);
  }

  return {
    name: 'sqlite',
    durable,
    settlesTogether: true,
    get database() {
      return connection().database;
    },

    ready() {
      opening ??= open().catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      return opening;
    },

    async close() {
      await opening?.catch(() => {});
      opening = undefined;
      // Best effort: a database that cannot be written now keeps the claims to the end of their leases.
      if (current) await holder.leave(current).catch(() => {});
      current = undefined;
      opened?.close();
      opened = undefined;
    },

    load: async (keys) => connection().read(() => keys.map((key) => loadTransaction(connection(), key))),
    async commit(batch) {
      const records = await inTurns(recordsOf(batch.changes));
      return connection().write(() => commit(connection(), batch, records, now(), holder), {
        keep: ({ lost }) => lost.length === 0,
      });
    },
    async log(callbacks) {
      const batch = { callbacks, changes: [] };
      await connection().write(() => commit(connection(), batch, new Map(), now(), holder), { durable: false });
    },

    ...eventMethods(connection, now, holder),
    ...unverifiedMethods(connection),
    ...queryMethods(connection),
    ...cursorMethods(connection),
    prune: (before, options) => prune(connection, before, options),
    room: async () => (durable ? roomBeside(path) : undefined),
  };
}

function checkValues(options: SqliteStoreOptions): void {
  checkOptions('sqliteStore', options, optionNames, "{ path: 'deposits.db' }");
  const { path, busyMs = 50 } = options;
  if (typeof path !== 'string' || path === '') throw invalidOption('path', 'must be the path of the database file');
  if (!Number.isInteger(busyMs) || busyMs < 1 || busyMs > 1000)
    throw invalidOption('busyMs', 'give 1 to 1000 milliseconds');
}

async function roomBeside(path: string): Promise<{ freeBytes: number; totalBytes: number }> {
  const { bavail, blocks, bsize } = await statfs(dirname(path));
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

// Two processes that start on a new file meet here, and SQLite does not wait for the change to WAL.
async function prepare(
  database: OpenedDatabase,
  { durable, busyMs, now }: { durable: boolean; busyMs: number; now: () => number },
): Promise<void> {
  for (const started = performance.now(); ; ) {
    try {
      database.exec(`PRAGMA busy_timeout = ${busyMs}`);
      makeDurable(database, durable);
      migrate(database, now());
      return;
    } catch (error) {
      if (sqliteCode(error) !== 'BUSY' || performance.now() - started > patienceMs) throw error;
      await delay(pauseMs(busyMs));
    }
  }
}

function commit(
  connection: SqliteConnection,
  batch: Batch,
  records: Records,
  now: number,
  holder: SqliteHolder,
): Committed {
  const { callbacks, changes } = batch;
  const tally = createTally();
  const countStatus = (status: string, by: number): void => tally.add(statusTally(status), by);
  const leasing = leasingOf(connection, batch, now, holder);
  const lost = changes
    .filter((change) => !applyChange(connection, change, records, now, countStatus, leasing))
    .map(({ key }) => key);
  if (lost.length > 0) return { lost };
  tally.add('callbacks', writeCallbacks(connection, callbacks));
  tally.write(connection);
  return leasing && leasing.claims.length > 0 ? { lost, claims: leasing.claims } : { lost };
}

function leasingOf(connection: SqliteConnection, batch: Batch, now: number, holder: SqliteHolder): Leasing | undefined {
  const chosen = eventsToLease(batch);
  if (!batch.lease || chosen.size === 0) return undefined;
  return { chosen, until: now + batch.lease.leaseMs, holder: holder.id(connection), claims: [] };
}
