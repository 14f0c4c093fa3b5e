import type { DepositEvent } from '../../deposits/deposit.ts';
import type { StoredDeposit, TransactionChange } from '../../deposits/transaction-state.ts';
import { columnText } from '../shared/column-text.ts';
import { compactHash } from '../shared/compact-hash.ts';
import { callbackToJson, depositToJson, statementToJson } from '../shared/stored-json.ts';
import type { Batch, CallbackRecord } from '../store.ts';
import { keyHash, transactionHash } from './hashes.ts';

/** A batch as the function `record` takes it, and the keys of its changes by their numbers there. */
export interface PostgresBatch {
  values: unknown[];
  keys: readonly string[];
}

/** Where and when a batch is recorded. */
export interface PostgresPlace {
  now: number | null;
  /** Of the tallies. */
  slot: number;
  /** Who leases events; null leases none. */
  holder: number | null;
  /** Events to lease if they are due at once. */
  leased: ReadonlySet<DepositEvent>;
}

export function batchValues(batch: Batch, { now, slot, holder, leased }: PostgresPlace): PostgresBatch {
  // Numbers from 1, those of stored transactions first, as the function takes them.
  const changes = [...batch.changes].sort((one, other) => rank(one) - rank(other));
  const { rows, bodies } = callbackRows(batch.callbacks);
  const values = [
    changes.flatMap((change, index) => (change.expectedVersion > 0 ? raisedRow(change, index + 1) : [])),
    changes.flatMap((change, index) => (change.expectedVersion > 0 ? [] : [openedRow(change, index + 1)])),
    numbered(changes, statementRows),
    numbered(changes, depositRows),
    numbered(changes, (change) => eventRows(change, leased)),
    numbered(changes, ({ decisions }) => decisions.map((decision) => ({ record: JSON.stringify(decision) }))),
    numbered(changes, cancelRows),
    rows,
  ].map((list) => (list.length === 0 ? null : JSON.stringify(list)));
  return {
    values: [...values, bodies, now, slot, batch.lease?.leaseMs ?? null, holder],
    keys: changes.map(({ key }) => key),
  };
}

function rank({ expectedVersion }: TransactionChange): number {
  return expectedVersion > 0 ? 0 : 1;
}

/** A row as the function reads it. */
type Row = Record<string, unknown>;

/** The rows of all changes, with the number of their change, and their own place, which keeps their order. */
function numbered(changes: readonly TransactionChange[], rowsOf: (change: TransactionChange) => readonly Row[]): Row[] {
  const all: Row[] = [];
  for (const [index, change] of changes.entries()) {
    for (const row of rowsOf(change)) {
      // Set, not spread, which costs as much as the rest of the row.
      row.place = all.length + 1;
      row.change = index + 1;
      all.push(row);
    }
  }
  return all;
}

function isCredited({ events }: TransactionChange): boolean {
  return events.some(({ kind }) => kind === 'deposit');
}

function raisedRow(change: TransactionChange, number: number): object[] {
  const { expectedVersion: version, events, cancelled } = change;
  return [{ ...openedRow(change, number), version, moves_events: events.length > 0 || cancelled.length > 0 }];
}

function openedRow(change: TransactionChange, number: number): object {
  const { key } = change;
  return { change: number, key_hash: keyHash(key), key: columnText(key), credited: isCredited(change) };
}

function statementRows({ statements }: TransactionChange): Row[] {
  return firstById(statements).map((statement) => ({
    id: columnText(statement.id),
    provider: columnText(statement.provider),
    kind: statement.kind,
    amount: statement.amount.toString(),
    received_at: statement.receivedAt,
    record: statementToJson(statement),
  }));
}

function depositRows({ key, deposits }: TransactionChange): Row[] {
  return lastById(deposits).map((deposit: StoredDeposit) => ({
    id: columnText(deposit.id),
    id_hash: compactHash(deposit.id),
    network: columnText(deposit.network),
    asset: columnText(deposit.asset),
    amount: deposit.amount.toString(),
    recipient: columnText(deposit.to),
    recipient_hash: compactHash(deposit.to),
    transaction_hash: transactionHash(key, deposit.transaction.id),
    status: deposit.status,
    first_seen_at: deposit.firstSeenAt,
    waiting_since: deposit.waitingSince ?? null,
    record: depositToJson(deposit),
  }));
}

function eventRows({ events }: TransactionChange, leased: ReadonlySet<DepositEvent>): Row[] {
  const seen = new Set<string>();
  return events.map((event) => {
    const { id, kind, generation, deposit } = event;
    const isFirst = !seen.has(deposit.id);
    seen.add(deposit.id);
    return {
      id: columnText(id),
      deposit_id: columnText(deposit.id),
      kind,
      generation,
      is_first: isFirst,
      is_leased: leased.has(event),
      record: depositToJson(deposit),
    };
  });
}

function cancelRows({ cancelled, events }: TransactionChange): Row[] {
  return cancelled.map((id) => ({ id: columnText(id), is_new: events.some((event) => event.id === id) }));
}

function callbackRows(callbacks: readonly CallbackRecord[]): { rows: object[]; bodies: Buffer | null } {
  const bodies: Buffer[] = [];
  let from = 1;
  const rows = lastById(callbacks).map((callback, place) => {
    const { body } = callback;
    const bodyPlace = body === undefined ? {} : { body_from: from, body_bytes: body.length };
    if (body !== undefined) {
      bodies.push(body);
      from += body.length;
    }
    return {
      place,
      id: columnText(callback.id),
      provider: columnText(callback.provider),
      received_at: callback.receivedAt,
      outcome: callback.outcome,
      ...(callback.code === undefined ? {} : { code: columnText(callback.code) }),
      finished: callback.finished,
      record: callbackToJson(callback),
      ...bodyPlace,
    };
  });
  return { rows, bodies: bodies.length === 0 ? null : Buffer.concat(bodies) };
}

function firstById<T extends { id: string }>(list: readonly T[]): T[] {
  const byId = new Map<string, T>();
  for (const one of list) if (!byId.has(one.id)) byId.set(one.id, one);
  return [...byId.values()];
}

function lastById<T extends { id: string }>(list: readonly T[]): T[] {
  return [...new Map(list.map((one) => [one.id, one])).values()];
}
