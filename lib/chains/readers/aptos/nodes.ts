import { DepositCallbackError, invalidOption } from '../../../errors.ts';
import { assetOn } from '../../../networks/canonical.ts';
import type { Network } from '../../../networks/network.ts';
import type { NodesOfChain } from '../../kit/check-over-urls.ts';
import { assetNames } from './names.ts';
import { type AptosNode, aptosNode } from './node.ts';
import { aptosReader } from './reader.ts';
import { restClient } from './rest-client.ts';

export interface AptosNodeOptions {
  /**
   * Types of the coins that the policy lists by their type, although they became fungible assets, for example
   * `0xf2::asset::USDC`. Default: none; each is called by its metadata.
   */
  coins?: readonly string[];
}

// Of nodes that are shared by many, each takes so many questions a second.
const concurrency = 8;

/** Throws `OPTION_INVALID`. */
export function aptosNodes(network: Network, options: AptosNodeOptions): NodesOfChain {
  const coins = new Set((options.coins ?? []).map((type) => coinAsset(type, network)));
  return {
    network: network.id,
    concurrency,
    client: restClient,
    verify: (client) => verifyChain(aptosNode(client, network), network),
    reader(client) {
      const node = aptosNode(client, network);
      return aptosReader(node, assetNames(node, coins));
    },
  };
}

async function verifyChain(node: Pick<AptosNode, 'ledger'>, { id }: Network): Promise<void> {
  const { network } = await node.ledger();
  if (network === id) return;
  throw new DepositCallbackError('REQUEST_FAILED', `The node serves ${network}, not ${id}; check its URL`);
}

function coinAsset(type: string, network: Network): string {
  try {
    return assetOn(network, { namespace: 'coin', reference: type });
  } catch {
    throw invalidOption('coins', `must list types of coins, such as 0x1::aptos_coin::AptosCoin, and not ${type}`);
  }
}
