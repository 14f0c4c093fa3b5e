import type { DepositRecord, EventKind } from '../../deposits/deposit.ts';
import { depositRecordOf } from '../../deposits/transaction-state.ts';
import { compactHash } from '../shared/compact-hash.ts';
import { matchesCallback } from '../shared/stored-callback.ts';
import { matchesDeposit } from '../shared/stored-deposit.ts';
import {
  type CallbackRow,
  callbackFromRow,
  depositRecordFromJson,
  storedDepositFromJson,
} from '../shared/stored-json.ts';
import type { CallbackQuery, CallbackRecord, DepositQuery, EventQuery, StoredEvent } from '../store.ts';
import type { SqliteConnection } from './connection.ts';
import type { SqliteValue } from './driver.ts';
import { kinds, shownDeposit } from './events.ts';
import { scan } from './scan.ts';
import { placesOf, transactionAt } from './transactions.ts';

export async function findCallbacks(
  connection: () => SqliteConnection,
  query: CallbackQuery,
): Promise<CallbackRecord[]> {
  type Row = CallbackRow & { received_at: number; seq: number };
  const { since = -1, until = Number.MAX_SAFE_INTEGER, before, limit } = query;
  const [path, values] = callbackPath(query);
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

/** The index to walk along, as a condition: spelt out, since only then is a partial index of use. */
function callbackPath({ outcome, finished }: CallbackQuery): [condition: string, values: SqliteValue[]] {
  if (outcome === 'quarantined' && finished === false) return [`outcome = 'quarantined' AND finished = 0`, []];
  if (outcome !== undefined && outcome !== 'recorded') return [`outcome = ? AND outcome <> 'recorded'`, [outcome]];
  if (finished === false) return ['finished = 0', []];
  return ['true', []];
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
  kind: EventKind;
  generation: number;
  state: StoredEvent['state'];
  handed: number;
  attempts: number;
  due_at: number | null;
  made_at: number;
  settled_at: number | null;
  crashes: number;
  error: string | null;
  record: string;
}

const eventColumns = `
  place, id, deposit, kind, generation, state, handed, attempts, due_at, made_at, settled_at, error, crashes, ${shownDeposit}`;

export async function findEvents(connection: () => SqliteConnection, query: EventQuery): Promise<StoredEvent[]> {
  const { state, kind, depositId, limit } = query;
  if (depositId !== undefined) {
    const rows = await connection().read(() => eventsOfDeposit(connection(), depositId));
    return rows
      .filter((row) => matchesEvent(row, query))
      .slice(0, limit)
      .map(eventFromRow);
  }
  return scan<EventRow, StoredEvent>(connection, {
    limit,
    page: (last, size) =>
      state === 'owed' || state === 'leased' || state === 'dead'
        ? unsettledEvents(connection(), state, kind === undefined ? kinds : [kind], last, size)
        : newestEvents(connection(), last, size),
    pick: (row) => (matchesEvent(row, query) ? eventFromRow(row) : undefined),
  });
}

function eventsOfDeposit(connection: SqliteConnection, depositId: string): EventRow[] {
  const deposit = depositRow(connection, depositId);
  if (!deposit) return [];
  return connection
    .sql(`
    SELECT ${eventColumns} FROM deposit_callback_events
    WHERE place BETWEEN ? AND ? AND deposit = ? ORDER BY place DESC`)
    .all(...placesOf(transactionAt(deposit.place)), deposit.place) as EventRow[];
}

function newestEvents({ sql }: SqliteConnection, last: EventRow | undefined, size: number): EventRow[] {
  return sql(`SELECT ${eventColumns} FROM deposit_callback_events WHERE place < ? ORDER BY place DESC LIMIT ?`).all(
    last?.place ?? Number.MAX_SAFE_INTEGER,
    size,
  ) as EventRow[];
}

/** Kind by kind, so that one with nothing owed is answered at once beside a backlog of another. */
function unsettledEvents(
  { sql }: SqliteConnection,
  state: 'owed' | 'leased' | 'dead',
  ofKinds: readonly EventKind[],
  last: EventRow | undefined,
  size: number,
): EventRow[] {
  const from = last ?? { made_at: Number.MAX_SAFE_INTEGER, place: 0 };
  const rows = ofKinds.flatMap(
    (kind) =>
      sql(`
      SELECT ${eventColumns} FROM deposit_callback_events
      WHERE state = '${state}' AND state IN ('owed', 'leased', 'dead') AND kind = ? AND (made_at, place) < (?, ?)
      ORDER BY made_at DESC, place DESC LIMIT ?`).all(kind, from.made_at, from.place, size) as EventRow[],
  );
  rows.sort((one, other) => other.made_at - one.made_at || other.place - one.place);
  return rows.slice(0, size);
}

function matchesEvent(row: EventRow, { state, kind }: EventQuery): boolean {
  return (state === undefined || row.state === state) && (kind === undefined || row.kind === kind);
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
    ...(row.crashes > 0 && { crashes: row.crashes }),
    ...(row.error !== null && { error: row.error }),
  };
}
