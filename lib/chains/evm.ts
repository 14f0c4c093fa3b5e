import { createClient, http } from 'viem';
import { DepositCallbackError, invalidOption } from '../errors.ts';
import { findNetwork } from '../networks/registry.ts';
import type { ChainCheck } from './kit/chain-check.ts';
import { checkOverNodes, type NodeQuorum } from './kit/nodes.ts';
import { nodeUrls, type RpcClient, verifiedClient } from './kit/rpc-client.ts';
import { type EvmClient, evmNode } from './readers/evm/node.ts';
import { evmReader } from './readers/evm/reader.ts';

export type * from './kit/entry-types.ts';
export type { EvmClient } from './readers/evm/node.ts';

/** Options of `evmChain`. Set exactly one of `url`, `urls`, `client` and `clients`. */
export interface EvmChainOptions {
  /** CAIP-2 of an EVM network, for example `eip155:1`; a node of another chain is refused. */
  network: string;
  /** JSON-RPC URL of the service's own node. One of `url`, `urls`, `client`, `clients`. */
  url?: string;
  urls?: readonly string[];
  /** A viem client or an EIP-1193 provider, in place of a URL. */
  client?: EvmClient;
  clients?: readonly EvmClient[];
  /**
   * Number of nodes that must agree. A list requires more of them for larger amounts. Default 1: the first that
   * answers.
   */
  quorum?: NodeQuorum;
  /** Time limit of one request. Default 5000 ms. */
  timeoutMs?: number;
  /** Whether `transfersTo` looks for native transfers inside transactions; the node needs `debug_`. Default false. */
  traces?: boolean;
  /**
   * Whether `transfersTo` reads blocks whose `logsBloom` tells of logs that the node does not give: for networks whose nodes write no
   * right one. Default false: such a block is refused, because deposits in it would be missed.
   */
  ignoreBlooms?: boolean;
}

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
  const network = findNetwork(options.network);
  if (network?.family !== 'evm')
    throw invalidOption('network', 'must be the CAIP-2 id of an EVM network, for example eip155:1');
  const { id } = network;
  const { quorum, traces = false, ignoreBlooms = false } = options;
  const verify = (client: RpcClient): Promise<void> => verifyChain(client, id);
  const nodes = clientsOf(options).map((client) => evmNode(verifiedClient(client, verify)));
  const readers = nodes.map((node) => evmReader(node, { network: id, traces, ignoreBlooms }));
  return checkOverNodes({ network: id, nodes: readers, quorum });
}

function clientsOf({ url, urls, client, clients, timeoutMs = 5_000 }: EvmChainOptions): EvmClient[] {
  const given = [url, urls, client, clients].filter((one) => one !== undefined);
  if (given.length !== 1) throw invalidOption('url', 'set exactly one of url, urls, client and clients');
  const open = (one: string): EvmClient =>
    createClient({ transport: http(one, { timeout: timeoutMs, retryCount: 1 }) }) as EvmClient;
  const all = [...(client ? [client] : (clients ?? [])), ...nodeUrls(url, urls).map(open)];
  if (all.length === 0) throw invalidOption('urls', 'must list at least one node');
  return all;
}

async function verifyChain(client: RpcClient, network: string): Promise<void> {
  const found = `eip155:${await evmNode(client).chainId()}`;
  if (found === network) return;
  throw new DepositCallbackError('REQUEST_FAILED', `The node serves ${found}, not ${network}; check its URL`);
}
