import { invalidOption } from '../errors.ts';
import { findNetwork } from '../networks/registry.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import type { ChainCheck } from './kit/chain-check.ts';
import { checkOverUrls, type NodeOptions, nodeOptionNames } from './kit/check-over-urls.ts';
import { type AptosNodeOptions, aptosNodes } from './readers/aptos/nodes.ts';

export type * from './kit/entry-types.ts';

/** Options of `aptosChain`. Set `url` or `urls`. */
export interface AptosChainOptions extends NodeOptions, AptosNodeOptions {
  /** CAIP-2 of Aptos or its testnet; a node of another chain is refused. */
  network: string;
  /** URL of the REST API of a node, with its version, for example `http://127.0.0.1:8080/v1`; a key may stand in it. */
  url?: string;
  urls?: readonly string[];
}

const optionNames: OptionNames<AptosChainOptions> = { ...nodeOptionNames, coins: true };

/**
 * Creates the chain check of Aptos over one or more full nodes: APT, coins and fungible assets. Throws
 * `OPTION_INVALID`.
 *
 * @example
 * depositCallbacks({
 *   providers,
 *   policy,
 *   store: sqliteStore({ path: 'deposits.db' }),
 *   chains: [aptosChain({ network: 'aptos:1', url: process.env.APTOS_NODE })],
 * });
 */
export function aptosChain(options: AptosChainOptions): ChainCheck {
  checkOptions('aptosChain', options, optionNames, "{ network: 'aptos:1', url }");
  const network = findNetwork(options.network);
  if (network?.family !== 'aptos') throw invalidOption('network', 'must be aptos:1 or aptos:2');
  return checkOverUrls(options, aptosNodes(network, options));
}
