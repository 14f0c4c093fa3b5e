import type { ChainReader } from '../../chains/kit/chain-reader.ts';
import { type NodesOfChain, readersOverUrls } from '../../chains/kit/check-over-urls.ts';
import { type BlockReader, type Dissent, jointReader } from '../../chains/kit/joint-reader.ts';
import { readListedAssets } from '../../chains/kit/listed-assets.ts';
import { readQuorum } from '../../chains/kit/nodes.ts';
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
import { type AssetFacts, contractFacts, fixedFacts } from './token-facts.ts';

/** How one network is read. */
export interface WatchedChain {
  readonly reader: BlockReader;
  /** What is known of assets (CAIP-19). */
  readonly facts: AssetFacts;
}

/** What the options of a family's nodes are called, beside those of every network. */
interface ReadOptions {
  readonly names: readonly (keyof WatchedNetwork)[];
  /** Whether its reader sees final blocks alone. */
  readonly isFinal: boolean;
}

const evm: ReadOptions = { names: ['client', 'clients', 'traces', 'ignoreBlooms'], isFinal: false };

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
  const join = (nodes: readonly ChainReader[]): BlockReader => {
    const quorum = readQuorum(given.quorum ?? 1, nodes.length);
    return jointReader({ network: network.id, nodes, quorum, report: tellDissent(network, logger) });
  };
  const nodes = families[network.family]?.nodes(network, given);
  if (nodes) return { reader: join(readersOverUrls(options, nodes)), facts: listedFacts(network, given) };
  const clients = evmClients(network.id, options);
  const [client] = clients;
  if (given.traces !== true) {
    logger.warn(
      { network: network.id },
      'Native transfers inside transactions are not watched; set traces to see them',
    );
  }
  return {
    reader: join(evmReaders(network.id, clients, given)),
    facts: client ? contractFacts(client, `${network.id}/erc20:`) : fixedFacts(new Map()),
  };
}

/** Once for each node: it is asked again and again, and others agree on every block without it. */
function tellDissent({ id: network }: Network, logger: Logger): (dissent: Dissent) => void {
  const told = new Set<number>();
  return ({ node, block }) => {
    if (told.has(node)) return;
    told.add(node);
    const place = { network, node: node + 1, block: block.toString() };
    logger.error(place, 'A node contradicts the others about a block, which agree; look at it, and replace it');
  };
}

function listedFacts(network: Network, { assets = [] }: WatchedNetwork): AssetFacts {
  const decimals = readListedAssets(assets, network, '');
  return fixedFacts(new Map([...decimals].map(([asset, number]) => [asset, { decimals: number }])));
}
