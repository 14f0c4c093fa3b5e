import { isDepositCallbackError } from '../../errors.ts';
import type { Cursor } from '../../stores/store.ts';
import type { ChainHead } from '../kit/chain-check.ts';
import { type BlockNews, type BlockNewsParts, createBlockNews } from './block-news.ts';
import { type BlockPace, createBlockPace } from './block-pace.ts';
import { type KeptCursor, keepCursor } from './kept-cursor.ts';
import {
  type BlockRange,
  type RecordBlocksParts,
  type RecordedBlock,
  recordBlocks,
  type SearchableChain,
} from './record-blocks.ts';

export interface BlockFollowerParts extends RecordBlocksParts, Omit<BlockNewsParts, 'network'> {
  chain: SearchableChain;
  /** Tells this process from others over the same store. */
  name: string;
}

/** Reads the blocks of one network, each once, from where the last reading ended. */
export interface BlockFollower {
  /**
   * Reads for a minute at the most what is final and has not been read, and with `ahead` the blocks above it too. Gives whether more
   * can be read at once: not if all is read, if another process reads, or if a block cannot be read, which a later call tries again.
   */
  read(ahead: boolean, signal: AbortSignal): Promise<boolean>;
}

/** What is younger is left to the providers, whose callbacks may be on their way. */
const settleMs = 120_000;
/** For how long a process that reads keeps others from reading, unless it says so again. */
const leaseMs = 20_000;
/** How often it is stored how far the reading has come. */
const saveEveryMs = 1_000;
const idleSaveEveryMs = 60_000;
const passMs = 60_000;

interface FollowState extends BlockFollowerParts {
  readonly network: string;
  readonly reorgDepth: bigint;
  readonly pace: BlockPace;
  readonly tell: BlockNews;
  /** Newest final blocks, each with when it was seen first. */
  readonly seen: { final: bigint; at: number }[];
  /** The newest block that was read ahead of the final ones. */
  ahead: RecordedBlock['block'] | undefined;
}

export function createBlockFollower(parts: BlockFollowerParts): BlockFollower {
  const { network } = parts.chain;
  const state: FollowState = {
    ...parts,
    network,
    reorgDepth: BigInt(parts.policy().networks.require(network).reorgDepth),
    pace: createBlockPace(parts.blocksPerMinute),
    tell: createBlockNews({ ...parts, network }),
    seen: [],
    ahead: undefined,
  };
  return { read: (ahead, signal) => read(state, ahead, signal) };
}

async function read(state: FollowState, ahead: boolean, signal: AbortSignal): Promise<boolean> {
  const { store, chain, network, name, now } = state;
  const stored = (await store.cursors()).find((one) => one.id === network);
  const reader = stored?.reader;
  if (reader !== undefined && reader.name !== name && reader.until > now()) return false;
  const cursor = stored && keepCursor(store, stored);
  let head: ChainHead;
  try {
    head = await chain.head();
  } catch (error) {
    // That no node answers is told by the confirmer.
    await cursor?.change(troubleOf(cursor.current, codeOf(error), now()));
    return false;
  }
  const final = finalOf(head, state.reorgDepth);
  if (!cursor) {
    await store.moveCursor(firstCursor(state, head, final));
    return false;
  }
  const target = ahead ? final : settledOf(state, cursor.current, final);
  const { reached, isCut } = await readFinal(state, cursor, { final, target }, signal);
  if (!ahead) state.ahead = undefined;
  else if (reached) await readAhead(state, cursor.current, head.number, signal);
  return isCut && !signal.aborted;
}

/** The newest block that the network calls final; that is as deep as a reorg may reach, if it calls none so. */
function finalOf({ number, finalized }: ChainHead, reorgDepth: bigint): bigint {
  const final = finalized ?? number - reorgDepth + 1n;
  return final < 0n ? 0n : final;
}

/** Nothing says which of the blocks before the first start hold deposits that are still to be credited. */
function firstCursor({ network, now }: FollowState, { number, hash }: ChainHead, final: bigint): Cursor {
  const block = final === number ? { number, hash } : { number: final };
  return { id: network, version: 0, network, block, target: final, movedAt: now() };
}

