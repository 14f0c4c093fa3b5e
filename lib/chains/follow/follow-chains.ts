import { invalidOption } from '../../errors.ts';
import type { Intake } from '../../ingest/intake.ts';
import type { Logger } from '../../observe/logger.ts';
import type { News } from '../../observe/news.ts';
import type { Store } from '../../stores/store.ts';
import type { ChainCheck } from '../kit/chain-check.ts';
import { createConfirmer } from './confirmer.ts';
import { followBlocks } from './follow-blocks.ts';
import { followHints } from './follow-hints.ts';
import { createReconciler, type Reconciler } from './reconcile.ts';
import { skipTo } from './skip-to.ts';

/** All that asks the chains, for one receiver. Without chains it does nothing. */
export interface ChainFollower extends Reconciler {
  start(): void;
  /** Looks at the newest blocks and at what is due by them, now. */
  confirm(): Promise<void>;
  /** Reads the blocks that are to be read, now. */
  catchUp(): Promise<void>;
  /** Has the reading of a network, by CAIP-2 or name, go on from a block, and passes over what is unread before it. */
  skipTo(network: string, block: bigint): Promise<{ from: bigint; to: bigint }>;
  /** The first block of a network, by CAIP-2 or name, whose own time is at or after a time (epoch ms). */
  blockAt(network: string, time: number): Promise<bigint>;
  close(): Promise<void>;
}

export interface FollowChainsOptions {
  chains: readonly ChainCheck[];
  /** Blocks of a network that are read in a minute at the most; false for none. */
  blocksPerMinute(network: string): number | false;
  store: Store;
  intake: Intake;
  news: News;
  logger: Logger;
  now: () => number;
  /** Called when events may be due. */
  wake(): void;
}

export function followChains(options: FollowChainsOptions): ChainFollower {
  const { chains, blocksPerMinute, store, intake, news, logger, now, wake } = options;
  const { recorder, policy } = intake;
  const parts = { chains, store, recorder, policy, now, wake };
  const idOf = (network: string): string => policy().networks.find(network)?.id ?? network;
  const byCommand = {
    ...createReconciler(parts),
    skipTo: (network: string, block: bigint) => skipTo(store, { network: idOf(network), block, now }),
    blockAt: async (network: string, time: number): Promise<bigint> => {
      const chain = chains.find((one) => one.network === idOf(network));
      if (!chain?.blockAt) throw invalidOption('network', `${network} has no chain check that finds blocks by time`);
      return chain.blockAt(time);
    },
  };
  if (chains.length === 0) {
    const nothing = async (): Promise<void> => {};
    return { ...byCommand, start() {}, confirm: nothing, catchUp: nothing, close: nothing };
  }
  const confirmer = createConfirmer({ ...parts, news, logger });
  const endHints = followHints({ ...parts, news, logger });
  const blocks = followBlocks({ ...parts, blocksPerMinute, news, logger });
  return {
    ...byCommand,
    start() {
      confirmer.start();
      blocks.start();
    },
    confirm: confirmer.tick,
    catchUp: blocks.catchUp,
    async close() {
      await endHints();
      await blocks.close();
      await confirmer.close();
    },
  };
}
