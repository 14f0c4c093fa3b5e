import { DepositCallbackError, invalidOption } from '../errors.ts';
import type { Network } from '../networks/network.ts';
import { findNetwork } from '../networks/registry.ts';
import type { ChainCheck } from './kit/chain-check.ts';
import { checkOverUrls, type NodeOptions } from './kit/check-over-urls.ts';
import { jsonRpcClient } from './kit/json-rpc.ts';
import { loadDriver } from './readers/polkadot/driver.ts';
import { type SubstrateNode, substrateNode } from './readers/polkadot/node.ts';
import { substrateReader } from './readers/polkadot/reader.ts';

export type * from './kit/entry-types.ts';

/** Options of `polkadotChain`. Set `url` or `urls`. */
export interface PolkadotChainOptions extends NodeOptions {
  /** CAIP-2 of Polkadot, Kusama, one of their Asset Hubs or Westend; a node of another chain is refused. */
  network: string;
  /** URL of the JSON-RPC of a node over HTTP, for example `http://127.0.0.1:9944`. */
  url?: string;
  urls?: readonly string[];
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
export function polkadotChain(options: PolkadotChainOptions): ChainCheck {
  const network = findNetwork(options.network);
  if (network?.family !== 'substrate') {
    throw invalidOption('network', 'must be the CAIP-2 id of a Substrate network, for example of Polkadot Asset Hub');
  }
  return checkOverUrls(options, {
    network: network.id,
    concurrency,
    client: jsonRpcClient,
    verify: (client) => verifyNode(substrateNode(client, network, loadDriver), network),
    reader: (client) => substrateReader(substrateNode(client, network, loadDriver), network),
  });
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
