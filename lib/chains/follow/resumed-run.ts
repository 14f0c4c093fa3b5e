import { DepositCallbackError } from '../../errors.ts';
import type { Cursor, Store } from '../../stores/store.ts';
import { keepCursor } from './kept-cursor.ts';

/** How far a `reconcile` has come, kept in the store, so that one that was ended can be gone on with. */
export interface ResumedRun {
  /** The block up to which an earlier run came; the one before the range if there is none. */
  readonly block: Cursor['block'];
  /** Rejects with `NOT_POSSIBLE` if another process reads the same range. */
  save(block: Cursor['block']): Promise<void>;
  /** Forgets it: the next one begins anew. */
  done(): Promise<void>;
}

export interface RunRange {
  network: string;
  fromBlock: bigint;
  toBlock: bigint;
}

/** The run that began with the same block and is not complete, or a new one; always a new one if it is to be begun anew. */
export async function resumeRun(
  { store, now }: { store: Store; now(): number },
  { network, fromBlock, toBlock }: RunRange,
  anew: boolean,
): Promise<ResumedRun> {
  const id = `${network}|${fromBlock}`;
  if (anew) await store.dropCursor(id);
  const stored = (await store.cursors()).find((one) => one.id === id);
  const begun: Cursor = { id, version: 0, network, block: { number: fromBlock - 1n }, target: toBlock, movedAt: now() };
  const cursor = keepCursor(store, stored ?? begun);
  const save = async (block: Cursor['block']): Promise<void> => {
    if (await cursor.change({ block, target: toBlock, movedAt: now() })) return;
    throw new DepositCallbackError('NOT_POSSIBLE', `Another process reconciles ${network} from block ${fromBlock}`);
  };
  const { block } = cursor.current;
  await save(block);
  return { block, save, done: () => store.dropCursor(id) };
}
