import type { EventKind } from '../../deposits/deposit.ts';
import type { Decision, EventFact, TransactionState } from '../../deposits/transaction-state.ts';
import { compactHash } from '../shared/compact-hash.ts';
import { statementFromJson, storedDepositFromJson } from '../shared/stored-json.ts';
import type { SqliteConnection } from './connection.ts';
import { span } from './schema.ts';

/** First and last place of a transaction's rows. */
export function placesOf(transactionId: number): [first: number, last: number] {
  return [transactionId * span, transactionId * span + span - 1];
}

/** Id of the transaction that the row at `place` belongs to. */
export function transactionAt(place: number): number {
  return Math.floor(place / span);
}

/**
 * Hash of what follows the network in a transaction's key, which is most often the transaction id: so one index serves
 * the key and a search by the id alone.
 */
export function keyHash(key: string): number {
  return compactHash(key.slice(key.indexOf('|') + 1));
}

export function findTransaction(
  { sql }: SqliteConnection,
  key: string,
): { id: number; version: number; credited: number } | undefined {
  const found = sql('SELECT id, version, credited FROM deposit_callback_transactions WHERE key_hash = ? AND key = ?');
  return found.get(keyHash(key), key) as ReturnType<typeof findTransaction>;
}

export function loadTransaction(connection: SqliteConnection, key: string): TransactionState {
  const transaction = findTransaction(connection, key);
  if (!transaction) return { key, version: 0, statements: [], deposits: [], facts: [], decisions: [] };
  const rows = readRows(connection, transaction.id);
  const depositIds = new Map<number, string>();
  const deposits = rows.deposits.map(({ place, record }) => {
    const deposit = storedDepositFromJson(record);
    depositIds.set(place, deposit.id);
    return deposit;
  });
  return {
    key,
    version: transaction.version,
    statements: rows.statements.map(({ record }) => statementFromJson(record)),
    deposits,
    facts: factsOf(rows, depositIds),
    decisions: rows.decisions.map(({ record }): Decision => JSON.parse(record)),
  };
}

/** Facts of the events, those that are pruned first. */
export function factsOf({ told, events }: TransactionRows, depositIds: ReadonlyMap<number, string>): EventFact[] {
  const facts = told.map(({ record }): EventFact => JSON.parse(record));
  for (const { id, deposit, kind, generation, handed, state } of events) {
    const depositId = depositIds.get(deposit) ?? '';
    facts.push({ id, depositId, kind, generation, handed: handed === 1, cancelled: state === 'cancelled' });
  }
  return facts;
}

/** All rows of one transaction, in the order of their places. */
export interface TransactionRows {
  statements: readonly { place: number; id: string; record: string }[];
  deposits: readonly { place: number; status: string; record: string }[];
  events: readonly TransactionEventRow[];
  decisions: readonly { place: number; record: string }[];
  /** Facts of pruned events. */
  told: readonly { place: number; record: string }[];
}

export interface TransactionEventRow {
  place: number;
  id: string;
  /** Place of its deposit. */
  deposit: number;
  kind: EventKind;
  generation: number;
  state: string;
  handed: number;
}

export const noRows: TransactionRows = { statements: [], deposits: [], events: [], decisions: [], told: [] };

export function readRows({ sql }: SqliteConnection, transactionId: number): TransactionRows {
  const places = placesOf(transactionId);
  return {
    statements: sql(statementRows).all(...places) as { place: number; id: string; record: string }[],
    deposits: sql(depositRows).all(...places) as { place: number; status: string; record: string }[],
    events: sql(eventRows).all(...places) as TransactionEventRow[],
    decisions: sql(decisionRows).all(...places) as { place: number; record: string }[],
    told: sql(toldRows).all(...places) as { place: number; record: string }[],
  };
}

const statementRows =
  'SELECT place, id, record FROM deposit_callback_statements WHERE place BETWEEN ? AND ? ORDER BY place';
const depositRows =
  'SELECT place, status, record FROM deposit_callback_deposits WHERE place BETWEEN ? AND ? ORDER BY place';
const eventRows = `
  SELECT place, id, deposit, kind, generation, state, handed FROM deposit_callback_events
  WHERE place BETWEEN ? AND ? ORDER BY place`;
const decisionRows = 'SELECT place, record FROM deposit_callback_decisions WHERE place BETWEEN ? AND ? ORDER BY place';
const toldRows = 'SELECT place, record FROM deposit_callback_told WHERE place BETWEEN ? AND ? ORDER BY place';
