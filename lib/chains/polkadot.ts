import { invalidOption } from '../errors.ts';
import { findNetwork } from '../networks/registry.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import type { ChainCheck } from './kit/chain-check.ts';
import { checkOverUrls, type NodeOptions, nodeOptionNames } from './kit/check-over-urls.ts';
import { substrateNodes } from './readers/polkadot/nodes.ts';

export type * from './kit/entry-types.ts';

/** Options of `polkadotChain`. Set `url` or `urls`. */
export interface PolkadotChainOptions extends NodeOptions {
  /** CAIP-2 of Polkadot, Kusama, one of their Asset Hubs or Westend; a node of another chain is refused. */
  network: string;
  /** URL of the JSON-RPC of a node over HTTP, for example `http://127.0.0.1:9944`. */
  url?: string;
  urls?: readonly string[];
}

const optionNames: OptionNames<PolkadotChainOptions> = { ...nodeOptionNames };

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
  checkOptions('polkadotChain', options, optionNames, "{ network: 'polkadot:68d56f15f85d3136970ec16946040bc1', url }");
  const network = findNetwork(options.network);
  if (network?.family !== 'substrate') {
    throw invalidOption('network', 'must be the CAIP-2 id of a Substrate network, for example of Polkadot Asset Hub');
  }
  return checkOverUrls(options, substrateNodes(network));
}
