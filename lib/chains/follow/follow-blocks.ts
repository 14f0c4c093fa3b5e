import { randomUUID } from 'node:crypto';
import type { NewsMap } from '../../observe/news.ts';
import { createTicker, type Ticker } from '../../util/ticker.ts';
import type { ChainCheck } from '../kit/chain-check.ts';
import { type BlockFollowerParts, createBlockFollower } from './block-follower.ts';
import { isSearchable, type SearchableChain } from './record-blocks.ts';

export interface FollowBlocksParts extends Omit<BlockFollowerParts, 'chain' | 'name' | 'blocksPerMinute'> {
  chains: readonly ChainCheck[];
  /** Blocks of a network that are read in a minute at the most; false: none by itself. */
  blocksPerMinute(network: string): number | false;
}

/**
 * Reads every block of every chain for what no callback reported, once it is final: after an outage, from where the last reading
 * ended. While a provider or the network is silent, and once more when it is heard again, the blocks that are not final yet are read too.
 */
export interface BlocksFollower {
  start(): void;
  /** Reads what can be read now. */
  catchUp(): Promise<void>;
  close(): Promise<void>;
}

const everyMs = 15_000;

export function followBlocks({ chains, blocksPerMinute, ...parts }: FollowBlocksParts): BlocksFollower {
  const { news, logger } = parts;
  const name = randomUUID();
  const ending = new AbortController();
  /** By provider; of a network alone, by provider and network. */
  const silent = new Map<string, string | undefined>();
  /** Networks that are to be read up to their newest block once more. */
  const ahead = new Set<string>();
  const reading = new Set<string>();
  let isStarted = false;

  const tickerOf = (chain: SearchableChain, most: number): Ticker => {
    const { network } = chain;
    const follower = createBlockFollower({ ...parts, chain, name, blocksPerMinute: most });
    const readAll = async (): Promise<void> => {
      reading.add(network);
      const isSilent = [...silent.values()].some((one) => one === undefined || one === network);
      const isAhead = isSilent || ahead.delete(network);
      try {
        while (await follower.read(isAhead, ending.signal));
      } finally {
        reading.delete(network);
      }
    };
    return createTicker(everyMs, readAll, logger, `Reading blocks of ${network}`);
  };
  const tickers = new Map<string, Ticker>();
  for (const chain of chains) {
    const most = blocksPerMinute(chain.network);
    if (isSearchable(chain) && most !== false) tickers.set(chain.network, tickerOf(chain, most));
  }
  /** A run that is under way may have asked for the newest block before there was the one that is wanted. */
  const catchUp = async (): Promise<void> => {
    await Promise.all(
      [...tickers].map(async ([network, ticker]) => {
        if (reading.has(network)) await ticker.tick();
        await ticker.tick();
      }),
    );
  };

  const onSilence = ({ provider, network }: NewsMap['silence']): void => {
    silent.set(`${provider} ${network ?? ''}`, network);
    void catchUp();
  };
  const onHeard = ({ provider, network }: NewsMap['heard']): void => {
    if (!silent.delete(`${provider} ${network ?? ''}`)) return;
    for (const one of network === undefined ? tickers.keys() : [network]) ahead.add(one);
    void catchUp();
  };
  news.on('silence', onSilence);
  news.on('heard', onHeard);

  return {
    start() {
      if (isStarted) return;
      isStarted = true;
      for (const one of tickers.values()) {
        one.start();
        void one.tick();
      }
    },
    catchUp,
    async close() {
      news.off('silence', onSilence);
      news.off('heard', onHeard);
      ending.abort();
      await Promise.all([...tickers.values()].map((one) => one.close()));
    },
  };
}
