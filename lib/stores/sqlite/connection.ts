import { setTimeout as delay } from 'node:timers/promises';
import { DepositCallbackError } from '../../errors.ts';
import { type SqliteDatabase, type SqliteStatement, sqliteCode } from './driver.ts';

/** How long a write waits for another process's write, in all, before `STORE_BUSY`. */
export const patienceMs = 2000;

/** One connection with its prepared statements, and transactions that never hold the event loop for long. */
export interface SqliteConnection {
  readonly database: SqliteDatabase;
  /** The prepared statement of `text`, prepared once. */
  sql(text: string): SqliteStatement;
  /** Runs `work` in one read transaction; again when the database was busy. */
  read<T>(work: () => T): Promise<T>;
  /**
   * Runs `work` in one write transaction, at once if no other process writes. Rolls back when it throws, and when
   * `options.keep` says no to its result. `options.durable: false` leaves the write to be synced with the next one.
   */
  write<T>(work: () => T, options?: { keep?: (result: T) => boolean; durable?: boolean }): Promise<T>;
}

/** `busyMs` is the most that SQLite itself waits, and with it the event loop; `patience` is how long is waited in all. */
export function createConnection(
  database: SqliteDatabase,
  busyMs: number,
  patience: number = patienceMs,
): SqliteConnection {
  const statements = new Map<string, SqliteStatement>();
  let waiting: Promise<void> | undefined;

  function sql(text: string): SqliteStatement {
    let statement = statements.get(text);
    if (!statement) {
      statement = database.prepare(text);
      statements.set(text, statement);
    }
    return statement;
  }

  async function patiently<T>(once: () => { result: T } | undefined): Promise<T> {
    for (const started = performance.now(); performance.now() - started < patience; ) {
      const done = once();
      if (done) return done.result;
      await delay(pauseMs(busyMs));
    }
    throw new DepositCallbackError(
      'STORE_BUSY',
      `sqliteStore: another process has held the database for ${patience} ms`,
    );
  }

  /** One write at a time waits for the lock, the others for that one: many waits in a row would hold the event loop. */
  async function inLine<T>(once: () => { result: T } | undefined): Promise<T> {
    while (waiting !== undefined) await waiting;
    const done = once();
    if (done) return done.result;
    let free: () => void = () => {};
    waiting = new Promise((resolve) => {
      free = resolve;
    });
    try {
      await delay(pauseMs(busyMs));
      return await patiently(once);
    } finally {
      waiting = undefined;
      free();
    }
  }

  return {
    database,
    sql,
    read: (work) => patiently(() => attempt(sql, 'BEGIN', work)),
    write: (work, { keep, durable = true } = {}) =>
      inLine(() => {
        if (durable) return attempt(sql, 'BEGIN IMMEDIATE', work, keep);
        database.exec('PRAGMA synchronous = NORMAL');
        try {
          return attempt(sql, 'BEGIN IMMEDIATE', work, keep);
        } finally {
          database.exec('PRAGMA synchronous = FULL');
        }
      }),
  };
}

/** Undefined when busy. */
function attempt<T>(
  sql: SqliteConnection['sql'],
  begin: string,
  work: () => T,
  keep?: (result: T) => boolean,
): { result: T } | undefined {
  let begun = false;
  try {
    sql(begin).run();
    begun = true;
    const result = work();
    if (keep?.(result) === false) rollBack(sql);
    else sql('COMMIT').run();
    return { result };
  } catch (error) {
    if (begun) rollBack(sql);
    const code = sqliteCode(error);
    // Within a write transaction nothing is busy; a function of the user's that is must not be run again unasked.
    if (code === 'BUSY' && (!begun || begin === 'BEGIN')) return undefined;
    if (code === 'FULL')
      throw new DepositCallbackError('STORE_FULL', 'sqliteStore: the disk is full', { cause: error });
    throw error;
  }
}

function rollBack(sql: SqliteConnection['sql']): void {
  try {
    sql('ROLLBACK').run();
  } catch {
    // SQLite has rolled back by itself, as it does when the disk is full.
  }
}

/** Time to stay away from a busy database, so that the event loop has most of it. */
export function pauseMs(busyMs: number): number {
  return busyMs * (1 + 2 * Math.random());
}
