import { invalidOption } from '../errors.ts';
import { findNetwork } from '../networks/registry.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import type { ChainCheck } from './kit/chain-check.ts';
import { checkOverUrls, type NodeOptions, nodeOptionNames } from './kit/check-over-urls.ts';
import { type TonNodeOptions, tonNodes } from './readers/ton/nodes.ts';

export type * from './kit/entry-types.ts';

/** Options of `tonChain`. Set `url` or `urls`. */
export interface TonChainOptions extends NodeOptions, TonNodeOptions {
  /** CAIP-2 of TON or its test network: `tvm:-239`, `tvm:-3`; a node of another network is refused. */
  network: string;
  /** URL of version 3 of toncenter's HTTP API, for example `https://toncenter.com/api/v3`, or that of your own `ton-indexer`. */
  url?: string;
  urls?: readonly string[];
}

const optionNames: OptionNames<TonChainOptions> = { ...nodeOptionNames, apiKey: true, assets: true };

/**
 * Creates the chain check of TON over one or more nodes: TON, and the jettons that are listed. It sees what the masterchain holds,
 * and needs `@ton/core`. Throws `OPTION_INVALID`; its functions reject with `CHAIN_DRIVER_MISSING`.
 *
 * @example
 * depositCallbacks({
 *   providers,
 *   policy,
 *   store: sqliteStore({ path: 'deposits.db' }),
 *   chains: [
 *     tonChain({
 *       network: 'tvm:-239',
 *       url: 'https://toncenter.com/api/v3',
 *       apiKey: process.env.TONCENTER_KEY,
 *       assets: policy.assets,
 *     }),
 *   ],
 * });
 */
export function tonChain(options: TonChainOptions): ChainCheck {
  checkOptions('tonChain', options, optionNames, "{ network: 'tvm:-239', url }");
  const network = findNetwork(options.network);
  if (network?.family !== 'ton') throw invalidOption('network', 'must be the CAIP-2 id of TON, tvm:-239');
  return checkOverUrls(options, tonNodes(network, options));
}
