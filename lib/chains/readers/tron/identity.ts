import { DepositCallbackError } from '../../../errors.ts';
import type { Network } from '../../../networks/network.ts';
import type { TronNode } from './node.ts';

/** Rejects with `REQUEST_FAILED` unless the node is of the network: test networks have addresses of the same form. */
export async function verifyNetwork(node: Pick<TronNode, 'header'>, { id, name }: Network): Promise<void> {
  const first = await node.header(0n);
  if (!first) throw refused('has no first block; a full node with the whole history is needed');
  // CAIP-2 of TRON: the chain id, which is the end of the hash of the first block.
  const found = `tron:${BigInt(`0x${first.hash.slice(-8)}`)}`;
  if (found !== id) throw refused(`serves ${found}, not ${name} (${id}); check its URL`);
}

function refused(what: string): DepositCallbackError {
  return new DepositCallbackError('REQUEST_FAILED', `The node ${what}`);
}
