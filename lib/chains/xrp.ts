import { DepositCallbackError, invalidOption } from '../errors.ts';
import type { Network } from '../networks/network.ts';
import { findNetwork } from '../networks/registry.ts';
import type { ChainCheck } from './kit/chain-check.ts';
import { checkOverUrls, type NodeOptions } from './kit/check-over-urls.ts';
import { jsonRpcClient } from './kit/json-rpc.ts';
import { type AssetDecimals, readListedAssets } from './kit/listed-assets.ts';
import { type XrpNode, xrpNode } from './readers/xrp/node.ts';
import { xrpReader } from './readers/xrp/reader.ts';

export type * from './kit/entry-types.ts';
export type { AssetDecimals } from './kit/listed-assets.ts';

/** Options of `xrpChain`. Set `url` or `urls`. */
export interface XrpChainOptions extends NodeOptions {
  /** CAIP-2 of the XRP Ledger or a test network: `xrpl:0`, `xrpl:1`, `xrpl:2`; a server of another network is refused. */
  network: string;
  /** URL of the JSON-RPC of `rippled` (`xrpld`) or Clio, for example `http://127.0.0.1:5005`. */
  url?: string;
  urls?: readonly string[];
  /**
   * The tokens (issued currencies) to read, with the decimals in which the policy counts them: the ledger itself has none. Assets
   * of other networks are passed over, so `policy.assets` can be given. Default none: XRP alone.
   */
  assets?: readonly AssetDecimals[];
}

// Public servers limit each address by load, and refuse what is above.
const concurrency = 4;

/**
 * Creates the chain check of the XRP Ledger over one or more servers: XRP, and the tokens that are listed. It sees validated
 * ledgers alone. Throws `OPTION_INVALID`.
 *
 * @example
 * depositCallbacks({
 *   providers,
 *   policy,
 *   store: sqliteStore({ path: 'deposits.db' }),
 *   chains: [xrpChain({ network: 'xrpl:0', url: process.env.XRPL_NODE, assets: policy.assets })],
 * });
 */
export function xrpChain(options: XrpChainOptions): ChainCheck {
  const network = findNetwork(options.network);
  if (network?.family !== 'xrpl') throw invalidOption('network', 'must be the CAIP-2 id of the XRP Ledger, xrpl:0');
  const listed = readListedAssets(options.assets ?? [], network, 'USD.rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B');
  return checkOverUrls(options, {
    network: network.id,
    concurrency,
    client: jsonRpcClient,
    verify: (client) => verifyNetwork(xrpNode(client, network, listed), network),
    reader: (client) => xrpReader(xrpNode(client, network, listed), { network, listed }),
  });
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
