import type { EventKind } from '../deposits/deposit.ts';
import type { Store, StoreCounts } from '../stores/store.ts';
import { findNeeds } from './attention.ts';
import { type ChainProgress, progressOf } from './chain-progress.ts';
import { createLastCallbacks } from './last-callbacks.ts';
import type { Need } from './need.ts';
import { createRefused, type Refused } from './refused.ts';
import type { SilentNetwork } from './silent-networks.ts';

/** The status of a receiver: what needs attention, and the counts of its store. */
export interface Status {
  /** Empty when nothing needs a person. */
  needs: readonly Need[];
  counts: StoreCounts;
  /** When each provider last sent a callback within 30 days, epoch ms; refused callbacks, which may be anybody's, do not count. */
  providers: readonly { name: string; heardAt?: number }[];
  /** How far the blocks of each network of `chains` have been read, as the store knows it. */
  chains: readonly ChainProgress[];
}

export interface StatusOptions {
  store: Store;
  providers?: readonly { name: string }[];
  silenceMs?: number | undefined;
  silentNetworks?: () => readonly SilentNetwork[];
  listensTo?: (kind: EventKind) => boolean;
  /** The refused providers that are already known. */
  refused?: Refused;
  now: () => number;
}

/** Asks the store how it stands. Each answer is new; when a provider last sent a callback is looked up from where the last look ended. */
export function createStatus(options: StatusOptions): () => Promise<Status> {
  const { store, providers = [], now: clock } = options;
  const lastCallbacks = createLastCallbacks(store);
  const { refused = createRefused(store, lastCallbacks) } = options;
  return async () => {
    const now = clock();
    const [{ needs, counts, cursors }, heardOf] = await Promise.all([
      findNeeds({ ...options, lastCallbacks, refused, now }),
      Promise.all(providers.map(async ({ name }) => ({ name, heardAt: await lastCallbacks.lastAt(name, now) }))),
    ]);
    return {
      needs,
      counts,
      providers: heardOf.map(({ name, heardAt }) => (typeof heardAt === 'number' ? { name, heardAt } : { name })),
      chains: progressOf(cursors),
    };
  };
}
