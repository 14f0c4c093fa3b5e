import { transactionKey } from '../../deposits/identity.ts';
import { transactionIdOn } from '../../networks/canonical.ts';
import type { NetworkTable } from '../../networks/table.ts';
import type { Logger } from '../../observe/logger.ts';
import type { News, NewsMap } from '../../observe/news.ts';
import type { ChainCheck } from '../kit/chain-check.ts';
import { type ConfirmParts, confirmTransaction } from './confirm-transaction.ts';

export interface FollowHintsParts extends ConfirmParts {
  chains: readonly ChainCheck[];
  news: News;
  logger: Logger;
  /** Called when events may be due. */
  wake(): void;
}

// Anybody can send a hint, so what they can make us ask of a node is bounded.
const mostWaiting = 100;

/**
 * Looks up the transactions that hints name, one at a time, on the chains that are checked (docs/rules.md#hints): what the chain then
 * says is recorded as said by `chain`. Returns what ends it and waits for a look-up under way.
 */
export function followHints({ chains, news, logger, wake, ...parts }: FollowHintsParts): () => Promise<void> {
  const waiting = new Map<string, { chain: ChainCheck; transactionId: string }>();
  let looking: Promise<void> | undefined;
  let isClosed = false;

  const hear = ({ provider, hint }: NewsMap['hint']): void => {
    if (hint.transactionId === undefined) return;
    const { networks } = parts.policy();
    for (const chain of chainsFor(chains, hint.network, networks)) {
      const transactionId = readTransactionId(chain.network, hint.transactionId, networks);
      if (transactionId === undefined) continue;
      const key = transactionKey({ network: chain.network, transactionId, asset: '', to: '' });
      if (waiting.size >= mostWaiting) logger.warn({ provider }, 'A hint was dropped: too many lookups are pending');
      else waiting.set(key, { chain, transactionId });
    }
    if (looking === undefined && waiting.size > 0) looking = lookUp();
  };

  const lookUp = async (): Promise<void> => {
    for (const [key, { chain, transactionId }] of waiting) {
      if (isClosed) break;
      waiting.delete(key);
      try {
        await confirmTransaction(chain, { key, transactionId }, parts);
        wake();
      } catch (error) {
        logger.warn({ error, network: chain.network }, 'A hint could not be looked up');
      }
    }
    looking = undefined;
  };

  news.on('hint', hear);
  return async () => {
    isClosed = true;
    news.off('hint', hear);
    await looking;
  };
}

/** A hint that names no network may be of any. */
function chainsFor(
  chains: readonly ChainCheck[],
  network: string | undefined,
  networks: NetworkTable,
): readonly ChainCheck[] {
  if (network === undefined) return chains;
  const { id } = networks.find(network) ?? {};
  return chains.filter((chain) => chain.network === id);
}

function readTransactionId(network: string, text: string, networks: NetworkTable): string | undefined {
  try {
    return transactionIdOn(networks.require(network), text);
  } catch {
    return undefined;
  }
}
