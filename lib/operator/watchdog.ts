import { LRUCache } from 'lru-cache';
import type { Network } from '../networks/network.ts';
import type { Logger } from '../observe/logger.ts';
import type { News } from '../observe/news.ts';
import type { Provider } from '../providers/kit/provider.ts';
import type { CallbackRecord, Store } from '../stores/store.ts';
import { createTicker, type Ticker } from '../util/ticker.ts';

export interface WatchdogOptions {
  providers: readonly Provider[];
  store: Store;
  /** Those whose deposits may wait too long. */
  networks: readonly Network[];
  /** Raises `silence` after so long; undefined: never. */
  silenceMs: number | undefined;
  news: News;
  logger: Logger;
  now: () => number;
}

// Three heartbeats may be lost before a provider that sends them counts as silent.
const heartbeatsMissed = 3;
/** Deposits of one network that one round looks at; the next round goes on behind them. */
const stuckPage = 100;

/** Notices what does not come: a provider that has gone silent, a deposit that stays pending or held (docs/rules.md#stuck). */
export function createWatchdog({ providers, store, networks, silenceMs, news, logger, now }: WatchdogOptions): Ticker {
  const heardAt = new Map(providers.map((provider) => [provider.name, now()]));
  const beats = new Set<string>();
  const silent = new Set<string>();
  const told = new LRUCache<string, number>({ max: 10_000 });
  const lookedTo = new Map<string, string>();

  const hear = ({ provider, outcome, code }: CallbackRecord): void => {
    // A refused callback may be anybody's.
    if (outcome === 'rejected') return;
    heardAt.set(provider, now());
    silent.delete(provider);
    if (code === 'HEARTBEAT') beats.add(provider);
  };
  news.on('outcome', hear);

  const tellSilence = (): void => {
    if (silenceMs === undefined) return;
    for (const { name, heartbeatMs } of providers) {
      const bound =
        heartbeatMs !== undefined && beats.has(name) ? Math.min(silenceMs, heartbeatMs * heartbeatsMissed) : silenceMs;
      const sinceMs = now() - (heardAt.get(name) ?? now());
      if (sinceMs < bound || silent.has(name)) continue;
      silent.add(name);
      news.tell('silence', { provider: name, sinceMs });
    }
  };

  const tellStuck = async (): Promise<void> => {
    for (const { id: network, stuckAfterMs } of networks) {
      const after = lookedTo.get(network);
      const query = { before: now() - stuckAfterMs, network, limit: stuckPage };
      const waiting = await store.waiting(after === undefined ? query : { ...query, after });
      const last = waiting.length === stuckPage ? waiting.at(-1) : undefined;
      if (last) lookedTo.set(network, last.deposit.id);
      else lookedTo.delete(network);
      for (const { deposit } of waiting) {
        const since = deposit.waitingSince ?? deposit.firstSeenAt;
        if (told.get(deposit.id) === since) continue;
        told.set(deposit.id, since);
        news.tell('stuck', { deposit, sinceMs: now() - since });
      }
    }
  };

  const ticker = createTicker(
    Math.min(60_000, Math.max(1_000, Math.floor((silenceMs ?? 60_000) / 4))),
    async () => {
      tellSilence();
      await tellStuck();
    },
    logger,
    'The watchdog',
  );
  return {
    ...ticker,
    close() {
      news.off('outcome', hear);
      return ticker.close();
    },
  };
}
