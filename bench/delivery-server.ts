import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SqliteStore } from 'deposit-callback/stores/sqlite';
import pg from 'pg';
import { ours, type StoreName } from './ours.ts';

// `delivery-server.ts <store> <place> <async or atomically> <concurrency>`: receives first, with nobody listening, so that
// events are owed; when told to, adds the listener and times until the last of them is settled.

export interface Delivered {
  seconds: number;
  /** Listener calls, or rows that `atomically` wrote. */
  handled: number;
}

const [, , store = '', place = '', mode = '', concurrency = ''] = process.argv;
const callbacks = await ours(store as StoreName, place, { concurrency: Number(concurrency) });
const createTable = 'CREATE TABLE credits (event_id text PRIMARY KEY, account text NOT NULL, amount text NOT NULL)';
const server = createServer((req, res) => {
  req.url = req.url?.replace('/callbacks', '') ?? '/';
  callbacks(req, res);
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('disconnect', () => process.exit(0));
process.on('message', async () => {
  await callbacks.idle();
  const count = mode === 'async' ? listen() : store === 'sqlite' ? creditInSqlite() : await creditInPostgres();
  const startedAt = performance.now();
  await callbacks.idle();
  const seconds = (performance.now() - startedAt) / 1_000;
  const answer: Delivered = { seconds, handled: await count() };
  process.send?.(answer);
});

type Count = () => number | Promise<number>;

function listen(): Count {
  let calls = 0;
  callbacks.on('deposit', async () => {
    calls += 1;
  });
  return () => calls;
}

function creditInSqlite(): Count {
  const { database } = callbacks.store as SqliteStore;
  database.exec(createTable);
  callbacks.on('deposit', async (deposit, { atomically, eventId }) => {
    atomically((tx) => {
      const db = tx as SqliteStore['database'];
      db.prepare('INSERT INTO credits VALUES (?, ?, ?)').run(eventId, deposit.to, String(deposit.amount));
    });
  });
  return () => (database.prepare('SELECT count(*) AS n FROM credits').get() as { n: number }).n;
}

async function creditInPostgres(): Promise<Count> {
  const client = new pg.Client({ connectionString: place });
  await client.connect();
  await client.query(createTable);
  const insert = { name: 'credit', text: 'INSERT INTO credits VALUES ($1, $2, $3)' };
  callbacks.on('deposit', async (deposit, { atomically, eventId }) => {
    const values = [eventId, deposit.to, String(deposit.amount)];
    atomically((tx) => (tx as pg.ClientBase).query({ ...insert, values }));
  });
  return async () => Number((await client.query<{ n: string }>('SELECT count(*) AS n FROM credits')).rows[0]?.n);
}
