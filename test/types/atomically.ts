import type { DeliveryContext } from '../../lib/outbox/listeners.ts';
import type { PostgresTransaction } from '../../lib/stores/postgres.ts';
import type { SqliteDatabase } from '../../lib/stores/sqlite.ts';

// Compiled, never run: the types gate fails where an asynchronous function passes on SQLite, or is refused elsewhere.

export function onSqlite({ atomically }: DeliveryContext<SqliteDatabase>): void {
  atomically((db) => db.prepare('SELECT 1').run());
  atomically((db) => db.prepare('SELECT 1').get());
  atomically(() => {});
  // @ts-expect-error
  atomically(async (db) => db.prepare('SELECT 1').run());
  // @ts-expect-error
  atomically((db) => Promise.resolve(db));
}

export function onPostgres({ atomically }: DeliveryContext<PostgresTransaction>): void {
  atomically(async (client) => client.query('SELECT 1'));
  atomically((client) => client.query('SELECT 1'));
}

export function whereverItRuns({ atomically }: DeliveryContext<unknown>): void {
  atomically(async () => {});
  atomically(() => 1);
}
