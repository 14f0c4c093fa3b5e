import { DepositCallbackError, invalidOption } from '../errors.ts';
import type { Network } from '../networks/network.ts';
import { findNetwork } from '../networks/registry.ts';
import { httpApi } from './eos/http-api.ts';
import { contractsOf, type ListedToken, readListed } from './eos/listed-tokens.ts';
import { type EosNode, eosNode } from './eos/node.ts';
import { eosReader } from './eos/reader.ts';
import type { ChainCheck } from './kit/chain-check.ts';
import { checkOverNodes, type NodeQuorum } from './kit/nodes.ts';
import { nodeUrls, verifiedClient } from './kit/rpc-client.ts';

export type { ListedToken } from './eos/listed-tokens.ts';
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

/** Options of `eosChain`. Set `url` or `urls`. */
export interface EosChainOptions {
  /** CAIP-2 of EOS (Vaulta) or Jungle 4, `antelope:aca376f206b8fc25a6ed44dbdc66547c`; a node of another chain is refused. */
  network: string;
  /** URL of the HTTP API of `nodeos` with its `trace_api_plugin`, above `/v1`, for example `http://127.0.0.1:8888`. */
  url?: string;
  urls?: readonly string[];
  /**
   * The tokens to read beside EOS of `eosio.token`, each with the decimals in which the policy counts it. Assets of other networks
   * are passed over, so `policy.assets` can be given. Default none.
   */
  tokens?: readonly ListedToken[];
  /**
   * Number of nodes that must agree. A list requires more of them for larger amounts. Default 1: the first that
   * answers.
   */
  quorum?: NodeQuorum;
  /** Time limit of one request. Default 10000 ms. */
  timeoutMs?: number;
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
 *       tokens: [{ asset: 'antelope:aca376f206b8fc25a6ed44dbdc66547c/token:core.vaulta-A', decimals: 4 }],
 *     }),
 *   ],
 * });
 */
export function eosChain(options: EosChainOptions): ChainCheck {
  const network = findNetwork(options.network);
  if (network?.family !== 'antelope') {
    throw invalidOption('network', 'must be the CAIP-2 id of EOS, antelope:aca376f206b8fc25a6ed44dbdc66547c');
  }
  const { url, urls, tokens = [], timeoutMs = 10_000, quorum } = options;
  if ((url === undefined) === (urls === undefined)) throw invalidOption('url', 'set exactly one of url and urls');
  const given = nodeUrls(url, urls);
  if (given.length === 0) throw invalidOption('urls', 'must list at least one node');
  const listed = readListed(tokens, network);
  const contracts = contractsOf(listed);
  const nodes = given.map((one) => {
    const client = httpApi({ url: one, timeoutMs, concurrency });
    const verify = (): Promise<void> => verifyNetwork(eosNode(client, contracts), network);
    return eosReader(eosNode(verifiedClient(client, verify), contracts), { network, listed });
  });
  return checkOverNodes({ network: network.id, nodes, quorum });
}

/** Accounts and contracts have the same names on every chain of this kind, so a node must say which it serves. */
async function verifyNetwork(node: Pick<EosNode, 'chainId'>, { id, name }: Network): Promise<void> {
  // CAIP-2 of Antelope: the first 32 characters of the chain id.
  const found = `antelope:${(await node.chainId()).slice(0, 32)}`;
  if (found === id) return;
  throw new DepositCallbackError('REQUEST_FAILED', `The node serves ${found}, not ${name} (${id}); check its URL`);
}