/** The newest block that was final `settleMs` ago, as far as this process, or the stored cursor, knows. */
function settledOf({ seen, now }: FollowState, { movedAt, target }: Cursor, final: bigint): bigint {
  const before = now() - settleMs;
  if (seen.at(-1)?.final !== final) seen.push({ final, at: now() });
  while (seen[1] !== undefined && seen[1].at <= before) seen.shift();
  let settled = 0n;
  for (const one of [...seen, { final: target, at: movedAt }]) {
    if (one.at <= before && one.final > settled && one.final <= final) settled = one.final;
  }
  return settled;
}

/** `reached`: all that there was is read; `isCut`: the time of the pass was over first. */
async function readFinal(
  state: FollowState,
  cursor: KeptCursor,
  { final, target }: { final: bigint; target: bigint },
  signal: AbortSignal,
): Promise<{ reached: boolean; isCut: boolean }> {
  const { tell, pace, name, now } = state;
  const { block: from, behindSince = now(), trouble } = cursor.current;
  if (target <= from.number) {
    await saveIdle(cursor, final, now());
    return { reached: true, isCut: false };
  }
  const lease = () => ({
    movedAt: now(),
    blocksPerMinute: pace.lastMinute(),
    reader: { name, until: now() + leaseMs },
  });
  let isCut = false;
  let block = from;
  if (!(await cursor.change({ ...lease(), target: final, behindSince }))) return { reached: false, isCut };
  const beganAt = performance.now();
  let savedAt = beganAt;
  const range = { fromBlock: from.number + 1n, toBlock: target, parentHash: from.hash, lowest: 1n, signal };
  let code: string | undefined;
  try {
    await readRange(state, range, async (step) => {
      block = step.block;
      const at = performance.now();
      isCut = at - beganAt >= passMs;
      if (isCut || at - savedAt < saveEveryMs) return !isCut;
      savedAt = at;
      // Another process that finds our lease over goes on from where it finds the cursor.
      return cursor.change({ ...lease(), block, trouble: undefined });
    });
  } catch (error) {
    code = tell.unread(block.number + 1n, error);
  }
  const reached = block.number >= target;
  await cursor.change({
    ...{ movedAt: now(), block, reader: undefined, blocksPerMinute: pace.lastMinute() },
    behindSince: reached ? undefined : behindSince,
    trouble:
      code === undefined
        ? block === from
          ? trouble
          : undefined
        : { code, since: trouble?.code === code ? trouble.since : now() },
  });
  tell.behind(final - block.number, reached);
  return { reached, isCut };
}

/** The blocks above the final ones. The cursor stays, so they are read again once they are final. */
async function readAhead(
  state: FollowState,
  { block: base }: Cursor,
  toBlock: bigint,
  signal: AbortSignal,
): Promise<void> {
  const from = state.ahead !== undefined && state.ahead.number > base.number ? state.ahead : base;
  const range = { fromBlock: from.number + 1n, toBlock, parentHash: from.hash, lowest: base.number + 1n, signal };
  const beganAt = performance.now();
  try {
    await readRange(state, range, async ({ block }) => {
      state.ahead = block;
      return performance.now() - beganAt < passMs;
    });
  } catch (error) {
    state.tell.unread((state.ahead?.number ?? from.number) + 1n, error);
  }
}

/** Reads at the bounded pace, until `goOn` says no. */
async function readRange(
  state: FollowState,
  range: Omit<BlockRange, 'chain'>,
  goOn: (step: RecordedBlock) => Promise<boolean>,
): Promise<void> {
  const { chain, tell, pace } = state;
  pace.begin();
  try {
    for await (const step of recordBlocks({ chain, ...range }, state)) {
      tell.read();
      tell.missed(step.missed);
      if (!(await goOn(step))) return;
      await pace.rest(range.signal);
    }
  } finally {
    tell.tellMissed();
  }
}

async function saveIdle(cursor: KeptCursor, final: bigint, now: number): Promise<void> {
  const { target, movedAt, behindSince, trouble, reader } = cursor.current;
  const isOld = target !== final && now - movedAt >= idleSaveEveryMs;
  const isOver = behindSince !== undefined || trouble !== undefined || reader !== undefined;
  if (!isOld && !isOver) return;
  await cursor.change({
    ...{ target: final, movedAt: now, blocksPerMinute: 0 },
    ...{ behindSince: undefined, trouble: undefined, reader: undefined },
  });
}

function troubleOf({ trouble }: Cursor, code: string, now: number): { trouble: { code: string; since: number } } {
  return { trouble: { code, since: trouble?.code === code ? trouble.since : now } };
}

function codeOf(error: unknown): string {
  return isDepositCallbackError(error) ? error.code : 'REQUEST_FAILED';
}
