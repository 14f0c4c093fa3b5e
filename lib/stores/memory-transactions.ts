import type { DepositRecord } from '../deposits/deposit.ts';
import type { StoredStatement } from '../deposits/statement.ts';
import type { Decision, StoredDeposit, TransactionChange, TransactionState } from '../deposits/transaction-state.ts';
import { depositRecordOf } from '../deposits/transaction-state.ts';
import { DepositCallbackError } from '../errors.ts';
import type { MemoryEvents } from './memory-events.ts';
import type { DepositQuery, StoreCounts } from './store.ts';
import { matchesDeposit } from './stored-deposit.ts';

export type FoundDeposit = { deposit: StoredDeposit; transactionKey: string };

/** Transactions in memory, with compare-and-set on their versions. */
export interface MemoryTransactions {
  load(key: string): TransactionState;
  /** Keys of the changes that are lost. */
  lost(changes: readonly TransactionChange[]): string[];
  /** Applies changes of which none is lost; throws `STORE_FULL`, with nothing changed. */
  apply(changes: readonly TransactionChange[]): void;
  deposit(id: string): FoundDeposit | undefined;
  deposits(query: DepositQuery): DepositRecord[];
  waiting(query: { before: number; network?: string; limit: number; after?: string }): FoundDeposit[];
  counts(): StoreCounts['deposits'];
  prune(before: number): void;
}

interface Entry {
  version: number;
  touchedAt: number;
  credited: boolean;
  statements: Map<string, StoredStatement>;
  deposits: Map<string, StoredDeposit>;
  eventIds: string[];
  decisions: Decision[];
}

export function createMemoryTransactions(events: MemoryEvents, max: number, now: () => number): MemoryTransactions {
  const transactions = new Map<string, Entry>();
  const keys = new Map<string, string>();

  function isLost({ key, expectedVersion, events: made, cancelled }: TransactionChange): boolean {
    const entry = transactions.get(key);
    if ((entry?.version ?? 0) !== expectedVersion) return true;
    const ids = new Set([...(entry?.eventIds ?? []), ...made.map(({ id }) => id)]);
    return cancelled.some((id) => !ids.has(id) || events.get(id)?.handed === true);
  }

  function refuseWhenFull(changes: readonly TransactionChange[]): void {
    const made = changes.flatMap(({ deposits }) => deposits.filter(({ id }) => !keys.has(id)));
    const opened = changes.filter(({ key }) => !transactions.has(key));
    if (made.length + keys.size <= max && opened.length + transactions.size <= max) return;
    if (made.length === 0 && opened.length === 0) return;
    throw new DepositCallbackError(
      'STORE_FULL',
      `memoryStore holds ${max} deposits and forgets none: raise maxDeposits, or use sqliteStore`,
    );
  }

  function apply(change: TransactionChange): void {
    const entry: Entry = transactions.get(change.key) ?? {
      version: 0,
      touchedAt: 0,
      credited: false,
      statements: new Map(),
      deposits: new Map(),
      eventIds: [],
      decisions: [],
    };
    transactions.set(change.key, entry);
    entry.version += 1;
    entry.touchedAt = now();
    for (const statement of change.statements) {
      if (!entry.statements.has(statement.id)) entry.statements.set(statement.id, statement);
    }
    for (const deposit of change.deposits) {
      entry.deposits.set(deposit.id, deposit);
      keys.set(deposit.id, change.key);
    }
    for (const event of change.events) {
      events.add(event);
      entry.eventIds.push(event.id);
      if (event.kind === 'deposit') entry.credited = true;
    }
    for (const id of change.cancelled) events.cancel(id);
    entry.decisions.push(...change.decisions);
  }

  function all(): FoundDeposit[] {
    return [...transactions].flatMap(([transactionKey, { deposits }]) =>
      [...deposits.values()].map((deposit) => ({ deposit, transactionKey })),
    );
  }

  function isNeeded(entry: Entry): boolean {
    return (
      entry.credited ||
      [...entry.deposits.values()].some(({ waitingSince }) => waitingSince !== undefined) ||
      entry.eventIds.some((id) => ['owed', 'leased', 'dead'].includes(events.get(id)?.state ?? ''))
    );
  }

  return {
    load(key) {
      const entry = transactions.get(key);
      if (!entry) return { key, version: 0, statements: [], deposits: [], facts: [], decisions: [] };
      return {
        key,
        version: entry.version,
        statements: [...entry.statements.values()],
        deposits: [...entry.deposits.values()],
        facts: entry.eventIds.flatMap((id) => {
          const event = events.get(id);
          if (!event) return [];
          const { kind, generation, handed, state, deposit } = event;
          return { id, depositId: deposit.id, kind, generation, handed, cancelled: state === 'cancelled' };
        }),
        decisions: [...entry.decisions],
      };
    },

    lost(changes) {
      const seen = new Set<string>();
      return changes.flatMap((change) => {
        // Of two changes of one transaction, the second was computed without the first.
        if (seen.has(change.key) || isLost(change)) return change.key;
        seen.add(change.key);
        return [];
      });
    },

    apply(changes) {
      refuseWhenFull(changes);
      for (const change of changes) apply(change);
    },

    deposit(id) {
      const transactionKey = keys.get(id);
      if (transactionKey === undefined) return undefined;
      const deposit = transactions.get(transactionKey)?.deposits.get(id);
      return deposit && { deposit, transactionKey };
    },

    deposits(query) {
      const found = all()
        .map(({ deposit }) => deposit)
        .reverse()
        .sort((one, other) => other.firstSeenAt - one.firstSeenAt);
      const start = query.before === undefined ? 0 : found.findIndex(({ id }) => id === query.before) + 1;
      if (query.before !== undefined && start === 0) return [];
      return found
        .slice(start)
        .filter((deposit) => matchesDeposit(deposit, query))
        .slice(0, query.limit)
        .map(depositRecordOf);
    },

    waiting({ before, network, limit, after }) {
      const since = ({ deposit }: FoundDeposit): number => deposit.waitingSince ?? Number.POSITIVE_INFINITY;
      const found = all()
        .filter((one) => since(one) < before && (network === undefined || one.deposit.network === network))
        .sort((one, other) => since(one) - since(other));
      const start = found.findIndex(({ deposit }) => deposit.id === after) + 1;
      return found.slice(start, start + limit);
    },

    counts() {
      const counts: Partial<Record<DepositRecord['status'], number>> = {};
      for (const { deposit } of all()) counts[deposit.status] = (counts[deposit.status] ?? 0) + 1;
      return counts;
    },

    prune(before) {
      for (const [key, entry] of transactions) {
        if (entry.touchedAt >= before || isNeeded(entry)) continue;
        transactions.delete(key);
        for (const id of entry.deposits.keys()) keys.delete(id);
        for (const id of entry.eventIds) events.forget(id);
      }
    },
  };
}
