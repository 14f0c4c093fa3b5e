import type { DepositRecord } from '../../deposits/deposit.ts';
import type { StoredStatement } from '../../deposits/statement.ts';
import type {
  Decision,
  EventFact,
  StoredDeposit,
  TransactionChange,
  TransactionState,
} from '../../deposits/transaction-state.ts';
import { depositRecordOf } from '../../deposits/transaction-state.ts';
import { DepositCallbackError } from '../../errors.ts';
import { ensure } from '../../util/maps.ts';
import { outlivesPrune } from '../shared/outlives-prune.ts';
import { matchesDeposit } from '../shared/stored-deposit.ts';
import type { DepositQuery, StoreCounts } from '../store.ts';
import { createDepositIndex, type DepositIndex, type FoundDeposit } from './deposit-index.ts';
import type { MemoryEvents } from './events.ts';

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
  isCredited(key: string): boolean;
}

interface Entry {
  key: string;
  version: number;
  touchedAt: number;
  /** A deposit of it was credited once, or it is pruned to what must outlive it: either way prune passes it over. */
  credited: boolean;
  // Lists that are replaced whole: a transaction has few of each, and maps, or lists that grow, take several times the heap.
  statements: readonly StoredStatement[];
  deposits: readonly StoredDeposit[];
  eventIds: readonly string[];
  /** Facts of events that are forgotten: none of their ids is ever made again. */
  told: readonly EventFact[];
  decisions: readonly Decision[];
}

const none: readonly never[] = [];

function newEntry(key: string): Entry {
  return {
    key,
    version: 0,
    touchedAt: 0,
    credited: false,
    statements: none,
    deposits: none,
    eventIds: none,
    told: none,
    decisions: none,
  };
}

/** By id, in the order of their first arrival; of those that are known either the old is kept, or it is replaced. */
function joined<T extends { id: string }>(
  known: readonly T[],
  arrived: readonly T[],
  old: 'kept' | 'replaced',
): readonly T[] {
  if (known.length === 0 && arrived.length === 1) return [...arrived];
  const byId = new Map(known.map((one) => [one.id, one]));
  for (const one of arrived) if (old === 'replaced' || !byId.has(one.id)) byId.set(one.id, one);
  return [...byId.values()];
}

/** All transactions, with what they were made of. */
interface Transactions {
  readonly events: MemoryEvents;
  readonly max: number;
  readonly now: () => number;
  readonly byKey: Map<string, Entry>;
  readonly deposits: DepositIndex;
}

export function createMemoryTransactions(events: MemoryEvents, max: number, now: () => number): MemoryTransactions {
  const all: Transactions = { events, max, now, byKey: new Map(), deposits: createDepositIndex() };
  return {
    load: (key) => load(all, key),
    isCredited: (key) => all.byKey.get(key)?.credited === true,
    lost(changes) {
      const seen = new Set<string>();
      return changes.flatMap((change) => {
        // Of two changes of one transaction, the second was computed without the first.
        if (seen.has(change.key) || isLost(all, change)) return change.key;
        seen.add(change.key);
        return [];
      });
    },
    apply(changes) {
      refuseWhenFull(all, changes);
      for (const change of changes) apply(all, change);
    },
    deposit: all.deposits.get,
    deposits: (query) => findDeposits(all, query),
    waiting: (query) => findWaiting(all, query),
    counts: all.deposits.counts,
    prune(before) {
      for (const entry of all.byKey.values()) {
        if (entry.touchedAt < before && !isNeeded(all, entry)) forget(all, entry);
      }
    },
  };
}

function load(all: Transactions, key: string): TransactionState {
  const entry = all.byKey.get(key);
  if (!entry) return { key, version: 0, statements: [], deposits: [], facts: [], decisions: [] };
  const { version, statements, deposits, decisions } = entry;
  return { key, version, statements, deposits, facts: factsOf(all, entry), decisions };
}

