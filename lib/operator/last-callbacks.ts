import type { CallbackRecord, Store } from '../stores/store.ts';

const outcomes: readonly CallbackRecord['outcome'][] = ['recorded', 'duplicate', 'ignored', 'quarantined'];
const firstLookMs = 30 * 24 * 3_600_000;
// A commit may take so long after the time that its record names.
const slackMs = 60_000;
const patienceMs = 300;

export interface LastCallbacks {
  /**
   * When a provider last sent a callback that was not refused, which may be anybody's; undefined if it did not within
   * 30 days, `looking` while a large store is still searched.
   */
  lastAt(provider: string, now: number): Promise<number | 'looking' | undefined>;
}

interface Known {
  lastAt?: number;
  /** All up to then is searched: the next look begins there. */
  searchedTo?: number;
  running?: Promise<void> | undefined;
}

/** Looks for each provider's newest callback. A silent one has none to find fast, so what was searched is not searched again. */
export function createLastCallbacks(store: Pick<Store, 'callbacks'>): LastCallbacks {
  const providers = new Map<string, Known>();

  async function look(provider: string, known: Known, now: number): Promise<void> {
    const since = known.searchedTo === undefined ? now - firstLookMs : known.searchedTo - slackMs;
    const lists = await Promise.all(outcomes.map((outcome) => store.callbacks({ provider, outcome, since, limit: 1 })));
    const times = lists.flat().map(({ receivedAt }) => receivedAt);
    if (times.length > 0) known.lastAt = Math.max(known.lastAt ?? 0, ...times);
    known.searchedTo = now;
  }

  return {
    async lastAt(provider, now) {
      const known = providers.get(provider) ?? {};
      providers.set(provider, known);
      known.running ??= look(provider, known, now).finally(() => {
        known.running = undefined;
      });
      await withinPatience(known.running);
      return known.lastAt ?? (known.running === undefined ? undefined : 'looking');
    },
  };
}

async function withinPatience(running: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  await Promise.race([running, patience]).finally(() => clearTimeout(timer));
  // What fails after our patience is over has nobody else to hear of it; the next look tries again.
  running.catch(() => {});
}
