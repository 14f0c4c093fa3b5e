import { LRUCache } from 'lru-cache';
import { transactionKey } from '../../deposits/identity.ts';
import type { Logger } from '../../observe/logger.ts';
import type { ChainBlock, ChainCheck, ChainHead } from '../kit/chain-check.ts';
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
}

interface Watched {
  key: string;
  transactionId: string;
  /** Due with this block; undefined: by time alone. */
  dueBlock: bigint | undefined;
  /** Not before this time, epoch ms. */
  notBefore: number;
  /** Rounds in a row without anything new. */
  idle: number;
  blocks: readonly ChainBlock[];
}

const pageSize = 500;
const firstPauseMs = 2_000;
const longestPauseMs = 600_000;
/** Looked up in vain so often, a transaction is left to the scans, which find it while it is pending. */
const idleToForget = 12;

/** One watch: what it was made of, and what it has seen. */
interface WatchState extends ChainWatchParts {
  readonly network: string;
  readonly stuckAfterMs: number;
  readonly watched: Map<string, Watched>;
  /** Transactions that nothing can undo any more, so that a scan does not look them up again. */
  readonly settled: LRUCache<string, true>;
  newest: ChainHead | undefined;
  /** A block, and the watched blocks that were in the chain when it was. */
  anchor: ChainBlock | undefined;
  found: ReadonlySet<string>;
}

export function createChainWatch(parts: ChainWatchParts): ChainWatch {
  const { network } = parts.chain;
  const state: WatchState = {
    ...parts,
    network,
    stuckAfterMs: parts.policy().networks.require(network).stuckAfterMs,
    watched: new Map(),
    settled: new LRUCache({ max: 100_000 }),
    newest: undefined,
    anchor: undefined,
    found: new Set(),
  };
  return {
    touch: (transactionId) => touch(state, transactionId),
    scan: () => scan(state),
    round: () => round(state),
  };
}

function touch({ network, watched }: WatchState, transactionId: string): void {
  const key = transactionKey({ network, transactionId, asset: '', to: '' });
  const known = watched.get(key);
  if (known) Object.assign(known, { dueBlock: 0n, notBefore: 0 });
  else watched.set(key, { key, transactionId, dueBlock: 0n, notBefore: 0, idle: 0, blocks: [] });
}

function meet(state: WatchState, transactionId: string): void {
  const key = transactionKey({ network: state.network, transactionId, asset: '', to: '' });
  if (!state.watched.has(key)) touch(state, transactionId);
}

async function scan(state: WatchState): Promise<void> {
  const { store, network, now } = state;
  let after: string | undefined;
  for (;;) {
    const query = { before: now() + 1, network, limit: pageSize, ...(after === undefined ? {} : { after }) };
    const page = await store.waiting(query);
    for (const { deposit } of page) if (deposit.payment === undefined) meet(state, deposit.transaction.id);
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) break;
    after = last.deposit.id;
  }
  // What was credited, or taken back, lately: a reorg may still change it.
  for (const status of ['confirmed', 'reverted'] as const) await scanRecent(state, status);
}

async function scanRecent(state: WatchState, status: 'confirmed' | 'reverted'): Promise<void> {
  const { store, network, settled } = state;
  const since = state.now() - 2 * state.stuckAfterMs;
  let before: string | undefined;
  for (;;) {
    const query = { status, network, since, limit: pageSize, ...(before === undefined ? {} : { before }) };
    const page = await store.deposits(query);
    for (const deposit of page) {
      if (deposit.payment === undefined && !settled.has(deposit.transaction.id)) meet(state, deposit.transaction.id);
    }
    before = page.at(-1)?.id;
    if (before === undefined || page.length < pageSize) return;
  }
}

async function round(state: WatchState): Promise<void> {
  const head = await state.chain.head();
  const isNew = head.hash !== state.newest?.hash;
  state.newest = head;
  const gone = isNew ? await goneBlocks(state, head) : new Set<string>();
  const due = [...state.watched.values()].filter((one) => isDue(one, head, gone, isNew, state.now()));
  const queue = due[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (const one of queue) await lookUp(state, one);
  };
  await Promise.all(Array.from({ length: Math.min(state.concurrency, due.length) }, work));
}

/**
 * Which of the blocks that hold what is watched left the chain; without `gone`, all of them may have. While the newest
 * block of the last round is still there, so is all that was found below it: only what is new is asked for.
 */
async function goneBlocks(state: WatchState, head: ChainHead): Promise<ReadonlySet<string>> {
  const { chain, anchor, found } = state;
  const blocks = new Map<string, ChainBlock>();
  for (const one of state.watched.values()) for (const block of one.blocks) blocks.set(block.hash, block);
  if (!chain.gone) return new Set(blocks.keys());
  // Of a height above the head nothing is said: a block is there only if it is below, and not gone.
  const isReached = (block: ChainBlock): boolean => block.number <= head.number;
  const isAnchored = anchor !== undefined && isReached(anchor) && (await chain.gone([anchor])).length === 0;
  const unsure = [...blocks.values()].filter((block) => !isAnchored || !found.has(block.hash));
  // The head comes last, to see whether the answers are of its chain.
  const gone = new Set(unsure.length === 0 ? [] : await chain.gone([...unsure, head]));
  state.anchor = gone.has(head.hash) ? undefined : head;
  const standing = [...blocks.values()].filter((block) => isReached(block) && !gone.has(block.hash));
  state.found = new Set(standing.map((block) => block.hash));
  return gone;
}

function isDue(one: Watched, head: ChainHead, gone: ReadonlySet<string>, isNew: boolean, now: number): boolean {
  if (isNew && one.blocks.some((block) => gone.has(block.hash))) return true;
  if (one.notBefore > now) return false;
  return one.dueBlock === undefined ? isNew : head.number >= one.dueBlock;
}

async function lookUp(state: WatchState, one: Watched): Promise<void> {
  const { chain, network, logger } = state;
  try {
    const confirmed = await confirmTransaction(chain, one, state);
    if (confirmed.added.length > 0) state.wake();
    plan(state, one, confirmed);
  } catch (error) {
    pause(one, state.now());
    logger.error(
      { network, transactionId: one.transactionId, error },
      'A transaction could not be confirmed; retrying',
    );
  }
}

function plan(state: WatchState, one: Watched, { verdict, nextAt, blocks }: Confirmed): void {
  const { network, logger } = state;
  // A block that left the chain and was recorded as such needs no further watching.
  const { removed = [] } = verdict;
  one.blocks = blocks.filter((block) => !removed.includes(block.hash));
  if (verdict.status === 'mined') {
    one.idle = 0;
    one.notBefore = 0;
    one.dueBlock = nextAt;
    if (nextAt === undefined) settle(state, one);
    return;
  }
  one.dueBlock = undefined;
  pause(one, state.now());
  if (verdict.status === 'unknown')
    logger.warn(
      { network, transactionId: one.transactionId, reason: verdict.reason },
      'The chain check is inconclusive',
    );
  else if (one.idle >= idleToForget) state.watched.delete(one.key);
}

function pause(one: Watched, now: number): void {
  one.notBefore = now + Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(one.idle, 20));
  one.idle += 1;
}

function settle({ watched, settled }: WatchState, { key, transactionId }: Watched): void {
  watched.delete(key);
  settled.set(transactionId, true);
}
