import { invalidOption } from '../errors.ts';
import { findNetwork } from '../networks/registry.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import type { ChainCheck } from './kit/chain-check.ts';
import { checkOverNodes, type NodeQuorum } from './kit/nodes.ts';
import { type EvmNodeOptions, evmClients, evmReaders } from './readers/evm/nodes.ts';

export type * from './kit/entry-types.ts';
export type { EvmClient } from './readers/evm/node.ts';

/** Options of `evmChain`. Set exactly one of `url`, `urls`, `client` and `clients`. */
export interface EvmChainOptions extends EvmNodeOptions {
  /** CAIP-2 of an EVM network, for example `eip155:1`; a node of another chain is refused. */
  network: string;
  /**
   * Number of nodes that must agree. A list requires more of them for larger amounts. Default 1: the first that
   * answers.
   */
  quorum?: NodeQuorum;
}

const optionNames: OptionNames<EvmChainOptions> = {
  network: true,
  url: true,
  urls: true,
  client: true,
  clients: true,
  quorum: true,
  timeoutMs: true,
  traces: true,
  ignoreBlooms: true,
};

/**
 * Creates the chain check of an EVM network over one or more nodes. Throws `OPTION_INVALID`.
 *
 * @example
 * depositCallbacks({
 *   providers,
 *   policy,
 *   store: sqliteStore({ path: 'deposits.db' }),
 *   chains: [evmChain({ network: 'eip155:1', url: process.env.ETHEREUM_NODE })],
 * });
 */
export function evmChain(options: EvmChainOptions): ChainCheck {
  checkOptions('evmChain', options, optionNames, "{ network: 'eip155:1', url }");
  const network = findNetwork(options.network);
  if (network?.family !== 'evm')
    throw invalidOption('network', 'must be the CAIP-2 id of an EVM network, for example eip155:1');
  const { id } = network;
  const nodes = evmReaders(id, evmClients(id, options), options);
  return checkOverNodes({ network: id, nodes, quorum: options.quorum });
}
