import { DepositCallbackError, invalidOption } from '../errors.ts';
import { assetOn } from '../networks/canonical.ts';
import type { Network } from '../networks/network.ts';
import { findNetwork } from '../networks/registry.ts';
import { assetNames } from './aptos/names.ts';
import { type AptosNode, aptosNode } from './aptos/node.ts';
import { aptosReader } from './aptos/reader.ts';
import { restClient } from './aptos/rest-client.ts';
import type { ChainCheck } from './kit/chain-check.ts';
import { checkOverNodes, type NodeQuorum } from './kit/nodes.ts';
import { nodeUrls, verifiedClient } from './kit/rpc-client.ts';

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

/** Options of `aptosChain`. Set `url` or `urls`. */
export interface AptosChainOptions {
  /** CAIP-2 of Aptos or its testnet; a node of another chain is refused. */
  network: string;
  /** URL of the REST API of a node, with its version, for example `http://127.0.0.1:8080/v1`; a key may stand in it. */
  url?: string;
  urls?: readonly string[];
  /**
   * Types of the coins that the policy lists by their type, although they became fungible assets, for example
   * `0xf2::asset::USDC`. Default: none; each is called by its metadata.
   */
  coins?: readonly string[];
  /**
   * Number of nodes that must agree. A list requires more of them for larger amounts. Default 1: the first that
   * answers.
   */
  quorum?: NodeQuorum;
  /** Time limit of one request. Default 10000 ms. */
  timeoutMs?: number;
}

// Of nodes that are shared by many, each takes so many questions a second.
const concurrency = 8;

/**
 * Creates the chain check of Aptos over one or more full nodes: APT, coins and fungible assets. Throws
 * `OPTION_INVALID`.
 *
 * @example
 * depositCallbacks({
 *   providers,
 *   policy,
 *   store: sqliteStore({ path: 'deposits.db' }),
 *   chains: [aptosChain({ network: 'aptos:1', url: process.env.APTOS_NODE })],
 * });
 */
export function aptosChain(options: AptosChainOptions): ChainCheck {
  const { network: id, url, urls, quorum, timeoutMs = 10_000 } = options;
  const network = findNetwork(id);
  if (network?.family !== 'aptos') throw invalidOption('network', 'must be aptos:1 or aptos:2');
  if ((url === undefined) === (urls === undefined)) throw invalidOption('url', 'set exactly one of url and urls');
  const given = nodeUrls(url, urls);
  if (given.length === 0) throw invalidOption('urls', 'must list at least one node');
  const coins = new Set((options.coins ?? []).map((type) => coinAsset(type, network)));
  const nodes = given.map((one) => {
    const client = restClient({ url: one, timeoutMs, concurrency });
    const verify = (): Promise<void> => verifyChain(aptosNode(client, network), network);
    const node = aptosNode(verifiedClient(client, verify), network);
    return aptosReader(node, assetNames(node, coins));
  });
  return checkOverNodes({ network: network.id, nodes, quorum });
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
