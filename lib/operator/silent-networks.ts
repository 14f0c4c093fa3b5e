import { standsStillAfterMs } from '../networks/bounds.ts';
import type { Network } from '../networks/network.ts';
import type { Logger } from '../observe/logger.ts';
import type { News, NewsMap } from '../observe/news.ts';
import type { ReportedHead } from '../providers/kit/provider.ts';

/** A network of which a provider that sends heartbeats sees nothing new. */
export interface SilentNetwork {
  provider: string;
  /** CAIP-2. */
  network: string;
  /** When its newest block was made, or the last one was read, epoch ms. */
  since: number;
}

export interface SilentNetworksOptions {
  /** Those that are relied on; what is said of others is not judged. */
  networks: readonly Network[];
  news: News;
  logger: Logger;
  now: () => number;
}

export interface SilentNetworks {
  list(): readonly SilentNetwork[];
  close(): void;
}

/** What one provider has said of one network. */
interface Heard {
  /** Time of the newest beat, epoch ms. */
  at: number;
  block: bigint | undefined;
  /** When `block` grew last, epoch ms. */
  advancedAt: number;
  silentSince?: number;
}

type Told = Heard & { provider: string; network: string };

/**
 * Judges each network by the heartbeats that name it: one whose newest block is old, or of which no further block is read, is
 * silent although the provider is not. Told once, and again after it went on.
 */
export function createSilentNetworks({ networks, news, logger, now }: SilentNetworksOptions): SilentNetworks {
  const bounds = new Map(networks.map((network) => [network.id, standsStillAfterMs(network)]));
  const heard = new Map<string, Told>();

  const judge = (provider: string, at: number, head: ReportedHead): void => {
    const { network, block } = head;
    const boundMs = bounds.get(network);
    if (boundMs === undefined) return;
    const key = `${provider} ${network}`;
    const known = heard.get(key) ?? { provider, network, at, block, advancedAt: at };
    // A beat that was overtaken, or is sent again, says nothing of now.
    if (at < known.at) return;
    known.at = at;
    if (block !== undefined && (known.block === undefined || block > known.block)) known.advancedAt = at;
    // After a reorg the newest block may have a smaller number.
    if (block !== undefined) known.block = block;
    heard.set(key, known);
    const since = silentSince(known, head, boundMs);
    if (since === undefined) {
      end(known, 'reads it again');
      delete known.silentSince;
    } else if (known.silentSince === undefined) {
      known.silentSince = since;
      news.tell('silence', { provider, network, sinceMs: Math.max(0, now() - since) });
    }
  };

  const end = ({ provider, network, silentSince: since }: Told, how: string): void => {
    if (since === undefined) return;
    const sinceMs = Math.max(0, now() - since);
    logger.info({ provider, network, sinceMs }, `The silence of ${network} is over: ${provider} ${how}`);
    news.tell('heard', { provider, network, sinceMs });
  };

  const hear = ({ provider, at, heads }: NewsMap['heartbeat']): void => {
    for (const head of heads) judge(provider, at, head);
    const named = new Set(heads.map(({ network }) => network));
    for (const [key, known] of heard) {
      if (known.provider !== provider || named.has(known.network) || at < known.at) continue;
      heard.delete(key);
      end(known, 'is no longer asked to watch it');
    }
  };
  news.on('heartbeat', hear);

  return {
    list: () =>
      [...heard.values()].flatMap(({ provider, network, silentSince: since }) =>
        since === undefined ? [] : [{ provider, network, since }],
      ),
    close: () => news.off('heartbeat', hear),
  };
}

/** Since when it says nothing new, epoch ms; undefined if it does. */
function silentSince(known: Heard, { ageMs, standsStill }: ReportedHead, boundMs: number): number | undefined {
  const { at, advancedAt } = known;
  const madeAt = ageMs === undefined ? undefined : at - ageMs;
  if (madeAt !== undefined && (standsStill === true || at - madeAt > boundMs)) return madeAt;
  if (standsStill === true || at - advancedAt > boundMs) return advancedAt;
  return undefined;
}
