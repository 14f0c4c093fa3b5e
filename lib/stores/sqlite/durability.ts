import { DepositCallbackError } from '../../errors.ts';
import type { SqliteDatabase } from './driver.ts';

/**
 * Sets the connection to a write-ahead log that is synced at each commit, so that an acknowledged callback survives a
 * loss of power as far as the disk keeps its word. Throws `STORE_NOT_DURABLE` if it is `required` and cannot be had.
 */
export function makeDurable(database: SqliteDatabase, required: boolean): void {
  const { journal_mode: journal } = database.prepare('PRAGMA journal_mode = WAL').get() as { journal_mode: string };
  // After WAL, which makes better-sqlite3 fall back to NORMAL. `fullfsync` counts on macOS only.
  database.exec('PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON');
  // A checkpoint of more pages is a longer pause, and seldom a cheaper one.
  database.exec('PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 1000');
  const { synchronous } = database.prepare('PRAGMA synchronous').get() as { synchronous: number };
  if (required && (journal !== 'wal' || synchronous !== 2)) {
    throw new DepositCallbackError(
      'STORE_NOT_DURABLE',
      `sqliteStore: journal_mode is ${journal} and synchronous ${synchronous}, not wal and 2; use a file on a local disk`,
    );
  }
}
