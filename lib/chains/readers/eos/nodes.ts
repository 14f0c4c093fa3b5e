import { DepositCallbackError } from '../../../errors.ts';
import type { Network } from '../../../networks/network.ts';
import type { NodesOfChain } from '../../kit/check-over-urls.ts';
import { type AssetDecimals, readListedAssets } from '../../kit/listed-assets.ts';
import { httpApi } from './http-api.ts';
import { contractsOf } from './listed-tokens.ts';
import { type EosNode, eosNode } from './node.ts';
import { eosReader } from './reader.ts';

export interface EosNodeOptions {
  /**
   * The tokens to read beside EOS of `eosio.token`, each with the decimals in which the policy counts it. Assets of other networks
   * are passed over, so `policy.assets` can be given. Default none: EOS alone.
   */
  assets?: readonly AssetDecimals[];
}

// Public nodes limit each address, and a trace of a whole block is costly to make.
const concurrency = 4;

/** Throws `OPTION_INVALID`. */
export function eosNodes(network: Network, { assets = [] }: EosNodeOptions): NodesOfChain {
  const listed = readListedAssets(assets, network, 'token:core.vaulta-A');
  const contracts = contractsOf(listed);
  return {
    network: network.id,
    concurrency,
    client: httpApi,
    verify: (client) => verifyNetwork(eosNode(client, contracts), network),
    reader: (client) => eosReader(eosNode(client, contracts), { network, listed }),
  };
}

/** Accounts and contracts have the same names on every chain of this kind, so a node must say which it serves. */
async function verifyNetwork(node: Pick<EosNode, 'chainId'>, { id, name }: Network): Promise<void> {
  // CAIP-2 of Antelope: the first 32 characters of the chain id.
  const found = `antelope:${(await node.chainId()).slice(0, 32)}`;
  if (found === id) return;
  throw new DepositCallbackError('REQUEST_FAILED', `The node serves ${found}, not ${name} (${id}); check its URL`);
}
