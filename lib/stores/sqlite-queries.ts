import type { DepositStatus } from '../deposits/deposit.ts';
import type { StoredDeposit } from '../deposits/transaction-state.ts';
import { compactHash } from './compact-hash.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqliteDatabase, SqliteValue } from './sqlite-driver.ts';
import {
  type CallbackRow,
  callbackFromRow,
  depositRecordFromJson,
  statementFromJson,
  storedDepositFromJson,
} from './sqlite-rows.ts';
import { span } from './sqlite-schema.ts';
import { placesOf, transactionOf } from './sqlite-transactions.ts';
import type {
  CallbackQuery,
  CallbackRecord,
  DepositQuery,
  EventQuery,
  Store,
  StoreCounts,
  StoredEvent,
} from './store.ts';
import { depositRecordOf } from './stored-deposit.ts';

type Queries = Pick<
  Store<SqliteDatabase>,
  'callback' | 'callbacks' | 'deposit' | 'deposits' | 'statements' | 'events' | 'waiting' | 'counts'
>;

/** What the inspector, the command line and the watchdog ask. */
export function queryMethods(connection: () => SqliteConnection): Queries {
  return {
    callback: (id) =>
      connection().read(() => {
        const row = connection().sql('SELECT record, body FROM deposit_callback_callbacks WHERE id = ?').get(id);
        return row ? callbackFromRow(row as CallbackRow) : undefined;
      }),

    callbacks: (query) => connection().read(() => findCallbacks(connection(), query)),

    deposit: (id) =>
      connection().read(() => {
        const row = depositRow(connection(), id);
        return row && withKey(connection(), row);
      }),

    deposits: (query) =>
      connection().read(() =>
        findDeposits(connection(), query).map((row) => depositRecordOf(storedDepositFromJson(row.record))),
      ),

    statements: (transactionKey) =>
      connection().read(() => {
        const transaction = transactionOf(connection(), transactionKey);
        if (!transaction) return [];
        const rows = connection()
          .sql('SELECT record FROM deposit_callback_statements WHERE place BETWEEN ? AND ? ORDER BY place')
          .all(...placesOf(transaction.id)) as { record: string }[];
        return rows.map(({ record }) => statementFromJson(record));
      }),

    events: (query) => connection().read(() => findEvents(connection(), query)),

    waiting: (query) =>
      connection().read(() => {
        const after = query.after === undefined ? undefined : depositRow(connection(), query.after);
        const where = conditions([
          ['waiting_since < ?', query.before],
          ['network = ?', query.network],
        ]);
        if (after && after.waiting_since !== null)
          where.add('(waiting_since, place) > (?, ?)', after.waiting_since, after.place);
        const rows = connection()
          .sql(`SELECT * FROM deposit_callback_deposits WHERE ${where.sql()} ORDER BY waiting_since, place LIMIT ?`)
          .all(...where.values, query.limit) as DepositRow[];
        return rows.map((row) => withKey(connection(), row));
      }),

    counts: () => connection().read(() => count(connection())),
  };
}

interface DepositRow {
  place: number;
  id: string;
  first_seen_at: number;
  waiting_since: number | null;
  record: string;
}

function depositRow({ sql }: SqliteConnection, id: string): DepositRow | undefined {
  const rows = sql('SELECT * FROM deposit_callback_deposits WHERE id_hash = ?').all(compactHash(id)) as DepositRow[];
  return rows.find((row) => row.id === id);
}

function withKey({ sql }: SqliteConnection, row: DepositRow): { deposit: StoredDeposit; transactionKey: string } {
  const transaction = sql('SELECT key FROM deposit_callback_transactions WHERE id = ?').get(
    Math.floor(row.place / span),
  );
  return { deposit: storedDepositFromJson(row.record), transactionKey: (transaction as { key: string }).key };
}

function findCallbacks({ sql }: SqliteConnection, query: CallbackQuery): CallbackRecord[] {
  const where = conditions([
    ['provider = ?', query.provider],
    ['outcome = ?', query.outcome],
    ['code = ?', query.code],
    ['received_at >= ?', query.since],
    ['received_at < ?', query.until],
  ]);
  // Literal, since only then is the partial index over outcomes of use.
  if (query.outcome !== undefined && query.outcome !== 'recorded') where.add(`outcome <> 'recorded'`);
  if (query.before !== undefined) {
    const last = sql('SELECT received_at, seq FROM deposit_callback_callbacks WHERE id = ?').get(query.before);
    if (!last) return [];
    const { received_at, seq } = last as { received_at: number; seq: number };
    where.add('(received_at, seq) < (?, ?)', received_at, seq);
  }
  const rows = sql(
    `SELECT record FROM deposit_callback_callbacks WHERE ${where.sql()} ORDER BY received_at DESC, seq DESC LIMIT ?`,
  ).all(...where.values, query.limit);
  return (rows as CallbackRow[]).map(callbackFromRow);
}

