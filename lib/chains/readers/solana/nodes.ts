import { DepositCallbackError } from '../../../errors.ts';
import type { Network } from '../../../networks/network.ts';
import type { NodesOfChain } from '../../kit/check-over-urls.ts';
import { jsonRpcClient } from '../../kit/json-rpc.ts';
import { type SolanaNode, solanaNode } from './node.ts';
import { solanaReader } from './reader.ts';

// Of nodes that are shared by many, each takes so many questions a second.
const concurrency = 8;

export function solanaNodes(network: Network): NodesOfChain {
  return {
    network: network.id,
    concurrency,
    client: jsonRpcClient,
    verify: (client) => verifyCluster(solanaNode(client, network), network),
    reader: (client) => solanaReader(solanaNode(client, network), network),
  };
}

/** CAIP-2 of the namespace solana: the beginning of the hash of the first block. */
async function verifyCluster(node: Pick<SolanaNode, 'genesisHash'>, { id, name }: Network): Promise<void> {
  if ((await node.genesisHash()).startsWith(id.slice('solana:'.length))) return;
  throw new DepositCallbackError(
    'REQUEST_FAILED',
    `The node serves another cluster than ${name} (${id}); check its URL`,
  );
}
