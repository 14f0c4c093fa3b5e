import { invalidOption } from '../errors.ts';
import { findNetwork } from '../networks/registry.ts';
import type { ChainCheck } from './kit/chain-check.ts';
import { checkOverNodes, type NodeQuorum } from './kit/nodes.ts';
import { nodeUrls, verifiedClient } from './kit/rpc-client.ts';
import { httpApi } from './tron/http-api.ts';
import { verifyNetwork } from './tron/identity.ts';
import { tronNode } from './tron/node.ts';
import { tronReader } from './tron/reader.ts';

export type {
  ChainBlock,
  ChainBlockTransfers,
  ChainCheck,
  ChainClaim,
  ChainHead,
  ChainQuery,
  ChainRow,
  ChainSubject,
  ChainTransfer,
  ChainVerdict,
  MinedVerdict,
} from './kit/chain-check.ts';
export type { NodeQuorum } from './kit/nodes.ts';

/** Options of `tronChain`. Set `url` or `urls`. */
export interface TronChainOptions {
  /** CAIP-2 of TRON, Shasta or Nile: `tron:728126428`, `tron:2494104990`, `tron:3448148188`; a node of another chain is refused. */
  network: string;
  /** URL of the HTTP API of a full node, above `/wallet`, for example `http://127.0.0.1:8090` or `https://api.trongrid.io`. */
  url?: string;
  urls?: readonly string[];
  /** Sent to each node as `TRON-PRO-API-KEY`, which TronGrid asks for. */
  apiKey?: string;
  /**
   * Number of nodes that must agree. A list requires more of them for larger amounts. Default 1: the first that
   * answers.
   */
  quorum?: NodeQuorum;
  /** Time limit of one request. Default 10000 ms. */
  timeoutMs?: number;
}

// TronGrid counts requests per second (15 with a key).
const concurrency = 4;

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
  const network = findNetwork(options.network);
  if (network?.family !== 'tron') throw invalidOption('network', 'must be the CAIP-2 id of TRON, tron:728126428');
  const { url, urls, apiKey, timeoutMs = 10_000, quorum } = options;
  if ((url === undefined) === (urls === undefined)) throw invalidOption('url', 'set exactly one of url and urls');
  const given = nodeUrls(url, urls);
  if (given.length === 0) throw invalidOption('urls', 'must list at least one node');
  if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey)) {
    throw invalidOption('apiKey', 'must be the key alone, without spaces and line ends');
  }
  const nodes = given.map((one) => {
    const client = httpApi({ url: one, timeoutMs, apiKey, concurrency });
    const verify = (): Promise<void> => verifyNetwork(tronNode(client), network);
    return tronReader(tronNode(verifiedClient(client, verify)), network);
  });
  return checkOverNodes({ network: network.id, nodes, quorum });
}