function findDeposits(connection: SqliteConnection, query: DepositQuery): DepositRow[] {
  const where = conditions([
    ['status = ?', query.status],
    ['network = ?', query.network],
    ['asset = ?', query.asset],
    ['first_seen_at >= ?', query.since],
  ]);
  if (query.status !== undefined && query.status !== 'confirmed') where.add(`status <> 'confirmed'`);
  if (query.to !== undefined) where.add('recipient_hash = ? AND recipient = ?', compactHash(query.to), query.to);
  if (query.transactionId !== undefined) where.add('transaction_hash = ?', compactHash(query.transactionId));
  if (query.before !== undefined) {
    const last = depositRow(connection, query.before);
    if (!last) return [];
    where.add('(first_seen_at, place) < (?, ?)', last.first_seen_at, last.place);
  }
  return connection
    .sql(`SELECT * FROM deposit_callback_deposits WHERE ${where.sql()} ORDER BY first_seen_at DESC, place DESC LIMIT ?`)
    .all(...where.values, query.limit) as DepositRow[];
}

interface EventRow {
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

function findEvents(connection: SqliteConnection, query: EventQuery): StoredEvent[] {
  const where = conditions([
    ['state = ?', query.state],
    ['kind = ?', query.kind],
  ]);
  // Spelt out, since only then is the partial index of use.
  const unsettled = query.state !== undefined && unsettledStates.includes(query.state);
  if (unsettled) where.add(`state IN ('owed', 'leased', 'dead')`);
  if (query.depositId !== undefined) {
    const deposit = depositRow(connection, query.depositId);
    if (!deposit) return [];
    const [first, last] = placesOf(Math.floor(deposit.place / span));
    where.add('deposit = ? AND place BETWEEN ? AND ?', deposit.place, first, last);
  }
  const rows = connection
    .sql(`SELECT * FROM deposit_callback_events WHERE ${where.sql()}
      ORDER BY ${unsettled ? 'made_at DESC, place DESC' : 'place DESC'} LIMIT ?`)
    .all(...where.values, query.limit);
  return (rows as EventRow[]).map(eventFromRow);
}

const unsettledStates: readonly string[] = ['owed', 'leased', 'dead'];

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

// Callbacks and deposits are tallied as they are written: counting 10^7 rows would hold the event loop.
function count({ sql }: SqliteConnection): StoreCounts {
  const tallies = sql('SELECT name, n FROM deposit_callback_tallies WHERE n <> 0').all() as {
    name: string;
    n: number;
  }[];
  const unsettled = sql(`
    SELECT state = 'dead' AS dead, count(*) AS n, min(made_at) AS oldest FROM deposit_callback_events
    WHERE state IN ('owed', 'leased', 'dead') GROUP BY 1`).all() as { dead: number; n: number; oldest: number }[];
  const owed = unsettled.find(({ dead }) => dead === 0);
  const unverified = sql('SELECT count(*) AS n FROM deposit_callback_unverified').get() as { n: number };
  return {
    callbacks: tallies.find(({ name }) => name === 'callbacks')?.n ?? 0,
    deposits: Object.fromEntries(
      tallies
        .filter(({ name }) => name.startsWith(statusTally('')))
        .map((tally) => [tally.name.slice(statusTally('').length), tally.n]),
    ),
    owed: owed?.n ?? 0,
    dead: unsettled.find(({ dead }) => dead === 1)?.n ?? 0,
    unverified: unverified.n,
    ...(owed && { oldestOwedAt: owed.oldest }),
  };
}

/** Name of the tally of deposits with that status. */
export function statusTally(status: DepositStatus | string): string {
  return `deposits:${status}`;
}

function conditions(given: readonly [text: string, value: SqliteValue | undefined][]): {
  values: SqliteValue[];
  add: (text: string, ...values: SqliteValue[]) => void;
  sql: () => string;
} {
  const texts: string[] = [];
  const values: SqliteValue[] = [];
  const add = (text: string, ...more: SqliteValue[]): void => {
    texts.push(text);
    values.push(...more);
  };
  for (const [text, value] of given) if (value !== undefined) add(text, value);
  return { values, add, sql: () => (texts.length === 0 ? 'true' : texts.join(' AND ')) };
}
