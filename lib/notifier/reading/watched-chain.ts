import type { ChainReader } from '../../chains/kit/chain-reader.ts';
import { type NodesOfChain, readersOverUrls } from '../../chains/kit/check-over-urls.ts';
import { readListedAssets } from '../../chains/kit/listed-assets.ts';
import { firstReader } from '../../chains/kit/nodes.ts';
import type { RpcClient } from '../../chains/kit/rpc-client.ts';
import { aptosNodes } from '../../chains/readers/aptos/nodes.ts';
import { bitcoinNodes } from '../../chains/readers/bitcoin/nodes.ts';
import { eosNodes } from '../../chains/readers/eos/nodes.ts';
import { evmClients, evmReaders } from '../../chains/readers/evm/nodes.ts';
import { substrateNodes } from '../../chains/readers/polkadot/nodes.ts';
import { solanaNodes } from '../../chains/readers/solana/nodes.ts';
import { tonNodes } from '../../chains/readers/ton/nodes.ts';
import { tronNodes } from '../../chains/readers/tron/nodes.ts';
import { xrpNodes } from '../../chains/readers/xrp/nodes.ts';
import type { Network } from '../../networks/network.ts';
import type { Logger } from '../../observe/logger.ts';
import type { WatchedNetwork } from '../watched-network.ts';
import { createTokenFacts, type TokenFacts } from './token-facts.ts';

/** How one network is read. */
export interface WatchedChain {
  readonly reader: ChainReader;
  /** What is known of assets (CAIP-19): never rejects, and waits only so long. */
  findFacts(assets: readonly string[]): Promise<ReadonlyMap<string, TokenFacts>>;
}

/** What the options of a family's nodes are called, beside those of every network. */
interface ReadOptions {
  readonly names: readonly (keyof WatchedNetwork)[];
  /** Whether its reader sees final blocks alone. */
  readonly isFinal: boolean;
}

const evm: ReadOptions = { names: ['client', 'traces', 'ignoreBlooms'], isFinal: false };

const families: Readonly<
  Record<string, ReadOptions & { nodes(network: Network, given: WatchedNetwork): NodesOfChain }>
> = {
  bitcoin: { names: ['username', 'password', 'cookieFile'], isFinal: false, nodes: bitcoinNodes },
  bitcoincash: { names: ['username', 'password', 'cookieFile'], isFinal: false, nodes: bitcoinNodes },
  tron: { names: ['apiKey'], isFinal: false, nodes: tronNodes },
  solana: { names: [], isFinal: true, nodes: solanaNodes },
  aptos: { names: ['coins'], isFinal: true, nodes: aptosNodes },
  substrate: { names: [], isFinal: true, nodes: substrateNodes },
  antelope: { names: ['assets'], isFinal: true, nodes: eosNodes },
  ton: { names: ['apiKey', 'assets'], isFinal: true, nodes: tonNodes },
  xrpl: { names: ['assets'], isFinal: true, nodes: xrpNodes },
};

/** Undefined for a network that no reader knows. */
export function readOptionsOf({ family }: Network): ReadOptions | undefined {
  return family === 'evm' ? evm : families[family];
}

/** Throws `OPTION_INVALID`. Nothing is asked yet. */
export function openChain(network: Network, given: WatchedNetwork, logger: Logger): WatchedChain {
  // A block is more than the question about one transaction, for which a check allows less.
  const options = { ...given, timeoutMs: 10_000 };
  const nodes = families[network.family]?.nodes(network, given);
  if (nodes) return { reader: firstReader(readersOverUrls(options, nodes)), findFacts: listedFacts(network, given) };
  const clients = evmClients(network.id, options);
  if (given.traces !== true) {
    logger.warn(
      { network: network.id },
      'Native transfers inside transactions are not watched; set traces to see them',
    );
  }
  return {
    reader: firstReader(evmReaders(network.id, clients, given)),
    findFacts: contractFacts(network, clients, logger),
  };
}

function listedFacts(network: Network, { assets = [] }: WatchedNetwork): WatchedChain['findFacts'] {
  const decimals = readListedAssets(assets, network, '');
  const facts = new Map([...decimals].map(([asset, number]) => [asset, { decimals: number }]));
  return async () => facts;
}

function contractFacts({ id }: Network, [client]: readonly RpcClient[], logger: Logger): WatchedChain['findFacts'] {
  if (!client) return async () => new Map();
  const find = createTokenFacts(client, { logger });
  const prefix = `${id}/erc20:`;
  return async (assets) => {
    const contracts = assets.filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length));
    const found = await find(contracts);
    return new Map([...found].map(([contract, facts]) => [`${prefix}${contract}`, facts]));
  };
}
