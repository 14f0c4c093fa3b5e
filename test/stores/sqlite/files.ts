import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type SqliteDriver,
  type SqliteStore,
  type SqliteStoreOptions,
  sqliteStore,
} from '../../../lib/stores/sqlite.ts';

/** The drivers that the running Node must have. */
export const sqliteDrivers: readonly SqliteDriver[] = process.getBuiltinModule('node:sqlite')
  ? ['better-sqlite3', 'node:sqlite']
  : ['better-sqlite3'];

/** A database file in a directory of its own, with every store that was opened over it. */
export interface SqliteFile {
  readonly file: string;
  open(options?: Partial<SqliteStoreOptions>): Promise<SqliteStore>;
  /** Closes the stores; the file stays. */
  close(): Promise<void>;
  /** Closes the stores and removes the directory. */
  remove(): Promise<void>;
}

export function sqliteFile(driver: SqliteDriver): SqliteFile {
  const directory = mkdtempSync(path.join(tmpdir(), 'deposit-callback-'));
  const file = path.join(directory, 'deposits.db');
  const stores: SqliteStore[] = [];

  async function close(): Promise<void> {
    for (const store of stores.splice(0)) await store.close();
  }

  return {
    file,
    async open(options = {}) {
      const store = sqliteStore({ path: file, driver, ...options });
      stores.push(store);
      await store.ready();
      return store;
    },
    close,
    async remove() {
      await close();
      rmSync(directory, { recursive: true });
    },
  };
}
