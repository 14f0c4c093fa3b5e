import { invalidOption } from '../errors.ts';
import { findNetwork } from '../networks/registry.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import type { ChainCheck } from './kit/chain-check.ts';
import { checkOverUrls, type NodeOptions, nodeOptionNames } from './kit/check-over-urls.ts';
import { solanaNodes } from './readers/solana/nodes.ts';

export type * from './kit/entry-types.ts';

/** Options of `solanaChain`. Set `url` or `urls`. */
export interface SolanaChainOptions extends NodeOptions {
  /** CAIP-2 of Solana, its devnet or its testnet; a node of another cluster is refused. */
  network: string;
  /** URL of the JSON-RPC of a node, for example `http://127.0.0.1:8899`; a key may stand in it. */
  url?: string;
  urls?: readonly string[];
}

const optionNames: OptionNames<SolanaChainOptions> = { ...nodeOptionNames };

/**
 * Creates the chain check of Solana over one or more nodes: SOL, and tokens of both token programs. It sees final blocks
 * alone (commitment `finalized`). Throws `OPTION_INVALID`.
 *
 * @example
 * depositCallbacks({
 *   providers,
 *   policy,
 *   store: sqliteStore({ path: 'deposits.db' }),
 *   chains: [solanaChain({ network: 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp', url: process.env.SOLANA_NODE })],
 * });
 */
export function solanaChain(options: SolanaChainOptions): ChainCheck {
  checkOptions('solanaChain', options, optionNames, "{ network: 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp', url }");
  const network = findNetwork(options.network);
  if (network?.family !== 'solana') {
    throw invalidOption('network', 'must be the CAIP-2 id of Solana, its devnet or its testnet');
  }
  return checkOverUrls(options, solanaNodes(network));
}
