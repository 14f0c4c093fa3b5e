import { DepositCallbackError, invalidOption } from '../errors.ts';
import type { Network } from '../networks/network.ts';
import { findNetwork } from '../networks/registry.ts';
import type { ChainCheck } from './kit/chain-check.ts';
import { checkOverUrls, type NodeOptions } from './kit/check-over-urls.ts';
import { jsonRpcClient } from './kit/json-rpc.ts';
import { type SolanaNode, solanaNode } from './readers/solana/node.ts';
import { solanaReader } from './readers/solana/reader.ts';

export type * from './kit/entry-types.ts';

/** Options of `solanaChain`. Set `url` or `urls`. */
export interface SolanaChainOptions extends NodeOptions {
  /** CAIP-2 of Solana, its devnet or its testnet; a node of another cluster is refused. */
  network: string;
  /** URL of the JSON-RPC of a node, for example `http://127.0.0.1:8899`; a key may stand in it. */
  url?: string;
  urls?: readonly string[];
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
export function solanaChain(options: SolanaChainOptions): ChainCheck {
  const network = findNetwork(options.network);
  if (network?.family !== 'solana') {
    throw invalidOption('network', 'must be the CAIP-2 id of Solana, its devnet or its testnet');
  }
  return checkOverUrls(options, {
    network: network.id,
    concurrency,
    client: jsonRpcClient,
    verify: (client) => verifyCluster(solanaNode(client, network), network),
    reader: (client) => solanaReader(solanaNode(client, network), network),
  });
}

/** CAIP-2 of the namespace solana: the beginning of the hash of the first block. */
async function verifyCluster(node: Pick<SolanaNode, 'genesisHash'>, { id, name }: Network): Promise<void> {
  if ((await node.genesisHash()).startsWith(id.slice('solana:'.length))) return;
  throw new DepositCallbackError(
    'REQUEST_FAILED',
    `The node serves another cluster than ${name} (${id}); check its URL`,
  );
}
