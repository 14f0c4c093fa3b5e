import { createClient, http } from 'viem';
import { DepositCallbackError, invalidOption } from '../errors.ts';
import { checksumAddress } from '../networks/evm.ts';
import { findNetwork } from '../networks/registry.ts';
import { agreedVerdict, nthLargest } from './agreement.ts';
import type {
  ChainBlock,
  ChainBlockTransfers,
  ChainCheck,
  ChainHead,
  ChainQuery,
  ChainSubject,
  ChainVerdict,
} from './chain-check.ts';
import { blockTransfers } from './evm-block.ts';
import { checkAtNode, goneFrom, nodeHead } from './evm-check.ts';
import { type EvmClient, type EvmNode, evmNode } from './evm-node.ts';
import { toChainRow } from './evm-transfers.ts';

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
} from './chain-check.ts';
export type { EvmClient } from './evm-node.ts';

/** Options of `evmChain`. Set exactly one of `url`, `urls`, `client` and `clients`. */
export interface EvmChainOptions {
  /** CAIP-2 of an EVM network, for example `eip155:1`; a node of another chain is refused. */
  network: string;
  /** JSON-RPC URL of the service's own node. One of `url`, `urls`, `client`, `clients`. */
  url?: string;
  urls?: readonly string[];
  /** A viem client or an EIP-1193 provider, in place of a URL. */
  client?: EvmClient;
  clients?: readonly EvmClient[];
  /**
   * Number of nodes that must agree. A list requires more of them for larger amounts. Default 1: the first that
   * answers.
   */
  quorum?: NodeQuorum;
  /** Time limit of one request. Default 5000 ms. */
  timeoutMs?: number;
  /** Whether `transfersTo` looks for native transfers inside transactions; the node needs `debug_`. Default false. */
  traces?: boolean;
}

/**
 * The number of nodes that must agree: one number, or numbers by asset (CAIP-19) and amount in smallest units, of
 * which the largest that applies counts.
 */
export type NodeQuorum = number | readonly { readonly asset: string; readonly from: bigint; readonly nodes: number }[];

/**
 * Creates the chain check of an EVM network over one or more nodes. Throws `OPTION_INVALID`.
 *
 * @example
 * depositCallbacks({
 *   providers,
 *   policy,
 *   store: sqliteStore({ path: 'deposits.db' }),
 *   chains: [evmChain({ network: 'eip155:1', url: process.env.ETHEREUM_NODE })],
 * });
 */
export function evmChain(options: EvmChainOptions): ChainCheck {
  const network = findNetwork(options.network);
  if (network?.family !== 'evm')
    throw invalidOption('network', 'must be the CAIP-2 id of an EVM network, for example eip155:1');
  const { id } = network;
  const nodes = clientsOf(options).map((client) => evmNode(verifiedClient(client, id)));
  const quorum = readQuorum(options.quorum ?? 1, nodes.length);
  const least = typeof quorum === 'number' ? quorum : 1;

  /** The answers of the nodes that respond; rejects if fewer than `least` do. */
  const answersOf = async <T>(question: (node: EvmNode) => Promise<T>): Promise<T[]> => {
    if (least === 1) return [await firstAnswer(nodes, question)];
    const settled = await Promise.allSettled(nodes.map(question));
    const answers = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    if (answers.length >= least) return answers;
    throw new DepositCallbackError('REQUEST_FAILED', `Only ${answers.length} nodes of ${id} answer`);
  };

  const head = async (): Promise<ChainHead> => {
    const answers = await answersOf(nodeHead);
    const number = nthLargest(
      answers.map((one) => one.number),
      least,
    );
    const found = answers.find((one) => one.number === number);
    if (!found) throw new DepositCallbackError('REQUEST_FAILED', `No node of ${id} answers`);
    return found;
  };

  const ask = async (subject: ChainSubject, needed: number): Promise<ChainVerdict> => {
    if (needed > 1) {
      return agreedVerdict(await Promise.all(nodes.map((node) => checkAtNode(node, id, subject))), needed);
    }
    const verdicts: ChainVerdict[] = [];
    for (const node of nodes) {
      const verdict = await checkAtNode(node, id, subject);
      if (verdict.status !== 'unknown') return verdict;
      verdicts.push(verdict);
    }
    return agreedVerdict(verdicts, 1);
  };

  const check = async (subject: ChainSubject): Promise<ChainVerdict> => {
    const asked = nodesFor(quorum, subject.claims ?? []);
    const verdict = await ask(subject, asked);
    // What one node found may be larger than what was claimed, and then needs the nodes that such a sum needs.
    const needed = verdict.status === 'mined' ? nodesFor(quorum, verdict.rows) : asked;
    return needed > asked ? ask(subject, needed) : verdict;
  };

  const gone = async (blocks: readonly ChainBlock[]): Promise<readonly string[]> => {
    const answers = (await answersOf((node) => goneFrom(node, blocks))).flat();
    return [...new Set(answers)].filter((hash) => answers.filter((one) => one === hash).length >= least);
  };

  async function* transfersTo({ fromBlock, toBlock, isOurs }: ChainQuery): AsyncGenerator<ChainBlockTransfers> {
    const isWanted = (address: string): boolean | Promise<boolean> =>
      isOurs({ network: id, address: checksumAddress(address) });
    for (let number = fromBlock; number <= toBlock; number += 1n) {
      yield await firstAnswer(nodes, async (node) => {
        const block = await node.block(number, { whole: true });
        if (!block) throw new DepositCallbackError('REQUEST_FAILED', `The node has no block ${number} of ${id}`);
        const transfers = await blockTransfers(node, block, { network: id, isWanted, traces: options.traces ?? false });
        return {
          block: { number, hash: block.hash },
          transfers: transfers.map((one) => ({ ...one, ...toChainRow(one) })),
        };
      });
    }
  }

  return { network: id, head, check, gone, transfersTo };
}

