import { DepositCallbackError } from '../../../errors.ts';
import type { Network } from '../../../networks/network.ts';
import type { NodesOfChain } from '../../kit/check-over-urls.ts';
import { jsonRpcClient } from '../../kit/json-rpc.ts';
import { loadDriver } from './driver.ts';
import { type SubstrateNode, substrateNode } from './node.ts';
import { substrateReader } from './reader.ts';

// Of nodes that are shared by many, each takes so many questions a second.
const concurrency = 8;

export function substrateNodes(network: Network): NodesOfChain {
  return {
    network: network.id,
    concurrency,
    client: jsonRpcClient,
    verify: (client) => verifyNode(substrateNode(client, network, loadDriver), network),
    reader: (client) => substrateReader(substrateNode(client, network, loadDriver), network),
  };
}

/** A node of another chain may have a block of the same number, with an extrinsic of the same index. */
async function verifyNode(node: Pick<SubstrateNode, 'genesisHash'>, { id, name }: Network): Promise<void> {
  await loadDriver();
  const genesis = await node.genesisHash();
  // CAIP-2 has the first 32 digits of it.
  if (genesis.slice(2, 34) === id.slice('polkadot:'.length)) return;
  const what = `The node serves the chain with the genesis ${genesis}, not ${name} (${id}); check its URL`;
  throw new DepositCallbackError('REQUEST_FAILED', what);
}
