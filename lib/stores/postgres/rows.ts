import type { DepositEvent } from '../../deposits/deposit.ts';
import type { StoredDeposit, TransactionChange } from '../../deposits/transaction-state.ts';
import type { Pieces } from '../../util/turns.ts';
import { columnText } from '../shared/column-text.ts';
import { compactHash } from '../shared/compact-hash.ts';
import { showsStored } from '../shared/shows-stored.ts';
import { callbackToJson, depositToJson, restToJson, shownToJson, statementToJson } from '../shared/stored-json.ts';
import type { CallbackRecord } from '../store.ts';
import { transactionHash } from './hashes.ts';

/** A row as the functions that record read it. */
export type Row = Record<string, unknown>;

/** The rows of all changes, with the number of their change, and their own place, which keeps their order. */
export function* numbered(
  numbers: ReadonlyMap<TransactionChange, number>,
  changes: readonly TransactionChange[],
  rowsOf: (change: TransactionChange) => readonly Row[],
): Pieces<Row[]> {
  const all: Row[] = [];
  for (const change of changes) {
    const number = numbers.get(change);
    for (const row of rowsOf(change)) {
      // Set, not spread, which costs as much as the rest of the row.
      row.place = all.length + 1;
      row.change = number;
      all.push(row);
    }
    yield;
  }
  return all;
}

export function isCredited({ events }: TransactionChange): boolean {
  return events.some(({ kind }) => kind === 'deposit');
}

export function statementRows({ statements }: TransactionChange): Row[] {
  return firstById(statements).map((statement) => ({
    id: columnText(statement.id),
    provider: columnText(statement.provider),
    kind: statement.kind,
    amount: statement.amount.toString(),
    received_at: statement.receivedAt,
    record: statementToJson(statement),
  }));
}

export function depositRows({ key, deposits }: TransactionChange): Row[] {
  return lastById(deposits).map((deposit) => depositRow(key, deposit, depositToJson(deposit)));
}

function depositRow(key: string, deposit: StoredDeposit, record: string): Row {
  return {
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
    record,
  };
}

export function eventRows({ events }: TransactionChange, leased: ReadonlySet<DepositEvent>): Row[] {
  const seen = new Set<string>();
  return events.map((event) => eventRow(event, leased, seen, depositToJson(event.deposit)));
}

function eventRow(
  event: DepositEvent,
  leased: ReadonlySet<DepositEvent>,
  seen: Set<string>,
  record: string | null,
): Row {
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
    record,
  };
}

/**
 * Rows of the deposits and events of changes that open their transactions. An event that shows its deposit as it is stored has no
 * record, but the place of that deposit, and with how many bytes of the deposit's record its own begins.
 */
export function* openedRows(
  numbers: ReadonlyMap<TransactionChange, number>,
  changes: readonly TransactionChange[],
  leased: ReadonlySet<DepositEvent>,
): Pieces<{ deposits: Row[]; events: Row[] }> {
  const rows: { deposits: Row[]; events: Row[] } = { deposits: [], events: [] };
  for (const change of changes) {
    const number = numbers.get(change);
    const stored = new Map<string, { deposit: StoredDeposit; place: number; shown: string }>();
    for (const deposit of lastById(change.deposits)) {
      const shown = shownToJson(deposit).slice(0, -1);
      const row = depositRow(change.key, deposit, shown + restToJson(deposit));
      row.change = number;
      stored.set(deposit.id, { deposit, place: rows.deposits.push(row), shown });
    }
    const seen = new Set<string>();
    for (const event of change.events) {
      const shown = stored.get(event.deposit.id);
      const isSame = shown !== undefined && showsStored(event.deposit, shown.deposit);
      const row = eventRow(event, leased, seen, isSame ? null : depositToJson(event.deposit));
      row.change = number;
      row.deposit_place = isSame ? shown.place : null;
      row.shown_bytes = isSame ? Buffer.byteLength(shown.shown) : null;
      rows.events.push(row);
    }
    yield;
  }
  return rows;
}

export function cancelRows({ cancelled, events }: TransactionChange): Row[] {
  return cancelled.map((id) => ({ id: columnText(id), is_new: events.some((event) => event.id === id) }));
}

/** Rows of callbacks, and all their bodies one after the other. */
export function callbackRows(callbacks: readonly CallbackRecord[]): { rows: Row[]; bodies: Buffer | null } {
  const bodies: Buffer[] = [];
  let from = 1;
  const rows = lastById(callbacks).map((callback) => {
    const { body } = callback;
    const row: Row = {
      id: columnText(callback.id),
      provider: columnText(callback.provider),
      received_at: callback.receivedAt,
      outcome: callback.outcome,
      code: callback.code === undefined ? null : columnText(callback.code),
      finished: callback.finished,
      record: callbackToJson(callback),
      body_from: body && from,
      body_bytes: body?.length,
    };
    if (body !== undefined) {
      bodies.push(body);
      from += body.length;
    }
    return row;
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
