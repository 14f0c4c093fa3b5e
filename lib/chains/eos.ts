import { DepositCallbackError, invalidOption } from '../errors.ts';
import type { Network } from '../networks/network.ts';
import { findNetwork } from '../networks/registry.ts';
import type { ChainCheck } from './kit/chain-check.ts';
import { checkOverUrls, type NodeOptions } from './kit/check-over-urls.ts';
import { type AssetDecimals, readListedAssets } from './kit/listed-assets.ts';
import { httpApi } from './readers/eos/http-api.ts';
import { contractsOf } from './readers/eos/listed-tokens.ts';
import { type EosNode, eosNode } from './readers/eos/node.ts';
import { eosReader } from './readers/eos/reader.ts';

export type * from './kit/entry-types.ts';
export type { AssetDecimals } from './kit/listed-assets.ts';

/** Options of `eosChain`. Set `url` or `urls`. */
export interface EosChainOptions extends NodeOptions {
  /** CAIP-2 of EOS (Vaulta) or Jungle 4, `antelope:aca376f206b8fc25a6ed44dbdc66547c`; a node of another chain is refused. */
  network: string;
  /** URL of the HTTP API of `nodeos` with its `trace_api_plugin`, above `/v1`, for example `http://127.0.0.1:8888`. */
  url?: string;
  urls?: readonly string[];
  /**
   * The tokens to read beside EOS of `eosio.token`, each with the decimals in which the policy counts it. Assets of other networks
   * are passed over, so `policy.assets` can be given. Default none: EOS alone.
   */
  assets?: readonly AssetDecimals[];
}

// Public nodes limit each address, and a trace of a whole block is costly to make.
const concurrency = 4;

/**
 * Creates the chain check of EOS (Vaulta) over one or more nodes: EOS, and the tokens that are listed. It sees irreversible blocks
 * alone. Throws `OPTION_INVALID`.
 *
 * @example
 * depositCallbacks({
 *   providers,
 *   policy,
 *   store: sqliteStore({ path: 'deposits.db' }),
 *   chains: [
 *     eosChain({
 *       network: 'antelope:aca376f206b8fc25a6ed44dbdc66547c',
 *       url: process.env.EOS_NODE,
 *       assets: [{ asset: 'antelope:aca376f206b8fc25a6ed44dbdc66547c/token:core.vaulta-A', decimals: 4 }],
 *     }),
 *   ],
 * });
 */
export function eosChain(options: EosChainOptions): ChainCheck {
  const network = findNetwork(options.network);
  if (network?.family !== 'antelope') {
    throw invalidOption('network', 'must be the CAIP-2 id of EOS, antelope:aca376f206b8fc25a6ed44dbdc66547c');
  }
  const listed = readListedAssets(options.assets ?? [], network, 'core.vaulta-A');
  const contracts = contractsOf(listed);
  return checkOverUrls(options, {
    network: network.id,
    concurrency,
    client: httpApi,
    verify: (client) => verifyNetwork(eosNode(client, contracts), network),
    reader: (client) => eosReader(eosNode(client, contracts), { network, listed }),
  });
}

/** Accounts and contracts have the same names on every chain of this kind, so a node must say which it serves. */
async function verifyNetwork(node: Pick<EosNode, 'chainId'>, { id, name }: Network): Promise<void> {
  // CAIP-2 of Antelope: the first 32 characters of the chain id.
  const found = `antelope:${(await node.chainId()).slice(0, 32)}`;
  if (found === id) return;
  throw new DepositCallbackError('REQUEST_FAILED', `The node serves ${found}, not ${name} (${id}); check its URL`);
}
