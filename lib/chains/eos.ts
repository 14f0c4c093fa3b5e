import { invalidOption } from '../errors.ts';
import { findNetwork } from '../networks/registry.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import type { ChainCheck } from './kit/chain-check.ts';
import { checkOverUrls, type NodeOptions, nodeOptionNames } from './kit/check-over-urls.ts';
import { type EosNodeOptions, eosNodes } from './readers/eos/nodes.ts';

export type * from './kit/entry-types.ts';
export type { AssetDecimals } from './kit/listed-assets.ts';

/** Options of `eosChain`. Set `url` or `urls`. */
export interface EosChainOptions extends NodeOptions, EosNodeOptions {
  /** CAIP-2 of EOS (Vaulta) or Jungle 4, `antelope:aca376f206b8fc25a6ed44dbdc66547c`; a node of another chain is refused. */
  network: string;
  /** URL of the HTTP API of `nodeos` with its `trace_api_plugin`, above `/v1`, for example `http://127.0.0.1:8888`. */
  url?: string;
  urls?: readonly string[];
}

const optionNames: OptionNames<EosChainOptions> = { ...nodeOptionNames, assets: true };

/**
 * Creates the chain check of EOS (Vaulta) over one or more nodes: EOS, and the tokens that are listed. It sees irreversible blocks
 * alone. Throws `OPTION_INVALID`.
 *
 * @example
 * depositCallbacks({
 *   providers,
 *   policy,
 *   store: sqliteStore({ path: 'deposits.db' }),
 *   chains: [
 *     eosChain({
 *       network: 'antelope:aca376f206b8fc25a6ed44dbdc66547c',
 *       url: process.env.EOS_NODE,
 *       assets: [{ asset: 'antelope:aca376f206b8fc25a6ed44dbdc66547c/token:core.vaulta-A', decimals: 4 }],
 *     }),
 *   ],
 * });
 */
export function eosChain(options: EosChainOptions): ChainCheck {
  checkOptions('eosChain', options, optionNames, "{ network: 'antelope:aca376f206b8fc25a6ed44dbdc66547c', url }");
  const network = findNetwork(options.network);
  if (network?.family !== 'antelope') {
    throw invalidOption('network', 'must be the CAIP-2 id of EOS, antelope:aca376f206b8fc25a6ed44dbdc66547c');
  }
  return checkOverUrls(options, eosNodes(network, options));
}
