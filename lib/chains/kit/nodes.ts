import { DepositCallbackError, invalidOption } from '../../errors.ts';
import { agreedVerdict, nthLargest } from './agreement.ts';
import { blockAtTime } from './block-at-time.ts';
import type {
  ChainBlock,
  ChainBlockTransfers,
  ChainCheck,
  ChainHead,
  ChainName,
  ChainQuery,
  ChainSubject,
  ChainVerdict,
} from './chain-check.ts';
import type { ChainReader, IsWanted } from './chain-reader.ts';
import { checkAtNode, goneAtNode, headAtNode } from './check-at-node.ts';
import { jointReader } from './joint-reader.ts';

/**
 * The number of nodes that must agree: one number, or numbers by asset (CAIP-19) and amount in smallest units, of
 * which the largest that applies counts.
 */
export type NodeQuorum = number | readonly { readonly asset: string; readonly from: bigint; readonly nodes: number }[];

export interface NodesOptions {
  /** CAIP-2. */
  network: string;
  nodes: readonly ChainReader[];
  /** Default 1: the first node that answers. */
  quorum?: NodeQuorum | undefined;
}

/** The chain check over one or more nodes of a network, whatever the network is. Throws `OPTION_INVALID`. */
export function checkOverNodes({ network, nodes, quorum: asked = 1 }: NodesOptions): ChainCheck {
  const quorum = readQuorum(asked, nodes.length);
  const least = typeof quorum === 'number' ? quorum : 1;
  const joint = jointReader({ network, nodes, quorum: least });

  /** The answers of the nodes that respond; rejects if fewer than `least` do. */
  const answersOf = async <T>(question: (node: ChainReader) => Promise<T>): Promise<T[]> => {
    if (least === 1) return [await firstAnswer(nodes, question)];
    const settled = await Promise.allSettled(nodes.map(question));
    const answers = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    if (answers.length >= least) return answers;
    throw new DepositCallbackError('REQUEST_FAILED', `Only ${answers.length} nodes of ${network} answer`);
  };

  const head = async (): Promise<ChainHead> => {
    const answers = await answersOf(headAtNode);
    const number = nthLargest(
      answers.map((one) => one.number),
      least,
    );
    const found = answers.find((one) => one.number === number);
    if (!found) throw new DepositCallbackError('REQUEST_FAILED', `No node of ${network} answers`);
    return found;
  };

  const check = async (subject: ChainSubject): Promise<ChainVerdict> => {
    const claimed = nodesFor(quorum, subject.claims ?? []);
    const verdict = await verdictOf(nodes, subject, claimed);
    // What one node found may be larger than what was claimed, and then needs the nodes that such a sum needs.
    const needed = verdict.status === 'mined' ? nodesFor(quorum, verdict.rows) : claimed;
    return needed > claimed ? verdictOf(nodes, subject, needed) : verdict;
  };

  const gone = async (blocks: readonly ChainBlock[]): Promise<readonly string[]> => {
    const answers = (await answersOf((node) => goneAtNode(node, blocks))).flat();
    return [...new Set(answers)].filter((hash) => answers.filter((one) => one === hash).length >= least);
  };

  async function* transfersTo({ fromBlock, toBlock, isOurs }: ChainQuery): AsyncGenerator<ChainBlockTransfers> {
    const isWanted: IsWanted = (account) => isOurs({ network, ...account });
    for (let number = fromBlock; number <= toBlock; number += 1n) {
      const block = await joint.block(number, isWanted);
      if (block === undefined || block === 'unavailable') throw await whyUnread(number, block);
      if (block === 'skipped') continue;
      const { hash, parentHash, rows } = block;
      yield { block: { number, hash }, ...(parentHash !== undefined && { parentHash }), transfers: rows };
    }
  }

  const whyUnread = async (number: bigint, read: 'unavailable' | undefined): Promise<Error> => {
    const isThere = read === 'unavailable' || (await joint.head()).number >= number;
    const what = `The node has no block ${number} of ${network}`;
    return isThere
      ? new DepositCallbackError('BLOCK_UNAVAILABLE', `${what}, though it is in the chain`)
      : new DepositCallbackError('REQUEST_FAILED', what);
  };
  const blockAt = (time: number): Promise<bigint> => blockAtTime(joint, time);
  const all = { network, head, check, gone, transfersTo, blockAt };
  return nodes.some((node) => node.named) ? { ...all, named: (name) => nameAt(nodes, name) } : all;
}

/** A name credits nothing: what the transaction does, the nodes say once it is looked up. */
async function nameAt(nodes: readonly ChainReader[], name: ChainName): Promise<string | undefined> {
  const { amount } = name.claim;
  for (const found of await answersOfAll(nodes, async (node) => (await node.named?.(name)) ?? [])) {
    const [one, ...others] = found.length === 1 ? found : found.filter((each) => each.amount === amount);
    if (one && others.length === 0) return one.id;
  }
  return undefined;
}

/** What each node says that answers; rejects with what the last one was refused with if none does. */
async function answersOfAll<T>(nodes: readonly ChainReader[], ask: (node: ChainReader) => Promise<T>): Promise<T[]> {
  const settled = await Promise.allSettled(nodes.map(ask));
  const answers = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const [refused] = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  if (answers.length === 0) throw refused;
  return answers;
}

/** What `needed` of the nodes say; of one, what the first says that can. */
async function verdictOf(nodes: readonly ChainReader[], subject: ChainSubject, needed: number): Promise<ChainVerdict> {
  if (needed > 1) return agreedVerdict(await Promise.all(nodes.map((node) => checkAtNode(node, subject))), needed);
  const verdicts: ChainVerdict[] = [];
  for (const node of nodes) {
    const verdict = await checkAtNode(node, subject);
    if (verdict.status !== 'unknown') return verdict;
    verdicts.push(verdict);
  }
  return agreedVerdict(verdicts, 1);
}

/** What the first node says that answers; what the last one was refused with when none does. */
async function firstAnswer<T>(nodes: readonly ChainReader[], ask: (node: ChainReader) => Promise<T>): Promise<T> {
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

/** Throws `OPTION_INVALID` for more nodes than there are. */
export function readQuorum<T extends NodeQuorum>(quorum: T, nodes: number): T {
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
