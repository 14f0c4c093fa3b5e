import type { ChainBlock } from '../../chains/kit/chain-check.ts';
import type { NoBlock, ReadBlock } from '../../chains/kit/chain-reader.ts';
import { isOther } from '../../chains/kit/check-at-node.ts';
import type { BlockReader } from '../../chains/kit/joint-reader.ts';
import { DepositCallbackError } from '../../errors.ts';
import type { Logger } from '../../observe/logger.ts';
import type { NetworkSettings } from '../network-options.ts';
import type { Ledger } from '../store/ledger.ts';
import type { WatchedTransfer } from '../store/ledger-steps.ts';
import type { WatchList } from '../store/watch-list.ts';
import { createReadAhead, type ReadAhead } from './read-ahead.ts';
import { watchedTransfers } from './watched-transfers.ts';

/** Reads one network, block by block, and follows its reorgs. */
export interface Watcher {
  readonly settings: NetworkSettings;
  /**
   * Takes one step, in the term in which this process reads the network; true if there may be another. Rejects when the node does not
   * answer, and with `TermOver`.
   */
  step(term: number): Promise<boolean>;
  /** The newest block that has been read, as the last step left it. */
  position(): ChainBlock | undefined;
  /** The newest block of the chain, as the node last gave it. */
  head(): SeenHead | undefined;
  /** The highest block that was asked for: what is watched from now on may be missing in it. */
  reach(): bigint | undefined;
}

export interface SeenHead extends ChainBlock {
  /** Epoch ms: its own time; on a chain whose blocks do not say it, when it was first seen. */
  at: number;
}

export interface WatcherParts {
  settings: NetworkSettings;
  ledger: Ledger;
  watches: WatchList;
  logger: Logger;
  now(): number;
}

/** What a node gave of one block, with the transfers to watched accounts. */
type Found = { block: ReadBlock; watched: WatchedTransfer[] } | NoBlock | undefined;

/** One watcher: what it was made of, and how far it has read. */
interface WatcherState extends WatcherParts {
  readonly reader: BlockReader;
  readonly ahead: ReadAhead<Found>;
  position: ChainBlock | undefined;
  head: SeenHead | undefined;
  headAskedAt: number;
  finalized: bigint | undefined;
  /** A block that the node does not give although its chain has come so far, and since when. */
  awaited: { number: bigint; since: number } | undefined;
  /** The version of the watches for which the ends of backfills are set. */
  version: { term: number; number: number } | undefined;
  /** Numbers above the newest block that the chain has passed over. */
  skipped: { above: string; last: bigint } | undefined;
}

/** Ten times the pace of the fastest chain, at 100 ms and three questions a block. */
const blocksAhead = 16;
/** While there is much to read, the newest block is asked for this often: its age is told in heartbeats. */
const headEachMs = 10_000;
/** For how long another node behind the same URL may be the one that has a block. */
const patienceMs = 60_000;
/** No chain passes over more numbers in a row. */
const mostSkipped = 100_000n;

export function createWatcher(parts: WatcherParts): Watcher {
  const { settings } = parts;
  const state: WatcherState = {
    ...parts,
    reader: settings.chain.reader,
    ahead: createReadAhead((number) => find(state, number), blocksAhead),
    position: undefined,
    head: undefined,
    headAskedAt: 0,
    finalized: undefined,
    awaited: undefined,
    version: undefined,
    skipped: undefined,
  };
  return {
    settings,
    step: (term) => step(state, term),
    position: () => state.position,
    head: () => state.head,
    reach: () => state.ahead.reach(),
  };
}

async function step(state: WatcherState, term: number): Promise<boolean> {
  const { ledger } = state;
  state.position = await ledger.top();
  const top = state.position ?? (await begin(state, term));
  const next = (state.skipped?.above === top.hash ? state.skipped.last : top.number) + 1n;
  const head = await headFrom(state, next);
  // After the head: what is paid from now on to whoever is watched by now is in blocks that are still to be asked for.
  await refresh(state, term);
  if (head.number < next) return atTheEnd(state, term, top, head);
  const found = await take(state, top, next, head);
  if (found === undefined) return awaitBlock(state, next, head);
  if (found === 'unavailable') throw unreadable(state, `The node does not keep block ${next}`);
  if (found === 'skipped') {
    state.skipped = { above: top.hash, last: next };
    return true;
  }
  const { block, watched } = found;
  if (!isNext(block, top)) return takeBackIfGone(state, term, top);
  await ledger.append(term, { top, next: block }, watched, state.finalized);
  state.position = block;
  return true;
}

async function refresh(state: WatcherState, term: number): Promise<void> {
  const { watches, ledger, settings, ahead } = state;
  const number = await watches.refresh(settings.network.id, term);
  if (state.version?.term === term && state.version.number === number) return;
  // What was asked for in another term was asked for by what was watched then.
  if (state.version !== undefined && state.version.term !== term) ahead.clear();
  if (state.version !== undefined || number > 0) await ledger.takeUp(term, ahead.reach());
  state.version = { term, number };
}

