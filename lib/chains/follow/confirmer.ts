import { invalidOption } from '../../errors.ts';
import type { Recorder } from '../../ingest/recorder.ts';
import { type Logger, silentLogger } from '../../observe/logger.ts';
import type { News } from '../../observe/news.ts';
import type { CompiledPolicy } from '../../policy/compile-policy.ts';
import type { CallbackRecord, Store } from '../../stores/store.ts';
import { createTicker } from '../../util/ticker.ts';
import type { ChainCheck } from '../kit/chain-check.ts';
import { type ChainWatch, createChainWatch } from './chain-watch.ts';

export interface ConfirmerOptions {
  chains: readonly ChainCheck[];
  store: Store;
  recorder: Recorder;
  policy(): CompiledPolicy;
  news: News;
  /** Called when events may be due. */
  wake(): void;
  /** How often the nodes are asked for the newest block. Default 3000 ms. */
  pollMs?: number;
  /** How often the store is searched for what other processes recorded. Default 60000 ms. */
  scanMs?: number;
  /** Transactions of one network that are looked up at once. Default 8. */
  concurrency?: number;
  logger?: Logger;
  now?: () => number;
}

/**
 * Follows deposits on the chain, block by block, until the policy is met and no reorg can undo them: it credits what
 * the chain holds, refuses what it does not, and takes back what left it, even if no provider reports that. Any number
 * of processes may run one over the same store: what one has stored, another finds nothing to add to.
 */
export interface Confirmer {
  start(): void;
  /** One round: the newest blocks, and what is due by them. Resolves when it is over, however it went. */
  tick(): Promise<void>;
  close(): Promise<void>;
}

export function createConfirmer(options: ConfirmerOptions): Confirmer {
  const { chains, store, recorder, policy, news, wake, logger = silentLogger, now = Date.now } = options;
  const { pollMs = 3_000, scanMs = 60_000, concurrency = 8 } = options;
  const watches = new Map<string, ChainWatch>();
  const away = new Set<string>();
  let scannedAt = Number.NEGATIVE_INFINITY;

  for (const chain of chains) {
    if (watches.has(chain.network)) throw invalidOption('chains', `has two checks for ${chain.network}; keep one`);
    watches.set(chain.network, createChainWatch({ chain, store, recorder, policy, now, logger, concurrency, wake }));
  }

  const hear = ({ transfers }: CallbackRecord): void => {
    for (const { transactionKey } of transfers) {
      const [network = '', transactionId = ''] = transactionKey?.split('|', 2) ?? [];
      if (transactionId !== '') watches.get(network)?.touch(transactionId);
    }
  };
  news.on('outcome', hear);

  const round = async (network: string, watch: ChainWatch): Promise<void> => {
    try {
      await watch.round();
      away.delete(network);
    } catch (error) {
      logger.error({ network, error }, 'The chain check did not answer; deposits wait');
      if (away.has(network)) return;
      away.add(network);
      news.tell('alarm', {
        code: 'CHAIN_UNAVAILABLE',
        message: `No node of ${network} answers: deposits wait until one does`,
        network,
      });
    }
  };

  const rounds = async (): Promise<void> => {
    if (now() - scannedAt >= scanMs) {
      await Promise.all([...watches.values()].map((watch) => watch.scan()));
      scannedAt = now();
    }
    await Promise.all([...watches].map(([network, watch]) => round(network, watch)));
  };

  const ticker = createTicker(pollMs, rounds, logger, 'The confirmer');
  return {
    start: ticker.start,
    tick: ticker.tick,
    async close() {
      news.off('outcome', hear);
      await ticker.close();
      for (const chain of chains) await chain.close?.();
    },
  };
}
