import { LRUCache } from 'lru-cache';
import { transactionKey } from '../deposits/identity.ts';
import type { Logger } from '../observe/logger.ts';
import type { ChainBlock, ChainCheck, ChainHead } from './chain-check.ts';
import { type Confirmed, type ConfirmParts, confirmTransaction } from './confirm-transaction.ts';

export interface ChainWatchParts extends ConfirmParts {
  chain: ChainCheck;
  logger: Logger;
  /** Transactions that are looked up at once. */
  concurrency: number;
  /** Told when a statement was added, so that events may be due. */
  wake(): void;
}

/** The transactions of one network that are not settled, and when each is to be looked up again. */
export interface ChainWatch {
  /** Looks a transaction up with the next round. */
  touch(transactionId: string): void;
  /** Finds what is not settled in the store: at the start, and what other processes recorded. */
  scan(): Promise<void>;
  /** Asks for the newest block and looks up what is due by it. Rejects when no node answers. */
  round(): Promise<void>;
  /** The newest block that was seen at or before a time (epoch ms), as far back as this process remembers. */
  headAt(time: number): bigint | undefined;
}

interface Watched {
  key: string;
  transactionId: string;
  /** Due with this block; undefined: by time alone. */
  dueBlock: bigint | undefined;
  /** Not before this time, epoch ms. */
  notBefore: number;
  /** Rounds in a row that told nothing. */
  idle: number;
  blocks: readonly ChainBlock[];
}

const pageSize = 500;
const headsKept = 10_000;
const firstPauseMs = 2_000;
const longestPauseMs = 600_000;
/** Looked up in vain so often, a transaction is left to the scans, which find it while it is pending. */
const idleToForget = 12;

export function createChainWatch(parts: ChainWatchParts): ChainWatch {
  const { chain, store, logger, now, concurrency, wake } = parts;
  const { network } = chain;
  const { stuckAfterMs } = parts.policy().networks.require(network);
  const watched = new Map<string, Watched>();
  const heads: { number: bigint; at: number }[] = [];
  let newest: ChainHead | undefined;
  /** A block, and the watched blocks that were in the chain when it was. */
  let anchor: ChainBlock | undefined;
  let found: ReadonlySet<string> = new Set();

  const touch = (transactionId: string): void => {
    const key = transactionKey({ network, transactionId, asset: '', to: '' });
    const known = watched.get(key);
    if (known) Object.assign(known, { dueBlock: 0n, notBefore: 0 });
    else watched.set(key, { key, transactionId, dueBlock: 0n, notBefore: 0, idle: 0, blocks: [] });
  };

  const meet = (transactionId: string): void => {
    const key = transactionKey({ network, transactionId, asset: '', to: '' });
    if (!watched.has(key)) touch(transactionId);
  };

  const scan = async (): Promise<void> => {
    let after: string | undefined;
    for (;;) {
      const query = { before: now() + 1, network, limit: pageSize, ...(after === undefined ? {} : { after }) };
      const page = await store.waiting(query);
      for (const { deposit } of page) if (deposit.payment === undefined) meet(deposit.transaction.id);
      const last = page.at(-1);
      if (last === undefined || page.length < pageSize) break;
      after = last.deposit.id;
    }
    // What was credited, or taken back, lately: a reorg may still change it.
    for (const status of ['confirmed', 'reverted'] as const) await scanRecent(status);
  };

  const scanRecent = async (status: 'confirmed' | 'reverted'): Promise<void> => {
    const since = now() - 2 * stuckAfterMs;
    let before: string | undefined;
    for (;;) {
      const query = { status, network, since, limit: pageSize, ...(before === undefined ? {} : { before }) };
      const page = await store.deposits(query);
      for (const deposit of page) {
        if (deposit.payment === undefined && !settled.has(deposit.transaction.id)) meet(deposit.transaction.id);
      }
      before = page.at(-1)?.id;
      if (before === undefined || page.length < pageSize) return;
    }
  };

  /** Transactions that nothing can undo any more, so that a scan does not look them up again. */
  const settled = new LRUCache<string, true>({ max: 100_000 });

  const round = async (): Promise<void> => {
    const head = await chain.head();
    const isNew = head.hash !== newest?.hash;
    newest = head;
    if (isNew) remember(head.number);
    const gone = isNew ? await goneBlocks(head) : new Set<string>();
    const due = [...watched.values()].filter((one) => isDue(one, head, gone, isNew));
    const queue = due[Symbol.iterator]();
    const work = async (): Promise<void> => {
      for (const one of queue) await lookUp(one);
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, due.length) }, work));
  };

  const remember = (number: bigint): void => {
    heads.push({ number, at: now() });
    if (heads.length > headsKept) heads.shift();
  };

  const headAt = (time: number): bigint | undefined => heads.findLast((one) => one.at <= time)?.number;

  /**
   * Which of the blocks that hold what is watched left the chain; without `gone`, all of them may have. While the newest
   * block of the last round is still there, so is all that was found below it: only what is new is asked for.
   */
  const goneBlocks = async (head: ChainHead): Promise<ReadonlySet<string>> => {
    const blocks = new Map<string, ChainBlock>();
    for (const one of watched.values()) for (const block of one.blocks) blocks.set(block.hash, block);
    if (!chain.gone) return new Set(blocks.keys());
    const isAnchored = anchor !== undefined && (await chain.gone([anchor])).length === 0;
    const unsure = [...blocks.values()].filter((block) => !isAnchored || !found.has(block.hash));
    // The head comes last, to see whether the answers are of its chain.
    const gone = new Set(unsure.length === 0 ? [] : await chain.gone([...unsure, head]));
    anchor = gone.has(head.hash) ? undefined : head;
    found = new Set([...blocks.keys()].filter((hash) => !gone.has(hash)));
    return gone;
  };

  const isDue = (one: Watched, head: ChainHead, gone: ReadonlySet<string>, isNew: boolean): boolean => {
    if (isNew && one.blocks.some((block) => gone.has(block.hash))) return true;
    if (one.notBefore > now()) return false;
    return one.dueBlock === undefined ? isNew : head.number >= one.dueBlock;
  };

  const lookUp = async (one: Watched): Promise<void> => {
    try {
      const confirmed = await confirmTransaction(chain, one, parts);
      if (confirmed.added.length > 0) wake();
      plan(one, confirmed);
    } catch (error) {
      pause(one);
      logger.error(
        { network, transactionId: one.transactionId, error },
        'A transaction could not be confirmed; it is tried again',
      );
    }
  };

  const plan = (one: Watched, { verdict, nextAt, blocks }: Confirmed): void => {
    // A block that left the chain and was recorded as such needs no further watching.
    const removed = 'removed' in verdict ? verdict.removed : [];
    one.blocks = blocks.filter((block) => !removed.includes(block.hash));
    if (verdict.status === 'mined') {
      one.idle = 0;
      one.notBefore = 0;
      one.dueBlock = nextAt;
      if (nextAt === undefined) settle(one);
      return;
    }
    one.dueBlock = undefined;
    pause(one);
    if (verdict.status === 'unknown')
      logger.warn({ network, transactionId: one.transactionId, reason: verdict.reason }, 'The chain check cannot say');
    else if (one.idle >= idleToForget) watched.delete(one.key);
  };

  const pause = (one: Watched): void => {
    one.notBefore = now() + Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(one.idle, 20));
    one.idle += 1;
  };

  const settle = ({ key, transactionId }: Watched): void => {
    watched.delete(key);
    settled.set(transactionId, true);
  };

  return { touch, scan, round, headAt };
}
