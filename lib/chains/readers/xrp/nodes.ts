import { DepositCallbackError } from '../../../errors.ts';
import type { Network } from '../../../networks/network.ts';
import type { NodesOfChain } from '../../kit/check-over-urls.ts';
import { jsonRpcClient } from '../../kit/json-rpc.ts';
import { type AssetDecimals, readListedAssets } from '../../kit/listed-assets.ts';
import { type XrpNode, xrpNode } from './node.ts';
import { xrpReader } from './reader.ts';

export interface XrpNodeOptions {
  /**
   * The tokens (issued currencies) to read, with the decimals in which the policy counts them: the ledger itself has none. Assets
   * of other networks are passed over, so `policy.assets` can be given. Default none: XRP alone.
   */
  assets?: readonly AssetDecimals[];
}

// Public servers limit each address by load, and refuse what is above.
const concurrency = 4;

/** Throws `OPTION_INVALID`. */
export function xrpNodes(network: Network, { assets = [] }: XrpNodeOptions): NodesOfChain {
  const listed = readListedAssets(assets, network, 'token:USD.rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B');
  return {
    network: network.id,
    concurrency,
    client: jsonRpcClient,
    verify: (client) => verifyNetwork(xrpNode(client, network, listed), network),
    reader: (client) => xrpReader(xrpNode(client, network, listed), { network, listed }),
  };
}

/** An address and a transaction may be the same on every network of this kind, so a server must say which it serves. */
async function verifyNetwork(node: Pick<XrpNode, 'networkId'>, { id, name }: Network): Promise<void> {
  const found = await node.networkId();
  if (`xrpl:${found}` === id) return;
  const what =
    found === undefined
      ? 'does not say which network it serves; set [network_id] in its configuration'
      : `serves xrpl:${found}`;
  throw new DepositCallbackError('REQUEST_FAILED', `The node ${what}, not ${name} (${id})`);
}
