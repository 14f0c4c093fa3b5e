import { invalidOption } from '../../errors.ts';
import type { OptionNames } from '../../util/given-options.ts';
import type { ChainCheck } from './chain-check.ts';
import type { ChainReader } from './chain-reader.ts';
import type { NodeConnectionOptions } from './node-connection.ts';
import { checkOverNodes, type NodeQuorum } from './nodes.ts';
import { nodeUrls, type RpcClient, verifiedClient } from './rpc-client.ts';

/** Options of every check that asks its nodes over HTTP. */
export interface NodeOptions {
  /**
   * Number of nodes that must agree. A list requires more of them for larger amounts. Default 1: the first that
   * answers.
   */
  quorum?: NodeQuorum;
  /** Time limit of one request. Default 10000 ms. */
  timeoutMs?: number;
}

/** The nodes at some URLs; set exactly one. */
export interface NodeUrls {
  url?: string;
  urls?: readonly string[];
}

/** The names of those options and of `network`. */
export const nodeOptionNames: OptionNames<NodeOptions & NodeUrls & { network: string }> = {
  network: true,
  url: true,
  urls: true,
  quorum: true,
  timeoutMs: true,
};

/** How the nodes of one chain are asked. */
export interface NodesOfChain {
  /** CAIP-2. */
  network: string;
  /** Requests that are under way at one node at once. */
  concurrency: number;
  client(connection: NodeConnectionOptions): RpcClient;
  /** Rejects if the node is not of the network. */
  verify(client: RpcClient): Promise<void>;
  reader(client: RpcClient): ChainReader;
}

/** The chain check over the nodes at some URLs, each verified before it is asked. Throws `OPTION_INVALID`. */
export function checkOverUrls(options: NodeOptions & NodeUrls, chain: NodesOfChain): ChainCheck {
  const { network } = chain;
  return checkOverNodes({ network, nodes: readersOverUrls(options, chain), quorum: options.quorum });
}

/** The nodes at some URLs, each verified before it is asked. Throws `OPTION_INVALID`. */
export function readersOverUrls(
  { url, urls, timeoutMs = 10_000 }: Pick<NodeOptions, 'timeoutMs'> & NodeUrls,
  { concurrency, client, verify, reader }: NodesOfChain,
): ChainReader[] {
  if ((url === undefined) === (urls === undefined)) throw invalidOption('url', 'set exactly one of url and urls');
  const given = nodeUrls(url, urls);
  if (given.length === 0) throw invalidOption('urls', 'must list at least one node');
  return given.map((one) => reader(verifiedClient(client({ url: one, timeoutMs, concurrency }), verify)));
}
