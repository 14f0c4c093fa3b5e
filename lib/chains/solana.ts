import { DepositCallbackError, invalidOption } from '../errors.ts';
import type { Network } from '../networks/network.ts';
import { findNetwork } from '../networks/registry.ts';
import type { ChainCheck } from './kit/chain-check.ts';
import { jsonRpcClient } from './kit/json-rpc.ts';
import { checkOverNodes, type NodeQuorum } from './kit/nodes.ts';
import { nodeUrls, verifiedClient } from './kit/rpc-client.ts';
import { type SolanaNode, solanaNode } from './solana/node.ts';
import { solanaReader } from './solana/reader.ts';

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

/** Options of `solanaChain`. Set `url` or `urls`. */
export interface SolanaChainOptions {
  /** CAIP-2 of Solana, its devnet or its testnet; a node of another cluster is refused. */
  network: string;
  /** URL of the JSON-RPC of a node, for example `http://127.0.0.1:8899`; a key may stand in it. */
  url?: string;
  urls?: readonly string[];
  /**
   * Number of nodes that must agree. A list requires more of them for larger amounts. Default 1: the first that
   * answers.
   */
  quorum?: NodeQuorum;
  /** Time limit of one request. Default 10000 ms. */
  timeoutMs?: number;
}

// Of nodes that are shared by many, each takes so many questions a second.
const concurrency = 8;

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
export function solanaChain({ network: id, url, urls, quorum, timeoutMs = 10_000 }: SolanaChainOptions): ChainCheck {
  const network = findNetwork(id);
  if (network?.family !== 'solana') {
    throw invalidOption('network', 'must be the CAIP-2 id of Solana, its devnet or its testnet');
  }
  if ((url === undefined) === (urls === undefined)) throw invalidOption('url', 'set exactly one of url and urls');
  const given = nodeUrls(url, urls);
  if (given.length === 0) throw invalidOption('urls', 'must list at least one node');
  const nodes = given.map((one) => {
    const client = jsonRpcClient({ url: one, timeoutMs, concurrency });
    const verify = (): Promise<void> => verifyCluster(solanaNode(client, network), network);
    return solanaReader(solanaNode(verifiedClient(client, verify), network), network);
  });
  return checkOverNodes({ network: network.id, nodes, quorum });
}

/** CAIP-2 of the namespace solana: the beginning of the hash of the first block. */
async function verifyCluster(node: Pick<SolanaNode, 'genesisHash'>, { id, name }: Network): Promise<void> {
  if ((await node.genesisHash()).startsWith(id.slice('solana:'.length))) return;
  throw new DepositCallbackError(
    'REQUEST_FAILED',
    `The node serves another cluster than ${name} (${id}); check its URL`,
  );
}
