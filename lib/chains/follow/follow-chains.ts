import type { Intake } from '../../ingest/intake.ts';
import type { Logger } from '../../observe/logger.ts';
import type { News } from '../../observe/news.ts';
import type { Store } from '../../stores/store.ts';
import type { ChainCheck } from '../kit/chain-check.ts';
import { createConfirmer } from './confirmer.ts';
import { followHints } from './follow-hints.ts';
import { createReconciler, type Reconciler } from './reconcile.ts';
import { reconcileOnSilence } from './reconcile-on-silence.ts';

/** All that asks the chains, for one receiver. Without chains it does nothing. */
export interface ChainFollower extends Reconciler {
  start(): void;
  /** Looks at the newest blocks and at what is due by them, now. */
  confirm(): Promise<void>;
  close(): Promise<void>;
}

export interface FollowChainsOptions {
  chains: readonly ChainCheck[];
  store: Store;
  intake: Intake;
  news: News;
  logger: Logger;
  now: () => number;
  /** Called when events may be due. */
  wake(): void;
}

export function followChains({ chains, store, intake, news, logger, now, wake }: FollowChainsOptions): ChainFollower {
  const { recorder, policy } = intake;
  const parts = { chains, store, recorder, policy, now, wake };
  const { reconcile } = createReconciler(parts);
  if (chains.length === 0) {
    return { reconcile, start() {}, confirm: async () => {}, close: async () => {} };
  }
  const confirmer = createConfirmer({ ...parts, news, logger });
  const endHints = followHints({ ...parts, news, logger });
  const endSilence = reconcileOnSilence({ chains, confirmer, reconciler: { reconcile }, policy, news, logger, now });
  return {
    reconcile,
    start: confirmer.start,
    confirm: confirmer.tick,
    async close() {
      await endHints();
      await endSilence();
      await confirmer.close();
    },
  };
}
