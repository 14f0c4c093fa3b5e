import { DepositCallbackError } from '../../errors.ts';
import type { SqliteDatabase } from './driver.ts';
import { sql } from './sql.ts';

/**
 * Rows of one transaction lie side by side: a row's `place` is its transaction's id times `span`, plus its number within
 * the transaction. So one range of the primary key loads them, no second index is kept, and new ones are appended.
 */
export const span: number = 2 ** 20;

/** In order: the version is the index plus 1. */
const migrations: readonly string[] = Object.values(sql);

/** Brings the schema up to date; safe against another process that does the same. Throws `STORE_SCHEMA_NEWER`. */
export function migrate(database: SqliteDatabase, now: number): void {
  database.exec(
    'CREATE TABLE IF NOT EXISTS deposit_callback_schema (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL)',
  );
  for (;;) {
    const version = schemaVersion(database);
    if (version > migrations.length) {
      throw new DepositCallbackError(
        'STORE_SCHEMA_NEWER',
        `sqliteStore: the database has schema ${version}, this version of deposit-callback knows ${migrations.length}; upgrade deposit-callback`,
      );
    }
    const migration = migrations[version];
    if (migration === undefined) return;
    database.exec('BEGIN IMMEDIATE');
    try {
      // Its number goes in first: of two starters, the second finds the newer version here and looks again.
      if (schemaVersion(database) === version) {
        database.prepare('INSERT INTO deposit_callback_schema VALUES (?, ?)').run(version + 1, now);
        database.exec(migration);
      }
      database.exec('COMMIT');
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  }
}

function schemaVersion(database: SqliteDatabase): number {
  const row = database.prepare('SELECT max(version) AS version FROM deposit_callback_schema').get();
  return (row as { version: number | null }).version ?? 0;
}
