import { setImmediate as nextTurn } from 'node:timers/promises';
import { outlivesPrune } from '../shared/outlives-prune.ts';
import { type OldCallbacks, pruneCallbacks } from '../shared/prune-callbacks.ts';
import { callbackFromRow, statementFromJson, storedDepositFromJson } from '../shared/stored-json.ts';
import type { PruneOptions } from '../store.ts';
import type { SqliteConnection } from './connection.ts';
import { statusTally } from './queries.ts';
import { addToTally, createTally } from './tallies.ts';
import { factsOf, findTransaction, placesOf, readRows } from './transactions.ts';

/** Rows that one step looks at: a few milliseconds. */
const step = 200;

/** Forgets what is old, as `Store.prune` promises. */
export async function prune(
  connection: () => SqliteConnection,
  before: number,
  options: PruneOptions = {},
): Promise<number> {
  const gone = await pruneCallbacks(oldCallbacks(connection), before, options);
  if (options.dryRun || options.only !== undefined) return gone;
  let cursor: Cursor | undefined = { touched_at: -1, id: -1 };
  while (cursor) {
    const from: Cursor = cursor;
    cursor = await connection().write(() => pruneTransactions(connection(), before, from));
    await nextTurn();
  }
  return gone;
}

interface CallbackRef {
  receivedAt: number;
  seq: number;
}

function oldCallbacks(connection: () => SqliteConnection): OldCallbacks<CallbackRef> {
  return {
    page: async ({ before, since, after = { receivedAt: -1, seq: -1 } }) => {
      const rows = await connection().read(() =>
        connection()
          .sql(`
          SELECT received_at AS receivedAt, seq, record FROM deposit_callback_callbacks
          WHERE received_at >= ? AND received_at < ? AND (received_at, seq) > (?, ?) ORDER BY received_at, seq LIMIT ?`)
          .all(since, before, after.receivedAt, after.seq, step),
      );
      return (rows as (CallbackRef & { record: string })[]).map(({ record, ...ref }) => ({
        ref,
        callback: callbackFromRow({ record }),
      }));
    },
    credited: (keys) =>
      connection().read(() => new Set(keys.filter((key) => findTransaction(connection(), key)?.credited === 1))),
    forget: (refs) =>
      connection().write(() => {
        const { sql } = connection();
        for (const { seq } of refs) {
          sql('DELETE FROM deposit_callback_callbacks WHERE seq = ?').run(seq);
          sql('DELETE FROM deposit_callback_bodies WHERE seq = ?').run(seq);
        }
        addToTally(connection(), 'callbacks', -refs.length);
      }),
  };
}

interface Cursor {
  touched_at: number;
  id: number;
}

/** One step; undefined after the last one. */
function pruneTransactions(connection: SqliteConnection, before: number, from: Cursor): Cursor | undefined {
  const rows = connection
    .sql(`
    SELECT touched_at, id FROM deposit_callback_transactions
    WHERE credited = 0 AND touched_at < ? AND (touched_at, id) > (?, ?) ORDER BY touched_at, id LIMIT ?`)
    .all(before, from.touched_at, from.id, step) as Cursor[];
  const tally = createTally();
  for (const { id } of rows) {
    if (!isNeeded(connection, id)) forget(connection, id, tally.add);
  }
  tally.write(connection);
  return rows.length < step ? undefined : rows.at(-1);
}

function isNeeded({ sql }: SqliteConnection, transactionId: number): boolean {
  const places = placesOf(transactionId);
  const needed = sql(`
    SELECT 1 FROM deposit_callback_events WHERE place BETWEEN ? AND ? AND state IN ('owed', 'leased', 'dead')
    UNION ALL
    SELECT 1 FROM deposit_callback_deposits WHERE place BETWEEN ? AND ? AND waiting_since IS NOT NULL
    LIMIT 1`);
  return needed.get(...places, ...places) !== undefined;
}

/** Deletes what nobody reports of a transaction anymore; what must outlive it stays (`outlivesPrune`). */
function forget(connection: SqliteConnection, transactionId: number, tally: (name: string, by: number) => void): void {
  const { sql } = connection;
  const places = placesOf(transactionId);
  const rows = readRows(connection, transactionId);
  for (const { status } of rows.deposits) tally(statusTally(status), -1);
  const told = factsOf(
    rows,
    new Map(rows.deposits.map(({ place, record }) => [place, storedDepositFromJson(record).id])),
  );
  const isKept =
    told.length > 0 ||
    rows.decisions.length > 0 ||
    rows.statements.some(({ record }) => outlivesPrune(statementFromJson(record)));
  for (const table of isKept
    ? ['deposits', 'events', 'told']
    : ['statements', 'deposits', 'events', 'decisions', 'told'])
    sql(`DELETE FROM deposit_callback_${table} WHERE place BETWEEN ? AND ?`).run(...places);
  if (!isKept) {
    sql('DELETE FROM deposit_callback_transactions WHERE id = ?').run(transactionId);
    return;
  }
  for (const [index, fact] of told.entries())
    sql('INSERT INTO deposit_callback_told (place, record) VALUES (?, ?)').run(places[0] + index, JSON.stringify(fact));
  // A change that was computed before is lost, and prune passes the transaction over from now on.
  sql('UPDATE deposit_callback_transactions SET version = version + 1, credited = 1 WHERE id = ?').run(transactionId);
}
