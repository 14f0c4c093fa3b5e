import { isDepositCallbackError } from '../../errors.ts';
import type { Logger } from '../../observe/logger.ts';
import type { News } from '../../observe/news.ts';

/** What a person is told of the reading of one network's blocks. */
export interface BlockNews {
  /** Transactions that no callback reported; they are told together. */
  missed(transactionIds: readonly string[]): void;
  tellMissed(): void;
  /** A block was read: what is told of another one is a new cause. */
  read(): void;
  /** A block cannot be read. Gives the code to store. */
  unread(block: bigint, error: unknown): string;
  /** How many final blocks are unread, at the end of a pass. */
  behind(blocks: bigint, reached: boolean): void;
}

export interface BlockNewsParts {
  network: string;
  blocksPerMinute: number;
  news: News;
  logger: Logger;
  /** Epoch ms. */
  now(): number;
}

/** A node that answers, and fails so often in a row with one block, does not have it. */
const mostFailures = 3;
const behindEveryMs = 600_000;

export function createBlockNews({ network, blocksPerMinute, news, logger, now }: BlockNewsParts): BlockNews {
  let missed = 0;
  let failed = { block: -1n, times: 0, isTold: false };
  let mark: { at: number; blocks: bigint } | undefined;
  let isBehindTold = false;

  const tellUnread = (block: bigint, error: unknown): void => {
    const why = isDepositCallbackError(error) ? error.message : 'see the error in the log';
    news.tell('alarm', {
      code: 'BLOCKS_UNREAD',
      message: `Block ${block} of ${network} cannot be read (${why}), and no later one is read before it. Ask a node that has it, or pass over it: deposit-callback reconcile --network ${network} --skip-to <block>`,
      network,
      error,
    });
  };

  return {
    missed(transactionIds) {
      missed += transactionIds.length;
    },
    tellMissed() {
      if (missed === 0) return;
      const message = `${missed} transactions on ${network} were never reported; the chain check has recorded them`;
      missed = 0;
      news.tell('alarm', { code: 'CALLBACKS_MISSED', message, network });
    },
    read() {
      failed = { block: -1n, times: 0, isTold: false };
    },
    unread(block, error) {
      if (failed.block !== block) failed = { block, times: 0, isTold: false };
      failed.times += 1;
      const code = isDepositCallbackError(error) ? error.code : 'REQUEST_FAILED';
      const isStore = code.startsWith('STORE_');
      const isUnread = code === 'BLOCK_UNAVAILABLE' || (failed.times >= mostFailures && !isStore);
      if (isUnread && !failed.isTold) tellUnread(block, error);
      failed.isTold ||= isUnread;
      // It may be tried for days.
      const write = failed.times === 1 ? logger.warn : logger.debug;
      write.call(logger, { network, block: `${block}`, error }, 'A block could not be read; it is tried again');
      return isUnread ? 'BLOCK_UNAVAILABLE' : code;
    },
    behind(blocks, reached) {
      const at = now();
      if (reached) {
        mark = undefined;
        isBehindTold = false;
        return;
      }
      mark ??= { at, blocks };
      if (at - mark.at < behindEveryMs) return;
      const more = blocks - mark.blocks;
      mark = { at, blocks };
      if (more <= 0n || isBehindTold) return;
      isBehindTold = true;
      news.tell('alarm', {
        code: 'BLOCKS_BEHIND',
        message: `Blocks of ${network} come faster than they are read: ${blocks} are unread, ${more} more than ten minutes ago. Raise reconcile.blocksPerMinute (${blocksPerMinute}), or ask a node that answers faster`,
        network,
      });
    },
  };
}
