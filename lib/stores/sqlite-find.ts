import type { DepositRecord } from '../deposits/deposit.ts';
import { compactHash } from './compact-hash.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqliteValue } from './sqlite-driver.ts';
import { shownDeposit } from './sqlite-events.ts';
import { scan } from './sqlite-scan.ts';
import { placesOf, transactionAt } from './sqlite-transactions.ts';
import type { CallbackQuery, CallbackRecord, DepositQuery, EventQuery, StoredEvent } from './store.ts';
import { matchesCallback } from './stored-callback.ts';
import { depositRecordOf, matchesDeposit } from './stored-deposit.ts';
import { type CallbackRow, callbackFromRow, depositRecordFromJson, storedDepositFromJson } from './stored-json.ts';

export async function findCallbacks(
  connection: () => SqliteConnection,
  query: CallbackQuery,
): Promise<CallbackRecord[]> {
  type Row = CallbackRow & { received_at: number; seq: number };
  const { outcome, since = -1, until = Number.MAX_SAFE_INTEGER, before, limit } = query;
  // Spelt out, since only then is the partial index over outcomes of use.
  const path = outcome === undefined || outcome === 'recorded' ? 'true' : `outcome = ? AND outcome <> 'recorded'`;
  const values: SqliteValue[] = path === 'true' || outcome === undefined ? [] : [outcome];
  let start: Row | undefined;
  if (before !== undefined) {
    start = await connection().read(
      () => connection().sql('SELECT received_at, seq FROM deposit_callback_callbacks WHERE id = ?').get(before) as Row,
    );
    if (!start) return [];
  }
  return scan<Row, CallbackRecord>(connection, {
    limit,
    page(last = start, size) {
      const from = last ?? { received_at: until, seq: 0 };
      return connection()
        .sql(`
        SELECT received_at, seq, record FROM deposit_callback_callbacks
        WHERE ${path} AND received_at >= ? AND (received_at, seq) < (?, ?)
        ORDER BY received_at DESC, seq DESC LIMIT ?`)
        .all(...values, since, from.received_at, from.seq, size) as Row[];
    },
    pick(row) {
      const callback = callbackFromRow(row);
      return matchesCallback(callback, query) ? callback : undefined;
    },
  });
}

export interface DepositRow {
  place: number;
  first_seen_at: number;
  waiting_since: number | null;
  record: string;
}

const depositColumns = 'place, first_seen_at, waiting_since, record';

export function depositRow({ sql }: SqliteConnection, id: string): DepositRow | undefined {
  const rows = sql(`SELECT ${depositColumns} FROM deposit_callback_deposits WHERE id_hash = ?`).all(compactHash(id));
  return (rows as DepositRow[]).find(({ record }) => storedDepositFromJson(record).id === id);
}

export async function findDeposits(connection: () => SqliteConnection, query: DepositQuery): Promise<DepositRecord[]> {
  const pick = ({ record }: DepositRow): DepositRecord | undefined => {
    const deposit = storedDepositFromJson(record);
    return matchesDeposit(deposit, query) ? depositRecordOf(deposit) : undefined;
  };
  const { before, limit, transactionId } = query;
  const start = before === undefined ? undefined : await connection().read(() => depositRow(connection(), before));
  if (before !== undefined && !start) return [];
  if (transactionId !== undefined) {
    const rows = await connection().read(() => depositsOfTransaction(connection(), transactionId));
    return rows
      .sort((one, other) => other.first_seen_at - one.first_seen_at || other.place - one.place)
      .filter((row) => !start || isOlder(row, start))
      .flatMap((row) => pick(row) ?? [])
      .slice(0, limit);
  }
  const [path, values] = depositPath(query);
  return scan<DepositRow, DepositRecord>(connection, {
    limit,
    page(last = start, size) {
      const from = last ?? { first_seen_at: Number.MAX_SAFE_INTEGER, place: 0 };
      return connection()
        .sql(`
        SELECT ${depositColumns} FROM deposit_callback_deposits
        WHERE ${path} AND first_seen_at >= ? AND (first_seen_at, place) < (?, ?)
        ORDER BY first_seen_at DESC, place DESC LIMIT ?`)
        .all(...values, query.since ?? -1, from.first_seen_at, from.place, size) as DepositRow[];
    },
    pick,
  });
}

