import { DepositCallbackError, invalidOption } from '../../errors.ts';
import type { BlockReader } from './joint-reader.ts';

/**
 * The first block of a node's chain whose own time is at or after `time` (epoch ms), one above the newest if there is none yet.
 * Rejects with `BLOCK_UNAVAILABLE` if the node may not keep that block, and with `OPTION_INVALID` if blocks of the network do not
 * say when they were made.
 */
export async function blockAtTime(node: BlockReader, time: number): Promise<bigint> {
  const head = await node.head();
  if (head.time === 0) throw invalidOption('time', 'is not known for blocks of this network; give a block number');
  if (head.time < time) return head.number + 1n;
  let low = 0n;
  let high = head.number;
  // The oldest block that is known to be there and to be young enough; from `high` on to it, all are skipped.
  let there = head.number;
  // What the node does not keep is older than what it keeps.
  let oldest = 0n;
  while (low < high) {
    const middle = (low + high) / 2n;
    const found = await blockFrom(node, middle, there);
    if (found === 'unavailable') oldest = middle + 1n;
    if (found === 'unavailable') low = oldest;
    else if (found.time < time) low = found.number + 1n;
    else [high, there] = [middle, found.number];
  }
  if (low > 0n && low === oldest) throw unavailable(low);
  return low;
}

/** The first block that there is from a number on; the one at `there` is known to be. */
async function blockFrom(
  node: BlockReader,
  first: bigint,
  there: bigint,
): Promise<{ number: bigint; time: number } | 'unavailable'> {
  for (let number = first; number <= there; number += 1n) {
    const block = await node.block(number);
    if (typeof block === 'object') return block;
    if (block !== 'skipped') return 'unavailable';
  }
  throw new DepositCallbackError('REQUEST_FAILED', `The chain changed while block ${there} was being looked for`);
}

function unavailable(first: bigint): DepositCallbackError {
  const what = `The first block that the node keeps is ${first}, and it is younger than the time given`;
  return new DepositCallbackError('BLOCK_UNAVAILABLE', `${what}; ask a node that keeps more, or give that block`);
}
