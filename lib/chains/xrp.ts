import { invalidOption } from '../errors.ts';
import { findNetwork } from '../networks/registry.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import type { ChainCheck } from './kit/chain-check.ts';
import { checkOverUrls, type NodeOptions, nodeOptionNames } from './kit/check-over-urls.ts';
import { type XrpNodeOptions, xrpNodes } from './readers/xrp/nodes.ts';

export type * from './kit/entry-types.ts';
export type { AssetDecimals } from './kit/listed-assets.ts';

/** Options of `xrpChain`. Set `url` or `urls`. */
export interface XrpChainOptions extends NodeOptions, XrpNodeOptions {
  /** CAIP-2 of the XRP Ledger or a test network: `xrpl:0`, `xrpl:1`, `xrpl:2`; a server of another network is refused. */
  network: string;
  /** URL of the JSON-RPC of `rippled` (`xrpld`) or Clio, for example `http://127.0.0.1:5005`. */
  url?: string;
  urls?: readonly string[];
}

const optionNames: OptionNames<XrpChainOptions> = { ...nodeOptionNames, assets: true };

/**
 * Creates the chain check of the XRP Ledger over one or more servers: XRP, and the tokens that are listed. It sees validated
 * ledgers alone. Throws `OPTION_INVALID`.
 *
 * @example
 * depositCallbacks({
 *   providers,
 *   policy,
 *   store: sqliteStore({ path: 'deposits.db' }),
 *   chains: [xrpChain({ network: 'xrpl:0', url: process.env.XRPL_NODE, assets: policy.assets })],
 * });
 */
export function xrpChain(options: XrpChainOptions): ChainCheck {
  checkOptions('xrpChain', options, optionNames, "{ network: 'xrpl:0', url }");
  const network = findNetwork(options.network);
  if (network?.family !== 'xrpl') throw invalidOption('network', 'must be the CAIP-2 id of the XRP Ledger, xrpl:0');
  return checkOverUrls(options, xrpNodes(network, options));
}
