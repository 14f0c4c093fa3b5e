import { DepositCallbackError } from '../../../errors.ts';
import type { Network } from '../../../networks/network.ts';
import { splitAsset } from '../../../networks/registry.ts';
import { readApiKey } from '../../kit/api-key.ts';
import type { NodesOfChain } from '../../kit/check-over-urls.ts';
import { type AssetDecimals, listedAsset } from '../../kit/listed-assets.ts';
import { loadDriver } from './driver.ts';
import { httpApi } from './http-api.ts';
import { type TonNode, tonNode } from './node.ts';
import { tonReader } from './reader.ts';

export interface TonNodeOptions {
  /** Sent to each node as `X-API-Key`. */
  apiKey?: string;
  /** The jettons to read beside TON. Assets of other networks are passed over, so `policy.assets` can be given. Default none. */
  assets?: readonly Pick<AssetDecimals, 'asset'>[];
}

// toncenter counts requests per second (10 with a free key).
const concurrency = 4;

/** Throws `OPTION_INVALID`. */
export function tonNodes(network: Network, options: TonNodeOptions): NodesOfChain {
  const apiKey = readApiKey(options.apiKey);
  const jettons = jettonsIn(options.assets ?? [], network);
  return {
    network: network.id,
    concurrency,
    client: (connection) => httpApi({ ...connection, apiKey }),
    verify: (client) => verifyNetwork(tonNode(client, network, loadDriver), network),
    reader: (client) => tonReader(tonNode(client, network, loadDriver), { network, jettons }),
  };
}

/** Listed jettons by the address of their master. */
function jettonsIn(assets: readonly Pick<AssetDecimals, 'asset'>[], network: Network): ReadonlyMap<string, string> {
  const example = 'jetton:EQCxE6mUtQJKFnGfaROTKOt1lZbDiiX1kCixRv7Nw2Id_sDs';
  const listed = assets.flatMap(({ asset }) => listedAsset(asset, network, example) ?? []);
  return new Map(listed.filter((one) => one !== network.native.asset).map((one) => [splitAsset(one).reference, one]));
}

/** Accounts have the same addresses on every network of this kind, so a node must say which it serves. */
async function verifyNetwork(node: Pick<TonNode, 'network'>, { id, name }: Network): Promise<void> {
  await loadDriver();
  const found = await node.network();
  if (found === id) return;
  throw new DepositCallbackError('REQUEST_FAILED', `The node serves ${found}, not ${name} (${id}); check its URL`);
}
