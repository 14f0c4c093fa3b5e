import { after, before } from 'node:test';
import type pg from 'pg';
import { postgresStore } from '../../lib/stores/postgres.ts';
import type { Store } from '../../lib/stores/store.ts';
import { describeStore } from '../../lib/testing/describe-store.ts';
import { type PostgresServer, startPostgres } from '../helpers/postgres-server.ts';

let server: PostgresServer;
let admin: pg.Pool;
before(async () => {
  server = await startPostgres();
  admin = server.pool({ max: 1 });
});
after(() => server.remove());

let schemas = 0;

describeStore({
  name: 'postgres',
  async open({ now }) {
    schemas += 1;
    const schema = `store_${schemas}`;
    const opened: { store: Store<unknown>; pool: pg.Pool }[] = [];
    const open = async (): Promise<Store<unknown>> => {
      const pool = server.pool();
      const store = postgresStore({ pool, schema, now });
      opened.push({ store, pool });
      await store.ready();
      return store;
    };
    const close = async (): Promise<void> => {
      for (const { store, pool } of opened.splice(0)) {
        await store.close();
        await pool.end();
      }
    };
    return {
      store: await open(),
      another: open,
      reopen: async () => {
        await close();
        return open();
      },
      makeNewer: async () => void (await admin.query(`INSERT INTO ${schema}.schema_version VALUES (1000, 0)`)),
      close: async () => {
        await close();
        await admin.query(`DROP SCHEMA ${schema} CASCADE`);
      },
    };
  },
});