/** What the first node says that answers; what the last one was refused with when none does. */
async function firstAnswer<T>(nodes: readonly EvmNode[], ask: (node: EvmNode) => Promise<T>): Promise<T> {
  let failure: unknown;
  for (const node of nodes) {
    try {
      return await ask(node);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function clientsOf({ url, urls, client, clients, timeoutMs = 5_000 }: EvmChainOptions): EvmClient[] {
  const given = [url, urls, client, clients].filter((one) => one !== undefined);
  if (given.length !== 1) throw invalidOption('url', 'set exactly one of url, urls, client and clients');
  const open = (one: string): EvmClient => {
    if (!URL.canParse(one) || !/^https?:$/.test(new URL(one).protocol)) {
      throw invalidOption('url', 'must be an http or https URL of a JSON-RPC node');
    }
    return createClient({ transport: http(one, { timeout: timeoutMs, retryCount: 1 }) }) as EvmClient;
  };
  const all = [...(client ? [client] : (clients ?? [])), ...(url === undefined ? (urls ?? []) : [url]).map(open)];
  if (all.length === 0) throw invalidOption('urls', 'must list at least one node');
  return all;
}

/** A client whose first question is which chain the node is of: a wrong URL must not deny every deposit. */
function verifiedClient(client: EvmClient, network: string): EvmClient {
  let verified: Promise<void> | undefined;
  const verify = async (): Promise<void> => {
    const found = `eip155:${await evmNode(client).chainId()}`;
    if (found === network) return;
    throw new DepositCallbackError('REQUEST_FAILED', `The node serves ${found}, not ${network}; check its URL`);
  };
  return {
    async request(call) {
      verified ??= verify();
      try {
        await verified;
      } catch (error) {
        verified = undefined;
        throw error;
      }
      return client.request(call);
    },
  };
}

function readQuorum(quorum: NodeQuorum, nodes: number): NodeQuorum {
  const counts = typeof quorum === 'number' ? [quorum] : quorum.map((one) => one.nodes);
  for (const count of counts) {
    if (!Number.isSafeInteger(count) || count < 1) throw invalidOption('quorum', 'must be a positive integer');
    if (count > nodes) throw invalidOption('quorum', `requires ${count} nodes, but only ${nodes} are configured`);
  }
  return quorum;
}

function nodesFor(quorum: NodeQuorum, sums: readonly { asset: string; amount: bigint }[]): number {
  if (typeof quorum === 'number') return quorum;
  const reached = quorum.filter((rule) => sums.some((sum) => sum.asset === rule.asset && sum.amount >= rule.from));
  return Math.max(1, ...reached.map((rule) => rule.nodes));
}
