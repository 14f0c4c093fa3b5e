import type { NotifierDatabase } from './database.ts';
import { openSqlite } from './sqlite-database.ts';

/**
 * Opens the notifier's database for this process alone: two notifiers on one file would send everything twice. Throws
 * `STORE_BUSY` when another one holds it, `STORE_SCHEMA_NEWER` when a newer version has written it.
 */
export function openNotifierDatabase(path: string): Promise<NotifierDatabase> {
  return openSqlite(path);
}
