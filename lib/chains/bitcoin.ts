import { invalidOption } from '../errors.ts';
import { findNetwork } from '../networks/registry.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import type { ChainCheck } from './kit/chain-check.ts';
import { checkOverUrls, type NodeOptions, nodeOptionNames } from './kit/check-over-urls.ts';
import { type BitcoinNodeOptions, bitcoinNodes } from './readers/bitcoin/nodes.ts';

export type * from './kit/entry-types.ts';

/** Options of `bitcoinChain`. Set `url` or `urls`. */
export interface BitcoinChainOptions extends NodeOptions, BitcoinNodeOptions {
  /** CAIP-2 of Bitcoin, Litecoin, Dogecoin, Bitcoin Cash or one of their test networks; a node of another chain is refused. */
  network: string;
  /** URL of the service's own node, for example `http://127.0.0.1:8332`; a user name and password may stand in it. */
  url?: string;
  urls?: readonly string[];
}

const optionNames: OptionNames<BitcoinChainOptions> = {
  ...nodeOptionNames,
  username: true,
  password: true,
  cookieFile: true,
};

/**
 * Creates the chain check of Bitcoin, Litecoin, Dogecoin or Bitcoin Cash over one or more full nodes. Throws
 * `OPTION_INVALID`.
 *
 * @example
 * depositCallbacks({
 *   providers,
 *   policy,
 *   store: sqliteStore({ path: 'deposits.db' }),
 *   chains: [bitcoinChain({ network: 'bip122:000000000019d6689c085ae165831e93', url: process.env.BITCOIN_NODE })],
 * });
 */
export function bitcoinChain(options: BitcoinChainOptions): ChainCheck {
  checkOptions('bitcoinChain', options, optionNames, "{ network: 'bip122:000000000019d6689c085ae165831e93', url }");
  const network = findNetwork(options.network);
  if (network?.family !== 'bitcoin' && network?.family !== 'bitcoincash') {
    throw invalidOption('network', 'must be the CAIP-2 id of Bitcoin, Litecoin, Dogecoin or Bitcoin Cash');
  }
  return checkOverUrls(options, bitcoinNodes(network, options));
}
