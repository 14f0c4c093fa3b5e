import { invalidOption } from '../errors.ts';
import { findNetwork } from '../networks/registry.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import type { ChainCheck } from './kit/chain-check.ts';
import { checkOverUrls, type NodeOptions, nodeOptionNames } from './kit/check-over-urls.ts';
import { type TronNodeOptions, tronNodes } from './readers/tron/nodes.ts';

export type * from './kit/entry-types.ts';

/** Options of `tronChain`. Set `url` or `urls`. */
export interface TronChainOptions extends NodeOptions, TronNodeOptions {
  /** CAIP-2 of TRON, Shasta or Nile: `tron:728126428`, `tron:2494104990`, `tron:3448148188`; a node of another chain is refused. */
  network: string;
  /** URL of the HTTP API of a full node, above `/wallet`, for example `http://127.0.0.1:8090` or `https://api.trongrid.io`. */
  url?: string;
  urls?: readonly string[];
}

const optionNames: OptionNames<TronChainOptions> = { ...nodeOptionNames, apiKey: true };

/**
 * Creates the chain check of TRON over one or more full nodes. Throws `OPTION_INVALID`.
 *
 * @example
 * depositCallbacks({
 *   providers,
 *   policy: { ...policy, confirmations: { 'tron:728126428': 'finalized' } },
 *   store: sqliteStore({ path: 'deposits.db' }),
 *   chains: [tronChain({ network: 'tron:728126428', url: process.env.TRON_NODE, apiKey: process.env.TRON_KEY })],
 * });
 */
export function tronChain(options: TronChainOptions): ChainCheck {
  checkOptions('tronChain', options, optionNames, "{ network: 'tron:728126428', url }");
  const network = findNetwork(options.network);
  if (network?.family !== 'tron') throw invalidOption('network', 'must be the CAIP-2 id of TRON, tron:728126428');
  return checkOverUrls(options, tronNodes(network, options));
}
