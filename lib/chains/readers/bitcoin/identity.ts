import { DepositCallbackError } from '../../../errors.ts';
import type { Network } from '../../../networks/network.ts';
import type { BitcoinNode } from './node.ts';

/** A block that the chain of a network has, by the beginning of its hash. */
interface Mark {
  number: bigint;
  hash: string;
}

// Bitcoin, Bitcoin Cash, eCash and Bitcoin SV have the first 478,558 blocks in common; Bitcoin Cash and eCash the first
// 661,647. Each hash is a checkpoint of the node software of its chain.
const afterForks: Readonly<Record<string, Mark>> = {
  'bip122:000000000019d6689c085ae165831e93': { number: 478_559n, hash: '00000000000000000019f112ec0a9982' },
  'bip122:000000000000000000651ef99cb9fcbe': { number: 661_648n, hash: '0000000000000000029e471c41818d24' },
};

/**
 * Rejects with `REQUEST_FAILED` unless the node is of the network: test networks share the forms of addresses, and forks
 * share the first block.
 */
export async function verifyNetwork(node: Pick<BitcoinNode, 'blockHash'>, { id, name }: Network): Promise<void> {
  // CAIP-2 of the namespace bip122: the beginning of the hash of the first block.
  const mark = afterForks[id] ?? { number: 0n, hash: id.slice('bip122:'.length) };
  const hash = await node.blockHash(mark.number);
  if (hash === undefined) {
    throw refused(`has not come to block ${mark.number}, which tells ${name} from its forks; wait until it is in sync`);
  }
  if (!hash.startsWith(mark.hash)) throw refused(`serves another chain than ${name} (${id}); check its URL`);
}

function refused(what: string): DepositCallbackError {
  return new DepositCallbackError('REQUEST_FAILED', `The node ${what}`);
}
