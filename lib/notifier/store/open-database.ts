import type { NotifierDatabase } from './database.ts';
import { type NotifierPostgres, openPostgres, type SharedDatabase } from './postgres-database.ts';
import { openSqlite } from './sqlite-database.ts';

/**
 * Opens a file for this process alone: two notifiers on one would send everything twice. Throws
 * `STORE_BUSY` when another one holds it, `STORE_SCHEMA_NEWER` when a newer version has written it.
 */
export function openNotifierDatabase(path: string): Promise<NotifierDatabase> {
  return openSqlite(path);
}

/** Opens a database of PostgreSQL beside other processes. */
export function openSharedDatabase(options: NotifierPostgres, now: () => number): Promise<SharedDatabase> {
  return openPostgres(options, now);
}
