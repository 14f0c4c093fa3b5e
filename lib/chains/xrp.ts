import { areDecimals } from '../deposits/amount.ts';
import { DepositCallbackError, invalidOption } from '../errors.ts';
import type { Network } from '../networks/network.ts';
import { canonicalAsset, findNetwork, splitAsset } from '../networks/registry.ts';
import type { ChainCheck } from './kit/chain-check.ts';
import { jsonRpcClient } from './kit/json-rpc.ts';
import { checkOverNodes, type NodeQuorum } from './kit/nodes.ts';
import { nodeUrls, verifiedClient } from './kit/rpc-client.ts';
import type { ListedAsset } from './xrp/amounts.ts';
import { type XrpNode, xrpNode } from './xrp/node.ts';
import { xrpReader } from './xrp/reader.ts';

export type {
  ChainBlock,
  ChainBlockTransfers,
  ChainCheck,
  ChainClaim,
  ChainHead,
  ChainQuery,
  ChainRow,
  ChainSubject,
  ChainTransfer,
  ChainVerdict,
  MinedVerdict,
} from './kit/chain-check.ts';
export type { NodeQuorum } from './kit/nodes.ts';
export type { ListedAsset } from './xrp/amounts.ts';

/** Options of `xrpChain`. Set `url` or `urls`. */
export interface XrpChainOptions {
  /** CAIP-2 of the XRP Ledger or a test network: `xrpl:0`, `xrpl:1`, `xrpl:2`; a server of another network is refused. */
  network: string;
  /** URL of the JSON-RPC of `rippled` (`xrpld`) or Clio, for example `http://127.0.0.1:5005`. */
  url?: string;
  urls?: readonly string[];
  /**
   * The tokens (issued currencies) to read, with the decimals in which the policy counts them: the ledger itself has none. Assets
   * of other networks are passed over, so `policy.assets` can be given. Default none: XRP alone.
   */
  assets?: readonly ListedAsset[];
  /**
   * Number of servers that must agree. A list requires more of them for larger amounts. Default 1: the first that
   * answers.
   */
  quorum?: NodeQuorum;
  /** Time limit of one request. Default 10000 ms. */
  timeoutMs?: number;
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
export function xrpChain({
  network: id,
  url,
  urls,
  assets = [],
  quorum,
  timeoutMs = 10_000,
}: XrpChainOptions): ChainCheck {
  const network = findNetwork(id);
  if (network?.family !== 'xrpl') throw invalidOption('network', 'must be the CAIP-2 id of the XRP Ledger, xrpl:0');
  if ((url === undefined) === (urls === undefined)) throw invalidOption('url', 'set exactly one of url and urls');
  const given = nodeUrls(url, urls);
  if (given.length === 0) throw invalidOption('urls', 'must list at least one node');
  const listed = assets.flatMap((one) => readListed(one, network) ?? []);
  const nodes = given.map((one) => {
    const client = jsonRpcClient({ url: one, timeoutMs, concurrency });
    const verify = (): Promise<void> => verifyNetwork(xrpNode(client, network, listed), network);
    return xrpReader(xrpNode(verifiedClient(client, verify), network, listed), { network, listed });
  });
  return checkOverNodes({ network: network.id, nodes, quorum });
}

/** Undefined for the asset of another network, and for XRP. */
function readListed({ asset, decimals }: ListedAsset, network: Network): ListedAsset | undefined {
  let canonical: string;
  try {
    if (findNetwork(splitAsset(asset).network)?.id !== network.id) return undefined;
    canonical = canonicalAsset(asset);
  } catch (cause) {
    throw invalidOption(
      'assets',
      'must list assets by CAIP-19, for example xrpl:0/token:USD.rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B',
      cause,
    );
  }
  if (canonical === network.native.asset) return undefined;
  if (!areDecimals(decimals)) throw invalidOption('assets', `must have the decimals of ${canonical}, from 0 to 255`);
  return { asset: canonical, decimals };
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
