import type { DepositCallbacks } from '../../lib/deposit-callbacks.ts';
import type { BatchContext, DeliveryContext } from '../../lib/outbox/listeners.ts';
import type { PostgresTransaction } from '../../lib/stores/postgres.ts';
import type { SqliteDatabase } from '../../lib/stores/sqlite.ts';

// Compiled, never run: the types gate fails where an asynchronous function passes on SQLite, or is refused elsewhere.

export function onSqlite({ atomically }: DeliveryContext<SqliteDatabase>): void {
  atomically((db) => db.prepare('SELECT 1').run());
  atomically((db) => db.prepare('SELECT 1').get());
  atomically(() => {});
  // What a function without types returns is not known.
  atomically((db) => JSON.parse(String(db)));
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

export function batchOnSqlite({ atomically }: BatchContext<SqliteDatabase>): void {
  atomically((db) => db.prepare('SELECT 1').run());
  // @ts-expect-error
  atomically(async (db) => db.prepare('SELECT 1').run());
}

export function listening(callbacks: DepositCallbacks<PostgresTransaction>): void {
  callbacks.on('deposit', (deposit, { eventId }) => [deposit.amount, eventId]);
  const listener = callbacks.on(
    'deposit',
    (batch, { atomically }) => {
      const amounts: bigint[] = batch.map(({ deposit }) => deposit.amount);
      const keys: string[] = batch.map(({ eventId }) => eventId);
      atomically((client) => client.query('SELECT $1, $2', [amounts.map(String), keys]));
    },
    { batch: 100 },
  );
  listener.on('outcome', ({ outcome }) => outcome);
  // @ts-expect-error: a batch is a list
  callbacks.on('deposit', (batch) => batch.amount, { batch: 100 });
  // @ts-expect-error: each deposit has an eventId of its own
  callbacks.on('deposit', (_, { eventId }) => eventId, { batch: 100 });
}
