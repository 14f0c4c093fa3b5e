import type { Deposit } from 'deposit-callback';
import type { SqliteDatabase } from 'deposit-callback/stores/sqlite';

export interface Balance {
  customer: string;
  asset: string;
  amount: bigint;
}

/** Balances beside the package's own tables, in the same file: so one transaction can hold both. */
export function createLedger(database: SqliteDatabase): void {
  database.exec(`
    CREATE TABLE IF NOT EXISTS balance (customer TEXT NOT NULL, asset TEXT NOT NULL, amount TEXT NOT NULL, PRIMARY KEY (customer, asset));
    CREATE TABLE IF NOT EXISTS entry (event_id TEXT PRIMARY KEY, deposit_id TEXT NOT NULL, customer TEXT NOT NULL, asset TEXT NOT NULL, amount TEXT NOT NULL);
  `);
}

/** Adds a deposit to its customer's balance; `sign` is -1n to take one back. Runs inside `atomically`. */
export function post(database: SqliteDatabase, eventId: string, deposit: Deposit, sign: 1n | -1n): void {
  const { account: customer } = deposit;
  if (customer === undefined) throw new Error(`Nobody has the address ${deposit.to}`);
  const amount = sign * deposit.amount;
  database
    .prepare('INSERT INTO entry (event_id, deposit_id, customer, asset, amount) VALUES (?, ?, ?, ?, ?)')
    .run(eventId, deposit.id, customer, deposit.asset, String(amount));
  const before = database
    .prepare('SELECT amount FROM balance WHERE customer = ? AND asset = ?')
    .get(customer, deposit.asset);
  const after = BigInt((before as { amount: string } | undefined)?.amount ?? 0) + amount;
  database
    .prepare(
      'INSERT INTO balance VALUES (?, ?, ?) ON CONFLICT (customer, asset) DO UPDATE SET amount = excluded.amount',
    )
    .run(customer, deposit.asset, String(after));
}

/** Whether a deposit has been posted. */
export function isPosted(database: SqliteDatabase, depositId: string): boolean {
  return database.prepare('SELECT 1 FROM entry WHERE deposit_id = ?').get(depositId) !== undefined;
}

export function balances(database: SqliteDatabase): Balance[] {
  const rows = database.prepare('SELECT customer, asset, amount FROM balance ORDER BY customer, asset').all();
  return (rows as { customer: string; asset: string; amount: string }[]).map((row) => ({
    ...row,
    amount: BigInt(row.amount),
  }));
}
