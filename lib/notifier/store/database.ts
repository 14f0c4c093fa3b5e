import { DepositCallbackError } from '../../errors.ts';
import { createConnection, type SqliteConnection } from '../../stores/sqlite/connection.ts';
import { type OpenedDatabase, openDatabase, sqliteCode } from '../../stores/sqlite/driver.ts';
import { migrations } from './schema.ts';

const busyMs = 50;

export interface NotifierDatabase extends SqliteConnection {
  close(): void;
}

/**
 * Opens the notifier's database for this process alone: two notifiers on one file would send everything twice. Throws
 * `STORE_BUSY` when another one holds it, `STORE_SCHEMA_NEWER` when a newer version has written it.
 */
export async function openNotifierDatabase(path: string): Promise<NotifierDatabase> {
  const database = await openDatabase(path, undefined);
  try {
    database.exec(`PRAGMA busy_timeout = ${busyMs}; PRAGMA locking_mode = EXCLUSIVE;`);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;');
    // Migrations move secrets: what they leave behind must not stay readable.
    database.exec('PRAGMA secure_delete = ON;');
    migrate(database, path);
    database.exec('PRAGMA secure_delete = OFF;');
  } catch (error) {
    database.close();
    if (sqliteCode(error) !== 'BUSY') throw error;
    throw new DepositCallbackError('STORE_BUSY', `Another notifier holds ${path}; only one may run on a database`, {
      cause: error,
    });
  }
  return { ...createConnection(database, busyMs), close: () => database.close() };
}

function migrate(database: OpenedDatabase, path: string): void {
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > migrations.length) {
    throw new DepositCallbackError(
      'STORE_SCHEMA_NEWER',
      `${path} was written by a newer version; upgrade deposit-callback`,
    );
  }
  for (let next = version; next < migrations.length; next += 1) {
    database.exec(`BEGIN IMMEDIATE; PRAGMA user_version = ${next + 1}; ${migrations[next]} COMMIT;`);
  }
}
