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

export function batchValues(batch: Batch, now: number | null, slot: number): PostgresBatch {
  // Numbers from 1, those of stored transactions first, as the function takes them.
  const changes = [...batch.changes].sort((one, other) => rank(one) - rank(other));
  const { rows, bodies } = callbackRows(batch.callbacks);
  const values = [
    changes.flatMap((change, index) => (change.expectedVersion > 0 ? raisedRow(change, index + 1) : [])),
    changes.flatMap((change, index) => (change.expectedVersion > 0 ? [] : openedRow(change, index + 1))),
    numbered(changes, statementRows),
    numbered(changes, depositRows),
    numbered(changes, eventRows),
    numbered(changes, ({ decisions }) => decisions.map((decision) => ({ r: JSON.stringify(decision) }))),
    numbered(changes, cancelRows),
    rows,
  ].map((list) => (list.length === 0 ? null : JSON.stringify(list)));
  return { values: [...values, bodies, now, slot], keys: changes.map(({ key }) => key) };
}

function rank({ expectedVersion }: TransactionChange): number {
  return expectedVersion > 0 ? 0 : 1;
}

/** The rows of all changes, with the number of their change and their own: `o` keeps their order. */
function numbered(
  changes: readonly TransactionChange[],
  rowsOf: (change: TransactionChange) => readonly object[],
): object[] {
  let o = 0;
  return changes.flatMap((change, index) =>
    rowsOf(change).map((row) => {
      o += 1;
      return { o, i: index + 1, ...row };
    }),
  );
}

function isCredited({ events }: TransactionChange): boolean {
  return events.some(({ kind }) => kind === 'deposit');
}

function raisedRow(change: TransactionChange, i: number): object[] {
  const { key, expectedVersion: v, events, cancelled } = change;
  const e = events.length > 0 || cancelled.length > 0;
  return [{ i, h: keyHash(key), k: columnText(key), v, c: isCredited(change), e }];
}

function openedRow(change: TransactionChange, i: number): object[] {
  return [{ i, h: keyHash(change.key), k: columnText(change.key), c: isCredited(change) }];
}

function statementRows({ statements }: TransactionChange): object[] {
  return firstById(statements).map((statement) => ({
    id: columnText(statement.id),
    p: columnText(statement.provider),
    k: statement.kind,
    a: statement.amount.toString(),
    t: statement.receivedAt,
    r: statementToJson(statement),
  }));
}

function depositRows({ key, deposits }: TransactionChange): object[] {
  return lastById(deposits).map((deposit: StoredDeposit) => ({
    id: columnText(deposit.id),
    h: compactHash(deposit.id),
    n: columnText(deposit.network),
    c: columnText(deposit.asset),
    a: deposit.amount.toString(),
    w: columnText(deposit.to),
    wh: compactHash(deposit.to),
    th: transactionHash(key, deposit.transaction.id),
    s: deposit.status,
    t: deposit.firstSeenAt,
    u: deposit.waitingSince ?? null,
    r: depositToJson(deposit),
  }));
}

function eventRows({ events }: TransactionChange): object[] {
  const seen = new Set<string>();
  return events.map(({ id, kind, generation, deposit }: DepositEvent) => {
    const isFirst = !seen.has(deposit.id);
    seen.add(deposit.id);
    return {
      id: columnText(id),
      d: columnText(deposit.id),
      k: kind,
      g: generation,
      f: isFirst,
      r: depositToJson(deposit),
    };
  });
}

function cancelRows({ cancelled, events }: TransactionChange): object[] {
  return cancelled.map((id) => ({ id: columnText(id), made: events.some((event) => event.id === id) }));
}

function callbackRows(callbacks: readonly CallbackRecord[]): { rows: object[]; bodies: Buffer | null } {
  const bodies: Buffer[] = [];
  let at = 1;
  const rows = lastById(callbacks).map((callback, o) => {
    const { body } = callback;
    const place = body === undefined ? {} : { b: at, l: body.length };
    if (body !== undefined) {
      bodies.push(body);
      at += body.length;
    }
    return {
      o,
      id: columnText(callback.id),
      p: columnText(callback.provider),
      t: callback.receivedAt,
      s: callback.outcome,
      ...(callback.code === undefined ? {} : { c: columnText(callback.code) }),
      f: callback.finished,
      r: callbackToJson(callback),
      ...place,
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
