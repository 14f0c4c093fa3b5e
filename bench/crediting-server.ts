import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SqliteStore } from 'deposit-callback/stores/sqlite';
import express from 'express';
import pg from 'pg';
import { byHandOverPostgres, byHandOverSqlite, type Crediting } from './crediting-by-hand.ts';
import { ours } from './ours.ts';

// `crediting-server.ts <target> <place>`: receives and credits at once; tells how many credits are in the table when it is asked.

export type CreditingTarget =
  | 'sqlite by hand'
  | 'sqlite limit'
  | 'ours over sqlite'
  | 'ours over sqlite in batches'
  | 'postgres by hand'
  | 'postgres limit'
  | 'ours over postgres'
  | 'ours over postgres in batches';

const [, , target = '', place = ''] = process.argv;
const { listener, credited } = await crediting(target as CreditingTarget);
const server = createServer(listener);
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('message', async () => process.send?.({ credited: await credited() }));
process.on('disconnect', () => process.exit(0));

function crediting(name: CreditingTarget): Crediting | Promise<Crediting> {
  switch (name) {
    case 'sqlite by hand':
    case 'sqlite limit':
      return byHandOverSqlite(place, name === 'sqlite limit');
    case 'postgres by hand':
    case 'postgres limit':
      return byHandOverPostgres(place, name === 'postgres limit');
    case 'ours over sqlite':
    case 'ours over sqlite in batches':
      return oursOverSqlite(name !== 'ours over sqlite');
    case 'ours over postgres':
    case 'ours over postgres in batches':
      return oursOverPostgres(name !== 'ours over postgres');
  }
}

async function oursOverSqlite(inBatches: boolean): Promise<Crediting> {
  const callbacks = await ours('sqlite', place);
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
  return {
    listener: express().use('/callbacks', callbacks),
    credited: () => (database.prepare('SELECT count(*) AS n FROM credits').get() as { n: number }).n,
  };
}

async function oursOverPostgres(inBatches: boolean): Promise<Crediting> {
  const callbacks = await ours('postgres', place);
  const client = new pg.Client({ connectionString: place });
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
  return {
    listener: express().use('/callbacks', callbacks),
    credited: async () => Number((await client.query<{ n: string }>('SELECT count(*) AS n FROM credits')).rows[0]?.n),
  };
}
