import { blockTransfers } from '../chains/readers/evm/block.ts';
import { type EvmBlock, type EvmClient, type EvmNode, evmNode } from '../chains/readers/evm/node.ts';
import { DepositCallbackError } from '../errors.ts';
import type { Network } from '../networks/network.ts';
import type { Logger } from '../observe/logger.ts';
import { depositData } from './callback-body.ts';
import type { KnownBlock, Ledger, WatchedTransfer } from './ledger.ts';
import type { NetworkSettings } from './options.ts';
import { createTokenFacts, type FindTokenFacts } from './token-facts.ts';
import type { WatchList } from './watch-list.ts';

/** Reads one network, block by block, and follows its reorgs. */
export interface Watcher {
  readonly network: string;
  /** Takes one step; true if there may be another. Rejects when the node does not answer. */
  step(): Promise<boolean>;
  /** The newest block that has been read, as the last step left it. */
  position(): KnownBlock | undefined;
}

export interface WatcherParts {
  settings: NetworkSettings;
  client: EvmClient;
  ledger: Ledger;
  watches: WatchList;
  logger: Logger;
}

/** One watcher: what it was made of, and how far it has read. */
interface WatcherState extends WatcherParts {
  readonly node: EvmNode;
  readonly findFacts: FindTokenFacts;
  verified: boolean;
  position: KnownBlock | undefined;
  ahead: { number: bigint; block: Promise<EvmBlock | undefined> } | undefined;
}

export function createWatcher(parts: WatcherParts): Watcher {
  const state: WatcherState = {
    ...parts,
    node: evmNode(parts.client),
    findFacts: createTokenFacts(parts.client, { logger: parts.logger }),
    verified: false,
    position: undefined,
    ahead: undefined,
  };
  return { network: parts.settings.network.id, step: () => step(state), position: () => state.position };
}

async function step(state: WatcherState): Promise<boolean> {
  const { ledger } = state;
  if (!state.verified) await verify(state);
  state.position = await ledger.top();
  const top = state.position ?? (await begin(state));
  const next = await nextBlock(state, top.number + 1n);
  if (!next) return atTheEnd(state, top);
  if (next.parentHash !== top.hash) return takeBackIfGone(state, top);
  readAhead(state, next.number + 1n);
  await ledger.append(next, await watchedTransfers(state, next));
  state.position = next;
  return true;
}

async function verify(state: WatcherState): Promise<void> {
  const { network } = state.settings;
  const found = `eip155:${await state.node.chainId()}`;
  if (found !== network.id) {
    throw new DepositCallbackError('REQUEST_FAILED', `The node serves ${found}, not ${network.id}; check its URL`);
  }
  state.verified = true;
}

async function begin({ node, ledger, settings }: WatcherState): Promise<KnownBlock> {
  const { network, fromBlock } = settings;
  const block = await node.block(fromBlock === undefined ? 'latest' : fromBlock > 0n ? fromBlock - 1n : 0n);
  if (!block) throw new DepositCallbackError('REQUEST_FAILED', `The node has no starting block on ${network.id}`);
  await ledger.begin(block);
  return block;
}

async function nextBlock(state: WatcherState, number: bigint): Promise<EvmBlock | undefined> {
  const { ahead } = state;
  const found = ahead?.number === number ? await ahead.block : undefined;
  state.ahead = undefined;
  return found ?? state.node.block(number, { whole: true });
}

// While a block is looked into and written down, the node prepares the next one.
function readAhead(state: WatcherState, number: bigint): void {
  state.ahead = { number, block: state.node.block(number, { whole: true }).catch(() => undefined) };
}

/** No next block: the chain may have ended here, or be another one of no greater height. */
async function atTheEnd(state: WatcherState, top: KnownBlock): Promise<boolean> {
  const latest = await state.node.block('latest');
  if (!latest || latest.number > top.number) return latest !== undefined;
  // A node behind another one shows an older block of the same chain: that is not a reorg.
  const ours = await state.ledger.hashAt(latest.number);
  if (ours === undefined || ours === latest.hash) return false;
  await takeBack(state, top);
  return true;
}

async function takeBackIfGone(state: WatcherState, top: KnownBlock): Promise<boolean> {
  const there = await state.node.block(top.number);
  if (there?.hash === top.hash) return false;
  await takeBack(state, top);
  return true;
}

async function takeBack(state: WatcherState, top: KnownBlock): Promise<void> {
  const { ledger, logger, node } = state;
  const network = state.settings.network.id;
  state.ahead = undefined;
  logger.warn({ network, block: top.number.toString(), hash: top.hash }, 'A block left the chain');
  await ledger.takeBack(top);
  const left = await ledger.top();
  if (left) return;
  logger.error({ network }, 'A reorg is deeper than the blocks kept; raise keepBlocks, and reconcile');
  const block = await node.block(top.number - 1n);
  if (block) await ledger.begin(block);
}

async function watchedTransfers(state: WatcherState, block: EvmBlock): Promise<WatchedTransfer[]> {
  const { node, watches, settings } = state;
  const { network, traces, ignoreBlooms } = settings;
  const isWanted = (address: string): boolean => watches.watchers(network.id, address) !== undefined;
  const transfers = await blockTransfers(node, block, { network: network.id, isWanted, traces, ignoreBlooms });
  const facts = await state.findFacts([...new Set(transfers.flatMap((one) => contractOf(network, one.asset) ?? []))]);
  return transfers.flatMap((transfer) => {
    const data = depositData(network, block, transfer, facts.get(contractOf(network, transfer.asset) ?? '') ?? {});
    return [...(watches.watchers(network.id, transfer.to) ?? [])].map((keyId) => ({ keyId, transfer, data }));
  });
}

function contractOf({ id }: Network, asset: string): string | undefined {
  const prefix = `${id}/erc20:`;
  return asset.startsWith(prefix) ? asset.slice(prefix.length) : undefined;
}
