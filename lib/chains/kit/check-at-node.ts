import { present } from '../../util/present.ts';
import type { ChainBlock, ChainHead, ChainSubject, ChainVerdict, MinedVerdict } from './chain-check.ts';
import type { ChainReader, MinedTransaction, NoBlock, ReadBlock } from './chain-reader.ts';

// A reorg between two questions shows as answers that contradict each other; a few rounds outlast it.
const rounds = 3;
// No chain comes so far. A node refuses such a number, and then nothing would be known of the other blocks either.
const highest = BigInt(Number.MAX_SAFE_INTEGER);

/** The newest block of one node, and how far its network's own finality has come. */
export async function headAtNode(node: ChainReader): Promise<ChainHead> {
  const [{ number, hash, parentHash }, finalized] = await Promise.all([node.head(), node.finalized()]);
  return present<ChainHead>({ number, hash, parentHash, finalized });
}

/** What one node holds of a transaction. Trouble of the node's is `unknown`, never a rejection. */
export async function checkAtNode(node: ChainReader, subject: ChainSubject): Promise<ChainVerdict> {
  try {
    for (let round = 0; round < rounds; round += 1) {
      const verdict = await lookUp(node, subject);
      if (verdict) return verdict;
    }
    return { status: 'unknown', reason: 'the chain changed during the check' };
  } catch (error) {
    return { status: 'unknown', reason: reasonOf(error) };
  }
}

/** Undefined if the answers contradict each other. */
async function lookUp(node: ChainReader, subject: ChainSubject): Promise<ChainVerdict | undefined> {
  const found = await node.transaction(subject);
  if (found.status === 'changed') return undefined;
  // The head and the blocks asked for come last: what was read before is at least as old.
  const removed = await goneAtNode(node, subject.blocks ?? []);
  if (found.status === 'unknown') return { ...found, removed };
  const head = await headAtNode(node);
  if (found.status !== 'mined') return { status: found.status, head: head.number, removed };
  if (head.number < found.block.number || removed.includes(found.block.hash)) return undefined;
  return { ...minedVerdict(found, head), removed };
}

function minedVerdict(
  { spendableFrom = 1, confirmationsAtLeast = 0, ...found }: MinedTransaction,
  head: ChainHead,
): Omit<MinedVerdict, 'removed'> {
  const { number } = found.block;
  const depth = Number(head.number - number) + 1;
  return {
    ...found,
    confirmations: depth < spendableFrom ? 0 : Math.max(depth, confirmationsAtLeast),
    ...(spendableFrom > 1 && { spendableAt: number + BigInt(spendableFrom) - 1n }),
    finalized: head.finalized !== undefined && number <= head.finalized,
  };
}

/**
 * Which of the blocks the node's chain does not hold at their height. A height that it has not reached, or does not keep,
 * says nothing.
 */
export async function goneAtNode(node: ChainReader, blocks: readonly ChainBlock[]): Promise<string[]> {
  const real = blocks.filter(({ number }) => number <= highest);
  const found = await Promise.all(real.map(async ({ number, hash }) => ({ hash, at: await node.block(number) })));
  return found.flatMap(({ hash, at }) => (isOther(at, hash) ? [hash] : []));
}

/** Whether the chain has another block at the height of this one, or none for certain. */
export function isOther(at: ReadBlock | NoBlock | undefined, hash: string): boolean {
  return typeof at === 'object' ? at.hash !== hash : at === 'skipped';
}

/** Short, and without the node's URL, which may hold a key. */
function reasonOf(error: unknown): string {
  if (typeof error === 'object' && error !== null) {
    const { shortMessage, name, code } = error as { shortMessage?: unknown; name?: unknown; code?: unknown };
    if (typeof shortMessage === 'string') return `the node did not answer: ${shortMessage}`;
    const isOurs = code === 'REQUEST_FAILED' || code === 'CHAIN_DRIVER_MISSING';
    if (isOurs && error instanceof Error) return error.message;
    if (typeof name === 'string') return `the node did not answer: ${name}`;
  }
  return 'the node did not answer';
}
