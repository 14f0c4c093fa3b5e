import type { DepositRecord } from '../deposits/deposit.ts';
import type { StoredStatement } from '../deposits/statement.ts';
import type { StoredDeposit } from '../deposits/transaction-state.ts';
import type { CallbackRecord } from './store.ts';
import { depositRecordOf } from './stored-deposit.ts';

// JSON keeps what a column would not: lone surrogates, absent fields, order in lists.

/** JSON of something with an amount: the amount as text. */
export function amountToJson(value: StoredStatement | StoredDeposit | DepositRecord): string {
  return JSON.stringify({ ...value, amount: value.amount.toString() });
}

export function statementFromJson(json: string): StoredStatement {
  return withAmount(JSON.parse(json));
}

export function storedDepositFromJson(json: string): StoredDeposit {
  return withAmount(JSON.parse(json));
}

/** Also of a stored deposit's JSON. */
export function depositRecordFromJson(json: string): DepositRecord {
  return depositRecordOf(storedDepositFromJson(json));
}

/** JSON of a callback without its body, which stands in a column of its own. */
export function callbackToJson(callback: CallbackRecord): string {
  if (callback.body === undefined) return JSON.stringify(callback);
  const { body: _body, ...line } = callback;
  return JSON.stringify(line);
}

export function callbackFromRow(row: CallbackRow): CallbackRecord {
  const line: CallbackRecord = JSON.parse(row.record);
  if (row.body) line.body = Buffer.from(row.body.buffer, row.body.byteOffset, row.body.byteLength);
  return line;
}

export interface CallbackRow {
  record: string;
  body?: Uint8Array | null;
}

function withAmount<T extends { amount: bigint }>(json: Omit<T, 'amount'> & { amount: string }): T {
  return Object.assign(json, { amount: BigInt(json.amount) }) as unknown as T;
}