/** The index to walk along, as a condition; each has its rows in the order of `first_seen_at`. */
function depositPath({ to, status }: DepositQuery): [condition: string, values: SqliteValue[]] {
  if (to !== undefined) return ['recipient_hash = ?', [compactHash(to)]];
  if (status !== undefined && status !== 'confirmed') return [`status = ? AND status <> 'confirmed'`, [status]];
  return ['true', []];
}

function isOlder(row: DepositRow, other: DepositRow): boolean {
  if (row.first_seen_at !== other.first_seen_at) return row.first_seen_at < other.first_seen_at;
  return row.place < other.place;
}

function depositsOfTransaction({ sql }: SqliteConnection, transactionId: string): DepositRow[] {
  const hash = compactHash(transactionId);
  const byKey = sql('SELECT id FROM deposit_callback_transactions WHERE key_hash = ?').all(hash) as { id: number }[];
  const rows = byKey.flatMap(({ id }) =>
    sql(`SELECT ${depositColumns} FROM deposit_callback_deposits WHERE place BETWEEN ? AND ?`).all(...placesOf(id)),
  );
  const others = sql(`SELECT ${depositColumns} FROM deposit_callback_deposits WHERE transaction_hash = ?`).all(hash);
  return [...rows, ...others] as DepositRow[];
}

interface EventRow {
  place: number;
  id: string;
  kind: StoredEvent['kind'];
  generation: number;
  state: StoredEvent['state'];
  handed: number;
  attempts: number;
  due_at: number | null;
  made_at: number;
  settled_at: number | null;
  error: string | null;
  record: string;
}

export async function findEvents(connection: () => SqliteConnection, query: EventQuery): Promise<StoredEvent[]> {
  const { state, kind, depositId, limit } = query;
  let places: [number, number] = [-1, Number.MAX_SAFE_INTEGER];
  let deposit: DepositRow | undefined;
  if (depositId !== undefined) {
    deposit = await connection().read(() => depositRow(connection(), depositId));
    if (!deposit) return [];
    places = placesOf(transactionAt(deposit.place));
  }
  const [path, order] =
    state === 'owed' || state === 'leased' || state === 'dead'
      ? [`state = '${state}' AND state IN ('owed', 'leased', 'dead')`, 'made_at']
      : ['true', 'place'];
  return scan<EventRow & { deposit: number }, StoredEvent>(connection, {
    limit,
    page(last, size) {
      const from = last ?? { made_at: Number.MAX_SAFE_INTEGER, place: Number.MAX_SAFE_INTEGER };
      const after = order === 'place' ? from.place : from.made_at;
      return connection()
        .sql(`
        SELECT place, id, deposit, kind, generation, state, handed, attempts, due_at, made_at, settled_at, error,
          ${shownDeposit}
        FROM deposit_callback_events
        WHERE ${path} AND place BETWEEN ? AND ? AND (${order}, place) < (?, ?)
        ORDER BY ${order} DESC, place DESC LIMIT ?`)
        .all(...places, after, from.place, size) as (EventRow & { deposit: number })[];
    },
    pick: (row) =>
      (deposit === undefined || row.deposit === deposit.place) &&
      (kind === undefined || row.kind === kind) &&
      (state === undefined || row.state === state)
        ? eventFromRow(row)
        : undefined,
  });
}

function eventFromRow(row: EventRow): StoredEvent {
  return {
    id: row.id,
    kind: row.kind,
    generation: row.generation,
    deposit: depositRecordFromJson(row.record),
    state: row.state,
    attempts: row.attempts,
    // One that waits for its turn behind an earlier event has no time of its own.
    dueAt: row.due_at ?? row.made_at,
    madeAt: row.made_at,
    handed: row.handed === 1,
    ...(row.settled_at !== null && { settledAt: row.settled_at }),
    ...(row.error !== null && { error: row.error }),
  };
}
