import type { DepositCallbacks, Store } from 'deposit-callback';
import { postgresStore } from 'deposit-callback/stores/postgres';
import type { SqliteStore } from 'deposit-callback/stores/sqlite';
import express from 'express';
import { Redis } from 'ioredis';
import pg from 'pg';
import { type Crediting, countCredits } from './crediting-by-hand.ts';
import { ours } from './ours.ts';

// This package over each of its stores, crediting as docs/stores.md advises for it.

export async function oursOverSqlite(path: string, inBatches: boolean): Promise<Crediting> {
  const callbacks = await ours('sqlite', path);
  const { database } = callbacks.store as SqliteStore;
  database.exec('CREATE TABLE credits (deposit_id text PRIMARY KEY, account text NOT NULL, amount text NOT NULL)');
  const insert = database.prepare('INSERT INTO credits VALUES (?, ?, ?)');
  if (inBatches) {
    const insertAll = database.prepare(
      "INSERT INTO credits SELECT value->>'$[0]', value->>'$[1]', value->>'$[2]' FROM json_each(?)",
    );
    callbacks.on(
      'deposit',
      (batch, { atomically }) => {
        const rows = batch.map(({ eventId, deposit }) => [eventId, deposit.to, String(deposit.amount)]);
        atomically(() => insertAll.run(JSON.stringify(rows)));
      },
      { batch: 100 },
    );
  } else {
    callbacks.on('deposit', async (deposit, { atomically, eventId }) => {
      atomically(() => insert.run(eventId, deposit.to, String(deposit.amount)));
    });
  }
  const count = database.prepare('SELECT count(*) AS n FROM credits');
  return served(callbacks, () => (count.get() as { n: number }).n);
}

export async function oursOverPostgres(
  url: string,
  { inBatches, max }: { inBatches: boolean; max: number },
): Promise<Crediting> {
  const pool = new pg.Pool({ connectionString: url, max, keepAlive: true });
  const callbacks = await ours('postgres', url, { store: postgresStore({ pool }) as Store });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('CREATE TABLE credits (event_id text PRIMARY KEY, account text NOT NULL, amount text NOT NULL)');
  const insert = { name: 'credit', text: 'INSERT INTO credits VALUES ($1, $2, $3)' };
  const insertAll = {
    name: 'credits',
    text: 'INSERT INTO credits SELECT * FROM unnest($1::text[], $2::text[], $3::text[])',
  };
  if (inBatches) {
    callbacks.on(
      'deposit',
      (batch, { atomically }) => {
        const values = [
          batch.map(({ eventId }) => eventId),
          batch.map(({ deposit }) => deposit.to),
          batch.map(({ deposit }) => String(deposit.amount)),
        ];
        atomically((tx) => (tx as pg.ClientBase).query({ ...insertAll, values }));
      },
      { batch: 100 },
    );
  } else {
    callbacks.on('deposit', async (deposit, { atomically, eventId }) => {
      const values = [eventId, deposit.to, String(deposit.amount)];
      atomically((tx) => (tx as pg.ClientBase).query({ ...insert, values }));
    });
  }
  return served(callbacks, () => countCredits(client));
}

/** The ledger is a hash in the same Redis, as for BullMQ, and takes an event once. */
export async function oursOverRedis(path: string): Promise<Crediting> {
  const callbacks = await ours('redis', path);
  const ledger = new Redis(path);
  callbacks.on('deposit', async ({ to, amount }, { eventId }) => {
    await ledger.hsetnx('ledger', eventId, JSON.stringify({ account: to, amount: String(amount) }));
  });
  return served(callbacks, () => ledger.hlen('ledger'));
}

/** Nothing is durable, and the answer waits for the credit. */
export async function oursOverMemory(): Promise<Crediting> {
  const callbacks = await ours('memory', '');
  let credits = 0;
  callbacks.on('deposit', () => {
    credits += 1;
  });
  return served(callbacks, () => credits);
}

function served(callbacks: DepositCallbacks, credited: Crediting['credited']): Crediting {
  return {
    listener: express().use('/callbacks', callbacks),
    credited,
    oldestOwedAt: async () => (await callbacks.store.counts()).oldestOwedAt,
    idle: () => callbacks.idle(),
  };
}
