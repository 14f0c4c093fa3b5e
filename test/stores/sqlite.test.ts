import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type SqliteDriver, type SqliteStore, sqliteStore } from '../../lib/stores/sqlite.ts';
import { describeStore } from '../../lib/testing/describe-store.ts';

const drivers: SqliteDriver[] = process.getBuiltinModule('node:sqlite')
  ? ['better-sqlite3', 'node:sqlite']
  : ['better-sqlite3'];

for (const driver of drivers) {
  describeStore({
    name: driver,
    async open({ now }) {
      const directory = mkdtempSync(path.join(tmpdir(), 'deposit-callback-'));
      const stores: SqliteStore[] = [];
      const open = async (): Promise<SqliteStore> => {
        const store = sqliteStore({ path: path.join(directory, 'deposits.db'), now, driver });
        stores.push(store);
        await store.ready();
        return store;
      };
      const close = async (): Promise<void> => {
        for (const store of stores.splice(0)) await store.close();
      };
      const store = await open();
      return {
        store,
        another: open,
        reopen: async () => {
          await close();
          return open();
        },
        makeNewer: async () => void store.database.exec('INSERT INTO deposit_callback_schema VALUES (1000, 0)'),
        close: async () => {
          await close();
          rmSync(directory, { recursive: true });
        },
      };
    },
  });
}
