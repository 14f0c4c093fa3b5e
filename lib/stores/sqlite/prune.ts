import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SqliteConnection } from './connection.ts';
import { statusTally } from './queries.ts';
import { addToTally, createTally } from './tallies.ts';
import { placesOf } from './transactions.ts';

/** Rows that one step looks at: a few milliseconds. */
const step = 200;

/** Forgets old callbacks, and transactions that no credit, no owed event and no waiting deposit rests on. */
export async function prune(connection: () => SqliteConnection, before: number): Promise<number> {
  let gone = 0;
  for (;;) {
    const removed = await connection().write(() => pruneCallbacks(connection(), before));
    gone += removed;
    if (removed < step) break;
    await nextTurn();
  }
  let cursor: Cursor | undefined = { touched_at: -1, id: -1 };
  while (cursor) {
    const from: Cursor = cursor;
    cursor = await connection().write(() => pruneTransactions(connection(), before, from));
    await nextTurn();
  }
  return gone;
}

function pruneCallbacks(connection: SqliteConnection, before: number): number {
  const { sql } = connection;
  // A quarantined callback that is not finished may be money that nobody has read yet.
  const old = sql(`
    SELECT seq FROM deposit_callback_callbacks
    WHERE received_at < ? AND (outcome <> 'quarantined' OR finished = 1) ORDER BY received_at LIMIT ?`).all(
    before,
    step,
  );
  for (const { seq } of old as { seq: number }[]) {
    sql('DELETE FROM deposit_callback_callbacks WHERE seq = ?').run(seq);
    sql('DELETE FROM deposit_callback_bodies WHERE seq = ?').run(seq);
  }
  addToTally(connection, 'callbacks', -old.length);
  return old.length;
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

function forget({ sql }: SqliteConnection, transactionId: number, tally: (name: string, by: number) => void): void {
  const places = placesOf(transactionId);
  const deposits = sql('SELECT status FROM deposit_callback_deposits WHERE place BETWEEN ? AND ?').all(...places);
  for (const { status } of deposits as { status: string }[]) tally(statusTally(status), -1);
  for (const table of ['statements', 'deposits', 'events', 'decisions']) {
    sql(`DELETE FROM deposit_callback_${table} WHERE place BETWEEN ? AND ?`).run(...places);
  }
  sql('DELETE FROM deposit_callback_transactions WHERE id = ?').run(transactionId);
}