/** The newest block of the chain: as it is known if that is enough to go on reading, or as it is now. */
async function headFrom(state: WatcherState, next: bigint): Promise<SeenHead> {
  const { head, reader, settings } = state;
  if (head && head.number >= next && state.now() < state.headAskedAt + headEachMs) return head;
  state.headAskedAt = state.now();
  const [found, finalized] = await Promise.all([
    reader.head(),
    settings.confirmations === 'finalized' ? reader.finalized() : undefined,
  ]);
  const { number, hash, time } = found;
  const seenAt = head?.hash === hash ? head.at : state.now();
  state.head = { number, hash, at: time > 0 ? time : seenAt };
  state.finalized = finalized;
  return state.head;
}

/** It is there at another node behind the same URL, perhaps; but not for ever. */
function awaitBlock(state: WatcherState, number: bigint, head: SeenHead): false {
  const since = state.awaited?.number === number ? state.awaited.since : state.now();
  state.awaited = { number, since };
  if (state.now() < since + patienceMs) return false;
  throw unreadable(state, `The node says that it has come to block ${head.number}, and does not give block ${number}`);
}

async function begin(state: WatcherState, term: number): Promise<ChainBlock> {
  const { ledger, settings } = state;
  const { fromBlock } = settings;
  const head = await headFrom(state, 0n);
  const start = fromBlock === undefined ? head : await blockBelow(state, fromBlock > 0n ? fromBlock : 1n);
  await ledger.begin(term, start);
  state.position = start;
  return start;
}

/** The nearest block below a number. */
async function blockBelow({ reader, settings }: WatcherState, number: bigint): Promise<ReadBlock> {
  for (let below = number - 1n; below >= 0n && below > number - mostSkipped; below -= 1n) {
    const block = await reader.block(below);
    if (typeof block === 'object') return block;
    if (block !== 'skipped') break;
  }
  throw new DepositCallbackError('REQUEST_FAILED', `The node has no block below ${number} of ${settings.network.id}`);
}

/** The block that was read ahead, if it is still the next one. */
async function take(state: WatcherState, top: ChainBlock, next: bigint, head: SeenHead): Promise<Found> {
  const { ahead } = state;
  const { found, wasAhead } = ahead.take(next, head.number);
  const block = await found;
  if (!wasAhead || (typeof block === 'object' && isNext(block.block, top))) return block;
  ahead.clear();
  return find(state, next);
}

async function find({ reader, watches, settings, now }: WatcherState, number: bigint): Promise<Found> {
  const { id } = settings.network;
  const block = await reader.block(number, (account) => watches.isWatched(id, account));
  if (typeof block !== 'object') return block;
  // Polkadot's blocks do not say their time.
  const watched = watchedTransfers(settings, block.time || now(), block, (account, transfer) =>
    watches.watchers(id, account, transfer),
  );
  return { block, watched };
}

/** A chain whose blocks do not name their parent is final as it is read. */
function isNext({ parentHash }: ReadBlock, top: ChainBlock): boolean {
  return parentHash === undefined || parentHash === top.hash;
}

/** No next block: the chain may have ended here, or be another one of no greater height. */
async function atTheEnd(state: WatcherState, term: number, top: ChainBlock, head: SeenHead): Promise<boolean> {
  // A node behind another one shows an older block of the same chain: that is not a reorg.
  const ours = await state.ledger.atOrBelow(head.number);
  if (!ours) throw unreadable(state, `The node, at block ${head.number}, is far behind block ${top.number}`);
  const there = ours.number === head.number ? head.hash : await hashAt(state, ours);
  if (there === ours.hash) return false;
  await takeBack(state, term, top);
  return true;
}

/** The hash of our block, unless the chain has another one there. */
async function hashAt({ reader }: WatcherState, ours: ChainBlock): Promise<string | undefined> {
  return isOther(await reader.block(ours.number), ours.hash) ? undefined : ours.hash;
}

async function takeBackIfGone(state: WatcherState, term: number, top: ChainBlock): Promise<boolean> {
  if ((await hashAt(state, top)) === top.hash) return false;
  await takeBack(state, term, top);
  return true;
}

async function takeBack(state: WatcherState, term: number, top: ChainBlock): Promise<void> {
  const { ledger, logger, settings } = state;
  const network = settings.network.id;
  state.ahead.clear();
  const below = top.number > 0n && (await ledger.atOrBelow(top.number - 1n));
  if (below) {
    logger.warn({ network, block: top.number.toString(), hash: top.hash }, 'A block left the chain');
    return ledger.takeBack(term, top);
  }
  const start = await blockBelow(state, top.number > 0n ? top.number : 1n);
  logger.error(
    { network, block: top.number.toString() },
    'A reorg is deeper than the blocks kept: deposits of older blocks were not taken back; reconcile, and raise keepBlocks',
  );
  await ledger.takeBack(term, top, start);
}

function unreadable({ settings }: WatcherState, what: string): DepositCallbackError {
  return new DepositCallbackError(
    'REQUEST_FAILED',
    `${what} of ${settings.network.id}; use another node, or wait for it`,
  );
}
