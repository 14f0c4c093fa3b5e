import { describeStore } from '../../lib/testing/describe-store.ts';
import { sqliteDrivers, sqliteFile } from './sqlite/files.ts';

for (const driver of sqliteDrivers) {
  describeStore({
    name: driver,
    async open({ now }) {
      const file = sqliteFile(driver);
      const store = await file.open({ now });
      return {
        store,
        another: () => file.open({ now }),
        async reopen() {
          await file.close();
          return file.open({ now });
        },
        makeNewer: async () => void store.database.exec('INSERT INTO deposit_callback_schema VALUES (1000, 0)'),
        close: file.remove,
      };
    },
  });
}
