import { DepositCallbackError, invalidOption } from '../errors.ts';
import { assetOn } from '../networks/canonical.ts';
import type { Network } from '../networks/network.ts';
import { findNetwork } from '../networks/registry.ts';
import type { ChainCheck } from './kit/chain-check.ts';
import { checkOverUrls, type NodeOptions } from './kit/check-over-urls.ts';
import { assetNames } from './readers/aptos/names.ts';
import { type AptosNode, aptosNode } from './readers/aptos/node.ts';
import { aptosReader } from './readers/aptos/reader.ts';
import { restClient } from './readers/aptos/rest-client.ts';

export type * from './kit/entry-types.ts';

/** Options of `aptosChain`. Set `url` or `urls`. */
export interface AptosChainOptions extends NodeOptions {
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
  const network = findNetwork(options.network);
  if (network?.family !== 'aptos') throw invalidOption('network', 'must be aptos:1 or aptos:2');
  const coins = new Set((options.coins ?? []).map((type) => coinAsset(type, network)));
  return checkOverUrls(options, {
    network: network.id,
    concurrency,
    client: restClient,
    verify: (client) => verifyChain(aptosNode(client, network), network),
    reader(client) {
      const node = aptosNode(client, network);
      return aptosReader(node, assetNames(node, coins));
    },
  });
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
