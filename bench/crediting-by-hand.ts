import type { RequestListener } from 'node:http';
import express from 'express';
import pg from 'pg';
import { openDatabase } from '../lib/stores/sqlite/driver.ts';
import { isGenuine, secretText } from './requests.ts';

// What a careful user would write: verify, then inbox and credit in one transaction, then answer. And the limit: the same, all
// that waits in one transaction or one statement.

/** A server that credits, and how it stands. */
export interface Crediting {
  listener: RequestListener;
  /** How many credits are in its ledger. */
  credited(): number | Promise<number>;
  /** When the oldest event that is not credited was made, epoch ms; undefined where none waits. Of ours alone. */
  oldestOwedAt?(): Promise<number | undefined>;
  /** Resolves when nothing waits to be credited. Of ours alone. */
  idle?(): Promise<void>;
}

export interface Callback {
  id: string;
  body: string;
  transaction: string;
  account: string;
  amount: string;
}

export type Keep = (callback: Callback) => Promise<void> | void;

const tables = [
  'CREATE TABLE inbox (id text PRIMARY KEY, body text NOT NULL)',
  'CREATE TABLE credits (transaction_id text PRIMARY KEY, account text NOT NULL, amount text NOT NULL)',
];

/** Inbox and credits in PostgreSQL, empty. */
export async function createTables(pool: pg.Pool): Promise<void> {
  for (const table of tables) await pool.query(table);
}

export async function countCredits(client: pg.Pool | pg.Client): Promise<number> {
  return Number((await client.query<{ n: string }>('SELECT count(*) AS n FROM credits')).rows[0]?.n);
}

/** Express 5: verifies the signature and reads what is needed, keeps it, and answers. */
export function handler(keep: Keep): RequestListener {
  const app = express();
  const key = Buffer.from(secretText, 'base64');
  app.post('/callbacks/imtoken', express.raw({ type: '*/*' }), async (req, res) => {
    if (!isGenuine(req, key)) {
      res.status(401).end();
      return;
    }
    const id = req.get('webhook-id') ?? '';
    const body = req.body.toString();
    const { data } = JSON.parse(body);
    await keep({ id, body, transaction: data.transaction.hash, account: data.to, amount: String(data.amount) });
    res.status(200).end('ok');
  });
  return app;
}

export async function byHandOverSqlite(path: string, isLimit: boolean): Promise<Crediting> {
  // With the driver that the store takes too: better-sqlite3 is there for one version of Node.
  const database = await openDatabase(path, undefined);
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = FULL');
  for (const table of tables) database.exec(table);
  const inbox = database.prepare('INSERT INTO inbox VALUES (?, ?) ON CONFLICT DO NOTHING');
  const credit = database.prepare('INSERT INTO credits VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const keepAll = (callbacks: readonly Callback[]): void => {
    begin.run();
    try {
      for (const { id, body, transaction, account, amount } of callbacks) {
        if (inbox.run(id, body).changes > 0) credit.run(transaction, account, amount);
      }
      commit.run();
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  };
  const count = database.prepare('SELECT count(*) AS n FROM credits');
  return {
    listener: handler(isLimit ? together(keepAll) : (one) => keepAll([one])),
    credited: () => (count.get() as { n: number }).n,
  };
}

export async function byHandOverPostgres(url: string, isLimit: boolean): Promise<Crediting> {
  const pool = new pg.Pool({ connectionString: url, max: 20 });
  await createTables(pool);
  return {
    listener: handler(isLimit ? together((callbacks) => keepByOneStatement(pool, callbacks)) : keepEach(pool)),
    credited: () => countCredits(pool),
  };
}

function keepEach(pool: pg.Pool): Keep {
  return async ({ id, body, transaction, account, amount }) => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const inbox = { name: 'inbox', text: 'INSERT INTO inbox VALUES ($1, $2) ON CONFLICT DO NOTHING' };
      const { rowCount } = await client.query({ ...inbox, values: [id, body] });
      const credit = { name: 'credit', text: 'INSERT INTO credits VALUES ($1, $2, $3) ON CONFLICT DO NOTHING' };
      if (rowCount === 1) await client.query({ ...credit, values: [transaction, account, amount] });
      await client.query('COMMIT');
    } finally {
      client.release();
    }
  };
}

async function keepByOneStatement(pool: pg.Pool, callbacks: readonly Callback[]): Promise<void> {
  const column = (name: keyof Callback): string[] => callbacks.map((callback) => callback[name]);
  await pool.query({
    name: 'keep',
    text: `WITH arrived AS (
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS a (id, body, transaction_id, account, amount)
      ), kept AS (
        INSERT INTO inbox SELECT id, body FROM arrived ON CONFLICT DO NOTHING RETURNING id
      )
      INSERT INTO credits SELECT transaction_id, account, amount FROM arrived JOIN kept USING (id) ON CONFLICT DO NOTHING`,
    values: [column('id'), column('body'), column('transaction'), column('account'), column('amount')],
  });
}

/** While one write is in flight, the callbacks that arrive wait for the next. */
function together(keepAll: (callbacks: readonly Callback[]) => Promise<void> | void): Keep {
  let waiting: { callback: Callback; done: () => void; failed: (error: unknown) => void }[] = [];
  let isWriting = false;
  const write = async (): Promise<void> => {
    isWriting = true;
    while (waiting.length > 0) {
      await new Promise(setImmediate);
      const taken = waiting;
      waiting = [];
      try {
        await keepAll(taken.map(({ callback }) => callback));
        for (const { done } of taken) done();
      } catch (error) {
        for (const { failed } of taken) failed(error);
      }
    }
    isWriting = false;
  };
  return (callback) =>
    new Promise((done, failed) => {
      waiting.push({ callback, done, failed });
      if (!isWriting) void write();
    });
}
