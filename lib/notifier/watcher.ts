import { blockTransfers } from '../chains/evm-block.ts';
import { type EvmBlock, type EvmClient, type EvmNode, evmNode } from '../chains/evm-node.ts';
import { DepositCallbackError } from '../errors.ts';
import type { Logger } from '../observe/logger.ts';
import { depositData } from './callback-body.ts';
import type { KnownBlock, Ledger, WatchedTransfer } from './ledger.ts';
import type { NetworkSettings } from './options.ts';
import { createTokenFacts, type TokenFacts } from './token-facts.ts';
import type { WatchList } from './watch-list.ts';

/** Reads one network, block by block, and follows its reorgs. */
export interface Watcher {
  readonly network: string;
  /** Takes one step; true where there may be another. Rejects when the node does not answer. */
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

export function createWatcher({ settings, client, ledger, watches, logger }: WatcherParts): Watcher {
  const { network, fromBlock, traces } = settings;
  const node: EvmNode = evmNode(client);
  const factsOf = createTokenFacts(client);
  let verified = false;
  let position: KnownBlock | undefined;
  let ahead: { number: bigint; block: Promise<EvmBlock | undefined> } | undefined;

  const step = async (): Promise<boolean> => {
    if (!verified) await verify();
    position = await ledger.top();
    const top = position ?? (await begin());
    const next = await nextBlock(top.number + 1n);
    if (!next) return atTheEnd(top);
    if (next.parentHash !== top.hash) return takeBackIfGone(top);
    readAhead(next.number + 1n);
    await ledger.append(next, await watchedTransfers(next));
    position = next;
    return true;
  };

  const verify = async (): Promise<void> => {
    const found = `eip155:${await node.chainId()}`;
    if (found !== network.id) {
      throw new DepositCallbackError('REQUEST_FAILED', `The node is of ${found}, not of ${network.id}; check its URL`);
    }
    verified = true;
  };

  const begin = async (): Promise<KnownBlock> => {
    const block = await node.block(fromBlock === undefined ? 'latest' : fromBlock > 0n ? fromBlock - 1n : 0n);
    if (!block)
      throw new DepositCallbackError('REQUEST_FAILED', `The node has no block to begin with on ${network.id}`);
    await ledger.begin(block);
    return block;
  };

  const nextBlock = async (number: bigint): Promise<EvmBlock | undefined> => {
    const found = ahead?.number === number ? await ahead.block : undefined;
    ahead = undefined;
    return found ?? node.block(number, { whole: true });
  };

  // While a block is looked into and written down, the node prepares the next one.
  const readAhead = (number: bigint): void => {
    ahead = { number, block: node.block(number, { whole: true }).catch(() => undefined) };
  };

  /** No next block: the chain may have ended here, or be another one of no greater height. */
  const atTheEnd = async (top: KnownBlock): Promise<boolean> => {
    const latest = await node.block('latest');
    if (!latest || latest.number > top.number) return latest !== undefined;
    // A node behind another one shows an older block of the same chain: that is no reorg.
    const ours = await ledger.hashAt(latest.number);
    if (ours === undefined || ours === latest.hash) return false;
    await takeBack(top);
    return true;
  };

  const takeBackIfGone = async (top: KnownBlock): Promise<boolean> => {
    const there = await node.block(top.number);
    if (there?.hash === top.hash) return false;
    await takeBack(top);
    return true;
  };

  const takeBack = async (top: KnownBlock): Promise<void> => {
    ahead = undefined;
    logger.warn({ network: network.id, block: top.number.toString(), hash: top.hash }, 'A block left the chain');
    await ledger.takeBack(top);
    const left = await ledger.top();
    if (left) return;
    logger.error({ network: network.id }, 'A reorg is deeper than the blocks kept; raise keepBlocks, and reconcile');
    const block = await node.block(top.number - 1n);
    if (block) await ledger.begin(block);
  };

  const watchedTransfers = async (block: EvmBlock): Promise<WatchedTransfer[]> => {
    const isWanted = (address: string): boolean => watches.watchers(network.id, address) !== undefined;
    const transfers = await blockTransfers(node, block, { network: network.id, isWanted, traces });
    const facts = await tokenFacts(transfers.map((one) => one.asset));
    return transfers.flatMap((transfer) => {
      const data = depositData(network, block, transfer, facts.get(transfer.asset) ?? {});
      return [...(watches.watchers(network.id, transfer.to) ?? [])].map((keyId) => ({ keyId, transfer, data }));
    });
  };

  const tokenFacts = async (assets: readonly string[]): Promise<Map<string, TokenFacts>> => {
    const tokens = [...new Set(assets)].filter((asset) => asset.startsWith(`${network.id}/erc20:`));
    const facts = tokens.map(async (asset) => [asset, await factsOf(asset.slice(asset.indexOf(':0x') + 1))] as const);
    return new Map(await Promise.all(facts));
  };

  return { network: network.id, step, position: () => position };
}