function isLost({ byKey, events }: Transactions, change: TransactionChange): boolean {
  const { key, expectedVersion, events: made, cancelled } = change;
  const entry = byKey.get(key);
  if ((entry?.version ?? 0) !== expectedVersion) return true;
  if (cancelled.length === 0) return false;
  const ids = new Set([...(entry?.eventIds ?? []), ...made.map(({ id }) => id)]);
  return cancelled.some((id) => !ids.has(id) || events.get(id)?.handed === true);
}

function refuseWhenFull({ byKey, deposits: known, max }: Transactions, changes: readonly TransactionChange[]): void {
  let made = 0;
  let opened = 0;
  for (const { key, deposits } of changes) {
    for (const { id } of deposits) if (!known.has(id)) made += 1;
    if (!byKey.has(key)) opened += 1;
  }
  if (made + known.size <= max && opened + byKey.size <= max) return;
  if (made === 0 && opened === 0) return;
  throw new DepositCallbackError(
    'STORE_FULL',
    `memoryStore holds ${max} deposits and forgets none: raise maxDeposits, or use sqliteStore`,
  );
}

function apply({ events, byKey, deposits, now }: Transactions, change: TransactionChange): void {
  const entry = ensure(byKey, change.key, () => newEntry(change.key));
  entry.version += 1;
  entry.touchedAt = now();
  // Kept, never overwritten: a statement whose id is stored stays as it was.
  entry.statements = joined(entry.statements, change.statements, 'kept');
  entry.deposits = joined(entry.deposits, change.deposits, 'replaced');
  for (const deposit of change.deposits) deposits.put(deposit, change.key);
  entry.eventIds = [...entry.eventIds, ...change.events.map(({ id }) => id)];
  for (const event of change.events) {
    events.add(event);
    if (event.kind === 'deposit') entry.credited = true;
  }
  for (const id of change.cancelled) events.cancel(id);
  if (change.decisions.length > 0) entry.decisions = [...entry.decisions, ...change.decisions];
}

function factsOf({ events }: Transactions, { told, eventIds }: Entry): readonly EventFact[] {
  const facts = eventIds.flatMap((id) => {
    const event = events.get(id);
    if (!event) return [];
    const { kind, generation, handed, state, deposit } = event;
    return { id, depositId: deposit.id, kind, generation, handed, cancelled: state === 'cancelled' };
  });
  return told.length === 0 ? facts : [...told, ...facts];
}

function forget(all: Transactions, entry: Entry): void {
  const told = factsOf(all, entry);
  for (const { id } of entry.deposits) all.deposits.remove(id);
  for (const id of entry.eventIds) all.events.forget(id);
  if (told.length === 0 && entry.decisions.length === 0 && !entry.statements.some(outlivesPrune)) {
    all.byKey.delete(entry.key);
    return;
  }
  entry.version += 1;
  Object.assign(entry, { deposits: none, eventIds: none, told, credited: true });
}

function isNeeded({ events }: Transactions, entry: Entry): boolean {
  return (
    entry.credited ||
    entry.deposits.some(({ waitingSince }) => waitingSince !== undefined) ||
    entry.eventIds.some((id) => ['owed', 'leased', 'dead'].includes(events.get(id)?.state ?? ''))
  );
}

function findDeposits({ deposits }: Transactions, query: DepositQuery): DepositRecord[] {
  const found: DepositRecord[] = [];
  for (const deposit of deposits.newestFirst(query.before)) {
    if (found.length >= query.limit) break;
    if (matchesDeposit(deposit, query)) found.push(depositRecordOf(deposit));
  }
  return found;
}

function findWaiting(
  { deposits }: Transactions,
  { before, network, limit, after }: Parameters<MemoryTransactions['waiting']>[0],
): FoundDeposit[] {
  const since = ({ deposit }: FoundDeposit): number => deposit.waitingSince ?? Number.POSITIVE_INFINITY;
  const found = [...deposits.waiting(network)]
    .filter((one) => since(one) < before)
    .sort((one, other) => since(one) - since(other));
  const start = found.findIndex(({ deposit }) => deposit.id === after) + 1;
  return found.slice(start, start + limit);
}
