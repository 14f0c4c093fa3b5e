import { createClient, http } from 'viem';
import { DepositCallbackError, invalidOption } from '../../../errors.ts';
import type { ChainReader } from '../../kit/chain-reader.ts';
import { nodeUrls, type RpcClient, verifiedClient } from '../../kit/rpc-client.ts';
import { type EvmClient, evmNode } from './node.ts';
import { evmReader } from './reader.ts';

/** The nodes of an EVM network. Set exactly one of `url`, `urls`, `client` and `clients`. */
export interface EvmNodeOptions {
  /** JSON-RPC URL of the service's own node. One of `url`, `urls`, `client`, `clients`. */
  url?: string;
  urls?: readonly string[];
  /** A viem client or an EIP-1193 provider, in place of a URL. */
  client?: EvmClient;
  clients?: readonly EvmClient[];
  /** Time limit of one request. Default 5000 ms. */
  timeoutMs?: number;
  /** Whether the rows of a block include native transfers inside transactions; the node needs `debug_`. Default false. */
  traces?: boolean;
  /**
   * Whether blocks are read whose `logsBloom` tells of logs that the node does not give: for networks whose nodes compute no right
   * one. Default false: such a block is refused, because deposits in it would be missed.
   */
  ignoreBlooms?: boolean;
}

/** The clients of those nodes, each verified before it is asked. Throws `OPTION_INVALID`. */
export function evmClients(network: string, options: EvmNodeOptions): RpcClient[] {
  const { url, urls, client, clients, timeoutMs = 5_000 } = options;
  const given = [url, urls, client, clients].filter((one) => one !== undefined);
  if (given.length !== 1) throw invalidOption('url', 'set exactly one of url, urls, client and clients');
  const open = (one: string): EvmClient =>
    createClient({ transport: http(one, { timeout: timeoutMs, retryCount: 1 }) }) as EvmClient;
  const all = [...(client ? [client] : (clients ?? [])), ...nodeUrls(url, urls).map(open)];
  if (all.length === 0) throw invalidOption('urls', 'must list at least one node');
  return all.map((one) => verifiedClient(one, (asked) => verifyChain(asked, network)));
}

export function evmReaders(
  network: string,
  clients: readonly RpcClient[],
  { traces = false, ignoreBlooms = false }: EvmNodeOptions,
): ChainReader[] {
  return clients.map((client) => evmReader(evmNode(client), { network, traces, ignoreBlooms }));
}

async function verifyChain(client: RpcClient, network: string): Promise<void> {
  const found = `eip155:${await evmNode(client).chainId()}`;
  if (found === network) return;
  throw new DepositCallbackError('REQUEST_FAILED', `The node serves ${found}, not ${network}; check its URL`);
}
