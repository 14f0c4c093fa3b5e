import { DepositCallbackError } from '../../errors.ts';
import type { Store } from '../../stores/store.ts';
import { keepCursor } from './kept-cursor.ts';

/**
 * Moves the cursor of a network forward, so that its reading goes on from a block; gives the blocks that are passed over. Rejects with
 * `NOT_FOUND` if no block of the network was ever read, and with `NOT_POSSIBLE` if the block was read already.
 */
export async function skipTo(
  store: Store,
  { network, block, now }: { network: string; block: bigint; now: () => number },
): Promise<{ from: bigint; to: bigint }> {
  for (;;) {
    const stored = (await store.cursors()).find((one) => one.id === network);
    if (!stored)
      throw new DepositCallbackError('NOT_FOUND', `No blocks of ${network} have been read: there is no cursor`);
    const from = stored.block.number + 1n;
    if (block <= from)
      throw new DepositCallbackError('NOT_POSSIBLE', `Block ${from} of ${network} is the next to be read`);
    const moved = { block: { number: block - 1n }, movedAt: now(), trouble: undefined };
    if (await keepCursor(store, stored).change(moved)) return { from, to: block - 1n };
    // The service has moved it meanwhile.
  }
}
