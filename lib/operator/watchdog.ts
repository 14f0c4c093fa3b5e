import { LRUCache } from 'lru-cache';
import type { Network } from '../networks/network.ts';
import type { Logger } from '../observe/logger.ts';
import type { News } from '../observe/news.ts';
import type { Provider } from '../providers/kit/provider.ts';
import type { CallbackRecord, Store } from '../stores/store.ts';
import { createTicker, type Ticker } from '../util/ticker.ts';
import type { Refused } from './refused.ts';
import { createSilentNetworks, type SilentNetwork } from './silent-networks.ts';

export interface WatchdogOptions {
  providers: readonly Provider[];
  store: Store;
  /** Those whose deposits may wait too long. */
  networks: readonly Network[];
  /** Raises `silence` after so long; undefined: never. */
  silenceMs: number | undefined;
  refused: Refused;
  /** Writes the lines of refusals that are waiting, since `refused` reads them. */
  flushLog: () => Promise<void>;
  news: News;
  logger: Logger;
  now: () => number;
}

// Three heartbeats may be lost before a provider that sends them counts as silent.
const heartbeatsMissed = 3;
/** Deposits of one network that one round looks at; the next round goes on behind them. */
const stuckPage = 100;
const refusalsEveryMs = 60_000;

export interface Watchdog extends Ticker {
  /** Those that stand still, as heartbeats say. */
  silentNetworks(): readonly SilentNetwork[];
}

/**
 * Notices what does not come: a provider that has gone silent or is refused, a deposit that stays pending or held
 * (docs/rules.md#stuck).
 */
export function createWatchdog(options: WatchdogOptions): Watchdog {
  const { providers, silenceMs, news, logger, now } = options;
  const heardAt = new Map(providers.map((provider) => [provider.name, now()]));
  const beats = new Set<string>();
  const silent = new Set<string>();

  const refusals = createRefusedTeller(options);
  const refusedTicker = createTicker(refusalsEveryMs, refusals.tell, logger, 'The watch on refusals');

  const hear = ({ provider, outcome, code }: CallbackRecord): void => {
    // A refused callback may be anybody's.
    if (outcome === 'rejected') {
      if (refusals.isDue()) void refusedTicker.tick();
      return;
    }
    const lastAt = heardAt.get(provider) ?? now();
    heardAt.set(provider, now());
    if (silent.delete(provider)) news.tell('heard', { provider, sinceMs: now() - lastAt });
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

  const silentNetworks = createSilentNetworks(options);
  const tellStuck = createStuckTeller(options);

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
    silentNetworks: silentNetworks.list,
    start() {
      ticker.start();
      refusedTicker.start();
    },
    async tick() {
      await ticker.tick();
      await refusedTicker.tick();
    },
    async close() {
      news.off('outcome', hear);
      silentNetworks.close();
      await ticker.close();
      await refusedTicker.close();
    },
  };
}

/** Tells each deposit that waits for longer than its network's bound, once; a page of each network at a time. */
function createStuckTeller({ store, networks, news, now }: WatchdogOptions): () => Promise<void> {
  const told = new LRUCache<string, number>({ max: 10_000 });
  const lookedTo = new Map<string, string>();
  return async () => {
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
}

/** Tells once that a provider is refused, and again if it is refused after it was heard. */
function createRefusedTeller({ providers, refused, flushLog, news, now }: WatchdogOptions): {
  isDue(): boolean;
  tell(): Promise<void>;
} {
  const told = new Set<string>();
  let isRefusing = true;
  let lookedAt = Number.NEGATIVE_INFINITY;
  return {
    isDue() {
      isRefusing = true;
      return now() - lookedAt >= refusalsEveryMs;
    },
    async tell() {
      if (!isRefusing && told.size === 0) return;
      isRefusing = false;
      lookedAt = now();
      await flushLog();
      const needs = await refused.needs(providers, now());
      for (const name of told) if (!needs.some(({ provider }) => provider === name)) told.delete(name);
      for (const { provider = '', text, cure } of needs) {
        if (told.has(provider)) continue;
        told.add(provider);
        news.tell('alarm', { code: 'CALLBACKS_REFUSED', message: `${text}. ${cure}`, provider });
      }
    },
  };
}
