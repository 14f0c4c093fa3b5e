import { invalidOption } from '../errors.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import { createMemoryCallbacks, type MemoryCallbacks } from './memory/callbacks.ts';
import { createMemoryCursors } from './memory/cursors.ts';
import { createMemoryEvents } from './memory/events.ts';
import { createMemoryTransactions, type MemoryTransactions } from './memory/transactions.ts';
import { type OldCallbacks, pruneCallbacks } from './shared/prune-callbacks.ts';
import type { Store } from './store.ts';

/** Options of `memoryStore`. */
export interface MemoryStoreOptions {
  /**
   * Deposits kept, and transactions: a new one beyond it is refused with `STORE_FULL`, since none that was credited is
   * ever forgotten to make room. Default 100000.
   */
  maxDeposits?: number;
  /** Callbacks kept, the oldest dropped first; what they said of deposits stays. Default 10000. */
  maxCallbacks?: number;
  /** Epoch ms; default `Date.now`. */
  now?: () => number;
}

const optionNames: OptionNames<MemoryStoreOptions> = { maxDeposits: true, maxCallbacks: true, now: true };

/**
 * Creates a store in the memory of the process, for tests and first steps: nothing survives the process. Functions
 * passed to `atomically` get no transaction (`undefined`) and cannot be rolled back. Throws `OPTION_INVALID`; `commit`
 * rejects with `STORE_FULL`.
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store<undefined> {
  checkOptions('memoryStore', options, optionNames, '{ maxDeposits: 1000 }');
  const { maxDeposits = 100_000, maxCallbacks = 10_000, now = Date.now } = options;
  requireCount('maxDeposits', maxDeposits);
  requireCount('maxCallbacks', maxCallbacks);
  const callbacks = createMemoryCallbacks(maxCallbacks);
  const events = createMemoryEvents(now);
  const transactions = createMemoryTransactions(events, maxDeposits, now);

  return {
    name: 'memory',
    durable: false,
    ready: async () => {},
    close: async () => {},

    load: async (keys) => keys.map(transactions.load),
    async commit(batch) {
      const lost = transactions.lost(batch.changes);
      if (lost.length > 0) return { lost };
      transactions.apply(batch.changes);
      callbacks.add(batch.callbacks);
      return { lost };
    },
    log: async (lines) => callbacks.add(lines),

    claim: async (request) => events.claim(request),
    extend: async (claim, leaseMs) => events.extend(claim, leaseMs),
    async settle(claim, functions) {
      if (!events.isOurs(claim)) return false;
      for (const run of functions) await run(undefined);
      return events.settle(claim);
    },
    async settleAll(claims, functions) {
      const ours = claims.map(events.isOurs);
      if (!ours.every(Boolean)) return ours;
      for (const run of functions) await run(undefined);
      return claims.map(events.settle);
    },
    fail: async (claim, failure) => events.fail(claim, failure),
    release: async (claim) => events.release(claim),
    // Its holder cannot die without it.
    freeOrphaned: async () => ({ freed: 0, dead: [] }),
    redeliver: async (eventId) => events.redeliver(eventId),

    keepUnverified: async (callback, quota) => callbacks.keepUnverified(callback, quota),
    unverified: async (query) => callbacks.unverified(query),
    dropUnverified: async (ids) => callbacks.dropUnverified(ids),

    callback: async (id) => callbacks.get(id),
    callbacks: async (query) => callbacks.find(query),
    deposit: async (id) => transactions.deposit(id),
    deposits: async (query) => transactions.deposits(query),
    statements: async (transactionKey) => [...transactions.load(transactionKey).statements],
    events: async (query) => events.find(query),
    waiting: async (query) => transactions.waiting(query),
    ...createMemoryCursors(),
    counts: async () => ({
      callbacks: callbacks.count(),
      deposits: transactions.counts(),
      ...events.counts(),
      unread: callbacks.countUnread(),
      unverified: callbacks.countUnverified(),
    }),
    prune: (before, options) => prune(callbacks, transactions, before, options),
  };
}

async function prune(
  callbacks: MemoryCallbacks,
  transactions: MemoryTransactions,
  before: number,
  options: NonNullable<Parameters<Store['prune']>[1]> = {},
): ReturnType<Store['prune']> {
  const old: OldCallbacks<string> = {
    page: async ({ since, kept }) =>
      callbacks
        .old(before, since)
        .slice(kept)
        .map((callback) => ({ ref: callback.id, callback })),
    credited: async (keys) => new Set(keys.filter(transactions.isCredited)),
    forget: async (ids) => callbacks.forget(ids),
  };
  const gone = await pruneCallbacks(old, before, options);
  if (!options.dryRun && options.only === undefined) transactions.prune(before);
  return gone;
}

function requireCount(option: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) throw invalidOption(option, 'must be a positive integer');
}
