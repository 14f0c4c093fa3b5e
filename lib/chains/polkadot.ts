import { DepositCallbackError, invalidOption } from '../errors.ts';
import type { Network } from '../networks/network.ts';
import { findNetwork } from '../networks/registry.ts';
import type { ChainCheck } from './kit/chain-check.ts';
import { jsonRpcClient } from './kit/json-rpc.ts';
import { checkOverNodes, type NodeQuorum } from './kit/nodes.ts';
import { nodeUrls, verifiedClient } from './kit/rpc-client.ts';
import { loadDriver } from './polkadot/driver.ts';
import { type SubstrateNode, substrateNode } from './polkadot/node.ts';
import { substrateReader } from './polkadot/reader.ts';

export type {
  ChainBlock,
  ChainBlockTransfers,
  ChainCheck,
  ChainClaim,
  ChainHead,
  ChainQuery,
  ChainRow,
  ChainSubject,
  ChainTransfer,
  ChainVerdict,
  MinedVerdict,
} from './kit/chain-check.ts';
export type { NodeQuorum } from './kit/nodes.ts';

/** Options of `polkadotChain`. Set `url` or `urls`. */
export interface PolkadotChainOptions {
  /** CAIP-2 of Polkadot, Kusama, one of their Asset Hubs or Westend; a node of another chain is refused. */
  network: string;
  /** URL of the JSON-RPC of a node over HTTP, for example `http://127.0.0.1:9944`. */
  url?: string;
  urls?: readonly string[];
  /**
   * Number of nodes that must agree. A list requires more of them for larger amounts. Default 1: the first that
   * answers.
   */
  quorum?: NodeQuorum;
  /** Time limit of one request. Default 10000 ms. */
  timeoutMs?: number;
}

// Of nodes that are shared by many, each takes so many questions a second.
const concurrency = 8;

/**
 * Creates the chain check of a Substrate network over one or more nodes: the native coin, and on an Asset Hub the assets
 * that have a number. It sees finalized blocks alone, and needs `@polkadot-api/metadata-builders` and
 * `@polkadot-api/substrate-bindings`. Throws `OPTION_INVALID`; its functions reject with `CHAIN_DRIVER_MISSING`.
 *
 * @example
 * depositCallbacks({
 *   providers,
 *   policy,
 *   store: sqliteStore({ path: 'deposits.db' }),
 *   chains: [polkadotChain({ network: 'polkadot:68d56f15f85d3136970ec16946040bc1', url: process.env.ASSET_HUB_NODE })],
 * });
 */
export function polkadotChain({
  network: id,
  url,
  urls,
  quorum,
  timeoutMs = 10_000,
}: PolkadotChainOptions): ChainCheck {
  const network = findNetwork(id);
  if (network?.family !== 'substrate') {
    throw invalidOption('network', 'must be the CAIP-2 id of a Substrate network, for example of Polkadot Asset Hub');
  }
  if ((url === undefined) === (urls === undefined)) throw invalidOption('url', 'set exactly one of url and urls');
  const given = nodeUrls(url, urls);
  if (given.length === 0) throw invalidOption('urls', 'must list at least one node');
  const nodes = given.map((one) => {
    const client = jsonRpcClient({ url: one, timeoutMs, concurrency });
    const verify = (): Promise<void> => verifyNode(substrateNode(client, network, loadDriver), network);
    return substrateReader(substrateNode(verifiedClient(client, verify), network, loadDriver), network);
  });
  return checkOverNodes({ network: network.id, nodes, quorum });
}

/** A node of another chain may have a block of the same number, with an extrinsic of the same index. */
async function verifyNode(node: Pick<SubstrateNode, 'genesisHash'>, { id, name }: Network): Promise<void> {
  await loadDriver();
  const genesis = await node.genesisHash();
  // CAIP-2 has the first 32 digits of it.
  if (genesis.slice(2, 34) === id.slice('polkadot:'.length)) return;
  const what = `The node serves the chain with the genesis ${genesis}, not ${name} (${id}); check its URL`;
  throw new DepositCallbackError('REQUEST_FAILED', what);
}
