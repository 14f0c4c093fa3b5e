import type { StoredDeposit } from '../../deposits/transaction-state.ts';
import { type CallbackRow, callbackFromRow, storedDepositFromJson } from '../shared/stored-json.ts';
import type { Store, StoreCounts } from '../store.ts';
import type { SqliteConnection } from './connection.ts';
import type { SqliteDatabase } from './driver.ts';
import { kinds } from './events.ts';
import { type DepositRow, depositRow, findCallbacks, findDeposits, findEvents } from './find.ts';
import { scan } from './scan.ts';
import { loadTransaction, transactionAt } from './transactions.ts';

type Queries = Pick<
  Store<SqliteDatabase>,
  'callback' | 'callbacks' | 'deposit' | 'deposits' | 'statements' | 'events' | 'waiting' | 'counts'
>;

/** What the inspector, the command line and the watchdog ask. */
export function queryMethods(connection: () => SqliteConnection): Queries {
  return {
    callback: async (id) =>
      connection().read(() => {
        const row = connection()
          .sql(
            'SELECT record, body FROM deposit_callback_callbacks LEFT JOIN deposit_callback_bodies USING (seq) WHERE id = ?',
          )
          .get(id);
        return row ? callbackFromRow(row as CallbackRow) : undefined;
      }),
    callbacks: (query) => findCallbacks(connection, query),
    deposit: async (id) =>
      connection().read(() => {
        const row = depositRow(connection(), id);
        return row && withKey(connection(), row);
      }),
    deposits: (query) => findDeposits(connection, query),
    statements: async (transactionKey) =>
      connection().read(() => [...loadTransaction(connection(), transactionKey).statements]),
    events: (query) => findEvents(connection, query),
    waiting: (query) => findWaiting(connection, query),
    counts: async () => connection().read(() => count(connection())),
  };
}

function withKey({ sql }: SqliteConnection, row: DepositRow): { deposit: StoredDeposit; transactionKey: string } {
  const transaction = sql('SELECT key FROM deposit_callback_transactions WHERE id = ?').get(transactionAt(row.place));
  return { deposit: storedDepositFromJson(row.record), transactionKey: (transaction as { key: string }).key };
}

type Waiting = { deposit: StoredDeposit; transactionKey: string };

async function findWaiting(
  connection: () => SqliteConnection,
  { before, network, limit, after }: Parameters<Store['waiting']>[0],
): Promise<Waiting[]> {
  const start = after === undefined ? undefined : await connection().read(() => depositRow(connection(), after));
  return scan<DepositRow & Waiting, Waiting>(connection, {
    limit,
    page(last, size) {
      const from = last ?? start;
      const rows = connection()
        .sql(`
        SELECT place, first_seen_at, waiting_since, record FROM deposit_callback_deposits
        WHERE waiting_since < ? AND (waiting_since, place) > (?, ?) ORDER BY waiting_since, place LIMIT ?`)
        .all(before, from?.waiting_since ?? -1, from?.place ?? -1, size) as DepositRow[];
      return rows.map((row) => ({ ...row, ...withKey(connection(), row) }));
    },
    pick: ({ deposit, transactionKey }) =>
      network === undefined || deposit.network === network ? { deposit, transactionKey } : undefined,
  });
}

// Callbacks and deposits are tallied as they are written: counting 10^7 rows would hold the event loop.
function count(connection: SqliteConnection): StoreCounts {
  const { sql } = connection;
  const tallies = sql('SELECT name, n FROM deposit_callback_tallies WHERE n <> 0').all() as {
    name: string;
    n: number;
  }[];
  const owed = countEvents(connection, 'owed');
  const leased = countEvents(connection, 'leased');
  const oldest = Math.min(owed.oldest, leased.oldest);
  const unverified = sql('SELECT count(*) AS n FROM deposit_callback_unverified').get() as { n: number };
  // All of a partial index.
  const unread = sql(`
    SELECT count(*) AS n FROM deposit_callback_callbacks
    WHERE outcome = 'quarantined' AND finished = 0`).get() as { n: number };
  const ofDeposits = tallies.filter(({ name }) => name.startsWith(statusTally('')));
  return {
    callbacks: tallies.find(({ name }) => name === 'callbacks')?.n ?? 0,
    deposits: Object.fromEntries(ofDeposits.map(({ name, n }) => [name.slice(statusTally('').length), n])),
    owed: owed.n + leased.n,
    dead: countEvents(connection, 'dead').n,
    unread: unread.n,
    unverified: unverified.n,
    ...(oldest < Number.POSITIVE_INFINITY && { oldestOwedAt: oldest }),
  };
}

// Spelt out and kind by kind: each is then a range of the partial index, and its oldest the first entry of it.
function countEvents({ sql }: SqliteConnection, state: 'owed' | 'leased' | 'dead'): { n: number; oldest: number } {
  const ofState = `
    FROM deposit_callback_events WHERE state = '${state}' AND state IN ('owed', 'leased', 'dead') AND kind = ?`;
  const counts = kinds.map((kind) => {
    const { n } = sql(`SELECT count(*) AS n ${ofState}`).get(kind) as { n: number };
    const { oldest } = sql(`SELECT min(made_at) AS oldest ${ofState}`).get(kind) as { oldest: number | null };
    return { n, oldest: oldest ?? Number.POSITIVE_INFINITY };
  });
  return {
    n: counts.reduce((sum, { n }) => sum + n, 0),
    oldest: Math.min(...counts.map(({ oldest }) => oldest)),
  };
}

/** Name of the tally of deposits with that status. */
export function statusTally(status: string): string {
  return `deposits:${status}`;
}
