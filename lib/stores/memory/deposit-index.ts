import type { StoredDeposit } from '../../deposits/transaction-state.ts';
import { ensure } from '../../util/maps.ts';
import type { StoreCounts } from '../store.ts';

export interface FoundDeposit {
  readonly deposit: StoredDeposit;
  readonly transactionKey: string;
}

/** The deposits in memory, so that no question about some of them reads them all. */
export interface DepositIndex {
  readonly size: number;
  get(id: string): FoundDeposit | undefined;
  has(id: string): boolean;
  /** Adds it, or replaces the one with its id. */
  put(deposit: StoredDeposit, transactionKey: string): void;
  remove(id: string): void;
  /** The last seen first, behind the one with the id `before` if it is given. */
  newestFirst(before?: string): Iterable<StoredDeposit>;
  /** Those that wait, in no order. */
  waiting(network?: string): Iterable<FoundDeposit>;
  counts(): StoreCounts['deposits'];
}

interface Placed {
  deposit: StoredDeposit;
  readonly transactionKey: string;
  /** Of equal times, the one that came later is the newer. */
  readonly number: number;
}

interface State {
  readonly byId: Map<string, Placed>;
  /** The first seen first. */
  readonly ordered: Placed[];
  readonly waitingByNetwork: Map<string, Set<Placed>>;
  readonly counts: Map<StoredDeposit['status'], number>;
  made: number;
}

export function createDepositIndex(): DepositIndex {
  const state: State = { byId: new Map(), ordered: [], waitingByNetwork: new Map(), counts: new Map(), made: 0 };
  return {
    get size() {
      return state.byId.size;
    },
    get(id) {
      const placed = state.byId.get(id);
      return placed && found(placed);
    },
    has: (id) => state.byId.has(id),
    put: (deposit, transactionKey) => put(state, deposit, transactionKey),
    remove(id) {
      const known = state.byId.get(id);
      if (!known) return;
      uncount(state, known);
      state.ordered.splice(placeOf(state.ordered, known), 1);
      state.byId.delete(id);
    },
    newestFirst: (before) => newestFirst(state, before),
    waiting: (network) => waiting(state, network),
    counts: () => Object.fromEntries(state.counts),
  };
}

function put(state: State, deposit: StoredDeposit, transactionKey: string): void {
  const { byId, ordered } = state;
  const known = byId.get(deposit.id);
  if (known) uncount(state, known);
  if (known && known.deposit.firstSeenAt === deposit.firstSeenAt) {
    known.deposit = deposit;
    count(state, known);
    return;
  }
  if (known) ordered.splice(placeOf(ordered, known), 1);
  const placed = { deposit, transactionKey, number: known?.number ?? state.made };
  if (!known) state.made += 1;
  ordered.splice(placeOf(ordered, placed), 0, placed);
  byId.set(deposit.id, placed);
  count(state, placed);
}

function count({ waitingByNetwork, counts }: State, placed: Placed): void {
  const { status, network, waitingSince } = placed.deposit;
  counts.set(status, (counts.get(status) ?? 0) + 1);
  if (waitingSince !== undefined) ensure(waitingByNetwork, network, () => new Set()).add(placed);
}

function uncount({ waitingByNetwork, counts }: State, placed: Placed): void {
  const { status, network } = placed.deposit;
  const left = (counts.get(status) ?? 0) - 1;
  if (left > 0) counts.set(status, left);
  else counts.delete(status);
  waitingByNetwork.get(network)?.delete(placed);
}

function found({ deposit, transactionKey }: Placed): FoundDeposit {
  return { deposit, transactionKey };
}

/** Where it stands, or would stand. */
function placeOf(ordered: readonly Placed[], placed: Placed): number {
  let low = 0;
  let high = ordered.length;
  // Most come at the end.
  const last = ordered.at(-1);
  if (last && isBefore(last, placed)) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = ordered[middle];
    if (there && isBefore(there, placed)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isBefore(one: Placed, other: Placed): boolean {
  return one.deposit.firstSeenAt === other.deposit.firstSeenAt
    ? one.number < other.number
    : one.deposit.firstSeenAt < other.deposit.firstSeenAt;
}

function* newestFirst({ byId, ordered }: State, before: string | undefined): Generator<StoredDeposit> {
  let index = ordered.length;
  if (before !== undefined) {
    const known = byId.get(before);
    index = known ? placeOf(ordered, known) : 0;
  }
  while (index > 0) {
    index -= 1;
    const placed = ordered[index];
    if (placed) yield placed.deposit;
  }
}

function* waiting({ waitingByNetwork }: State, network: string | undefined): Generator<FoundDeposit> {
  const sets = network === undefined ? waitingByNetwork.values() : [waitingByNetwork.get(network) ?? []];
  for (const some of sets) for (const placed of some) yield found(placed);
}
