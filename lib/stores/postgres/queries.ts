import type { EventKind } from '../../deposits/deposit.ts';
import type { StoredStatement } from '../../deposits/statement.ts';
import type { Decision, StoredDeposit, TransactionState } from '../../deposits/transaction-state.ts';
import { fromColumnText } from '../shared/column-text.ts';
import { callbackFromRow } from '../shared/stored-json.ts';
import { withAmount } from '../shared/with-amount.ts';
import type { Store, StoreCounts } from '../store.ts';
import type { PostgresConnections } from './connections.ts';
import { findCallbacks, findDeposit, findDeposits, findEvents, findWaiting } from './find.ts';
import { keyHash } from './hashes.ts';
import { sql } from './sql.ts';

/** Name of the tally of deposits with that status, but for the status. */
const statusTally = 'deposits:';

/** The states of the transactions named, in one round trip. */
export async function load(connections: PostgresConnections, keys: readonly string[]): Promise<TransactionState[]> {
  if (keys.length === 0) return [];
  const { rows } = await connections.record(`SELECT deposit_callback.load($1::uuid[]) AS state`, [keys.map(keyHash)]);
  const states = new Map(rows.map(({ state }) => stateFromJson(state as string)).map((state) => [state.key, state]));
  return keys.map(
    (key) => states.get(key) ?? { key, version: 0, statements: [], deposits: [], facts: [], decisions: [] },
  );
}

function stateFromJson(json: string): TransactionState {
  const state = JSON.parse(json) as {
    key: string;
    version: number;
    statements: object[] | null;
    deposits: object[] | null;
    told: FactRow[] | null;
    facts: FactRow[] | null;
    decisions: Decision[] | null;
  };
  return {
    key: fromColumnText(state.key),
    version: state.version,
    statements: (state.statements ?? []).map((one) => withAmount<StoredStatement>(one)),
    deposits: (state.deposits ?? []).map((one) => withAmount<StoredDeposit>(one)),
    facts: [...(state.told ?? []), ...(state.facts ?? [])].map(
      ([id, depositId, kind, generation, handed, cancelled]) => ({
        id: fromColumnText(id),
        depositId: fromColumnText(depositId),
        kind,
        generation,
        handed,
        cancelled,
      }),
    ),
    decisions: state.decisions ?? [],
  };
}

type FactRow = [
  id: string,
  depositId: string,
  kind: EventKind,
  generation: number,
  handed: boolean,
  cancelled: boolean,
];

type Queries = Pick<
  Store,
  'callback' | 'callbacks' | 'deposit' | 'deposits' | 'statements' | 'events' | 'waiting' | 'counts'
>;

/** What the inspector, the command line and the watchdog ask. */
export function queryMethods(connections: () => PostgresConnections): Queries {
  const ask = async (text: string, values: unknown[]): Promise<Record<string, unknown>[]> =>
    (await connections().query(text, values)).rows;

  return {
    async callback(id) {
      const [row] = await findCallbacks(ask, { id });
      return row && callbackFromRow(row);
    },
    callbacks: async (query) => (await findCallbacks(ask, query)).map(callbackFromRow),
    deposit: (id) => findDeposit(ask, id),
    deposits: (query) => findDeposits(ask, query),
    async statements(transactionKey) {
      const rows = await ask(
        `SELECT s.record::text AS record FROM deposit_callback.statements s
        JOIN deposit_callback.transactions t ON t.id = s.transaction_id WHERE t.key_hash = $1 ORDER BY s.seq`,
        [keyHash(transactionKey)],
      );
      return rows.map(({ record }) => withAmount<StoredStatement>(JSON.parse(record as string)));
    },
    events: (query) => findEvents(ask, query),
    waiting: (query) => findWaiting(ask, query),
    counts: () => count(ask),
  };
}

/** Callbacks and deposits are tallied as they are written: counting 10^7 rows would take seconds. */
async function count(
  ask: (text: string, values: unknown[]) => Promise<Record<string, unknown>[]>,
): Promise<StoreCounts> {
  const rows = await ask(sql['statements/counts'], []);
  const numberOf = (name: string): number => Number(rows.find((row) => row.name === name)?.n ?? 0);
  const oldest = rows.find(({ name }) => name === 'owed')?.oldest;
  return {
    callbacks: numberOf('callbacks'),
    deposits: Object.fromEntries(
      rows
        .map(({ name, n }) => [name as string, Number(n)] as const)
        .filter(([name]) => name.startsWith(statusTally))
        .map(([name, n]) => [name.slice(statusTally.length), n]),
    ),
    owed: numberOf('owed'),
    dead: numberOf('dead'),
    unread: numberOf('unread'),
    unverified: numberOf('unverified'),
    ...(typeof oldest === 'string' && { oldestOwedAt: Number(oldest) }),
  };
}
