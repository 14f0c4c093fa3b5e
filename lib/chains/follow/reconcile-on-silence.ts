import type { Logger } from '../../observe/logger.ts';
import type { News, NewsMap } from '../../observe/news.ts';
import type { CompiledPolicy } from '../../policy/compile-policy.ts';
import type { CallbackRecord } from '../../stores/store.ts';
import type { ChainCheck } from '../kit/chain-check.ts';
import type { Confirmer } from './confirmer.ts';
import type { Reconciler } from './reconcile.ts';

export interface SilenceParts {
  chains: readonly ChainCheck[];
  confirmer: Pick<Confirmer, 'headAt'>;
  reconciler: Reconciler;
  policy(): Pick<CompiledPolicy, 'networks'>;
  news: News;
  logger: Logger;
  now(): number;
}

/**
 * When a provider falls silent, reads the blocks since it was last heard for what it did not report; and once more when
 * it is heard again, for the time between. Returns what ends it, and waits for a run that is under way.
 */
export function reconcileOnSilence({
  chains,
  confirmer,
  reconciler,
  policy,
  news,
  logger,
  now,
}: SilenceParts): () => Promise<void> {
  const searchable = chains.filter((chain) => chain.transfersTo !== undefined);
  const silent = new Set<string>();
  /** The block to go on from, by network. */
  const readUpTo = new Map<string, bigint>();
  const ending = new AbortController();
  let running: Promise<void> = Promise.resolve();

  const readSince = async (since: number): Promise<void> => {
    for (const chain of searchable) await readNetwork(chain, since);
  };

  const readNetwork = async (chain: ChainCheck, since: number): Promise<void> => {
    const { network } = chain;
    try {
      const head = (await chain.head()).number;
      const from = startOf(network, head, since);
      if (from > head) return;
      const { missed } = await reconciler.reconcile({ network, fromBlock: from, toBlock: head, signal: ending.signal });
      readUpTo.set(network, head + 1n);
      if (missed.length === 0) return;
      news.tell('alarm', {
        code: 'CALLBACKS_MISSED',
        message: `${missed.length} transactions on ${network} were never reported; the chain check has recorded them`,
        network,
      });
    } catch (error) {
      if (!ending.signal.aborted)
        logger.error({ network, error }, 'Blocks could not be reconciled; run reconcile by hand');
    }
  };

  const startOf = (network: string, head: bigint, since: number): bigint => {
    const seen = confirmer.headAt(network, since) ?? head - BigInt(policy().networks.require(network).reorgDepth);
    const next = readUpTo.get(network);
    const from = next !== undefined && next > seen ? next : seen;
    return from < 0n ? 0n : from;
  };

  const onSilence = ({ provider, sinceMs }: NewsMap['silence']): void => {
    silent.add(provider);
    running = running.then(() => readSince(now() - sinceMs));
  };
  const onOutcome = ({ provider, outcome }: CallbackRecord): void => {
    if (outcome === 'rejected' || !silent.delete(provider)) return;
    // From where the run at its silence ended.
    running = running.then(() => readSince(Number.NEGATIVE_INFINITY));
  };
  news.on('silence', onSilence);
  news.on('outcome', onOutcome);

  return async () => {
    news.off('silence', onSilence);
    news.off('outcome', onOutcome);
    ending.abort();
    await running;
  };
}
