import { matchesCallback } from '../shared/stored-callback.ts';
import type { CallbackQuery, CallbackRecord, UnverifiedQuota } from '../store.ts';
import { unverifiedBytes } from '../store.ts';

const hourMs = 3_600_000;

/** Callbacks in memory, the oldest dropped first, and those whose signature did not match. */
export interface MemoryCallbacks {
  add(callbacks: readonly CallbackRecord[]): void;
  get(id: string): CallbackRecord | undefined;
  find(query: CallbackQuery): CallbackRecord[];
  /** Those received in that time, oldest first. */
  old(before: number, since: number): CallbackRecord[];
  forget(ids: readonly string[]): void;
  count(): number;
  countUnread(): number;
  keepUnverified(callback: CallbackRecord, quota: UnverifiedQuota): boolean;
  unverified(query: { provider?: string; limit: number }): CallbackRecord[];
  dropUnverified(ids: readonly string[]): void;
  countUnverified(): number;
}

export function createMemoryCallbacks(max: number): MemoryCallbacks {
  // In the order of arrival; a replaced callback keeps its place.
  const stored = new Map<string, CallbackRecord>();
  // One walk for good: a new one would pass over all that was deleted since the map was last laid out.
  const oldest = stored.keys();
  const unverified = new Map<string, CallbackRecord>();

  function add(callback: CallbackRecord): void {
    const { body } = stored.get(callback.id) ?? {};
    stored.set(callback.id, body && !callback.body ? { ...callback, body } : callback);
  }

  function newestFirst(): CallbackRecord[] {
    // Sorting is stable, so of equal times the later arrival comes first.
    return [...stored.values()].reverse().sort((one, other) => other.receivedAt - one.receivedAt);
  }

  return {
    add(callbacks) {
      for (const callback of callbacks) add(callback);
      while (stored.size > max) stored.delete(oldest.next().value ?? '');
    },

    get: (id) => stored.get(id),

    find(query) {
      const all = newestFirst();
      const start = query.before === undefined ? 0 : all.findIndex(({ id }) => id === query.before) + 1;
      if (query.before !== undefined && start === 0) return [];
      return all
        .slice(start)
        .filter((callback) => matchesCallback(callback, query))
        .slice(0, query.limit)
        .map(({ body: _body, ...line }) => line);
    },

    old(before, since) {
      return [...stored.values()]
        .filter(({ receivedAt }) => receivedAt >= since && receivedAt < before)
        .sort((one, other) => one.receivedAt - other.receivedAt);
    },

    forget(ids) {
      for (const id of ids) stored.delete(id);
    },

    count: () => stored.size,

    countUnread: () =>
      [...stored.values()].filter(({ outcome, finished }) => outcome === 'quarantined' && !finished).length,

    keepUnverified: (callback, quota) => keepUnverified(unverified, callback, quota),

    unverified: ({ provider, limit }) =>
      [...unverified.values()]
        .filter((callback) => provider === undefined || callback.provider === provider)
        .slice(0, limit),

    dropUnverified(ids) {
      for (const id of ids) unverified.delete(id);
    },

    countUnverified: () => unverified.size,
  };
}

function keepUnverified(
  unverified: Map<string, CallbackRecord>,
  callback: CallbackRecord,
  quota: UnverifiedQuota,
): boolean {
  if (unverified.has(callback.id)) return true;
  const all = [...unverified.values()];
  const ofAddress = all.filter(({ remoteAddress }) => remoteAddress === callback.remoteAddress);
  const lately = ofAddress.filter(({ receivedAt }) => receivedAt > callback.receivedAt - hourMs);
  if (
    sumOfBytes(all) + unverifiedBytes(callback) > quota.bytes ||
    sumOfBytes(ofAddress) + unverifiedBytes(callback) > quota.bytesPerAddress ||
    lately.length >= quota.perAddressPerHour
  ) {
    return false;
  }
  unverified.set(callback.id, callback);
  return true;
}

function sumOfBytes(callbacks: readonly CallbackRecord[]): number {
  return callbacks.reduce((sum, callback) => sum + unverifiedBytes(callback), 0);
}
