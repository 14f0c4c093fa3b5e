import type { Cursor } from '../stores/store.ts';
import type { Need } from './need.ts';

/** How far the blocks of one network have been read for deposits that no callback reported. */
export interface ChainProgress {
  /** CAIP-2. */
  network: string;
  /** Number of the block up to which all were read, in decimal. */
  block: string;
  /** Number of the newest final block at `at`, in decimal. */
  head: string;
  /** Final blocks that were not read at `at`. The newest few are left to the providers for two minutes. */
  behind: number;
  /** Blocks read in the minute before `at`. */
  blocksPerMinute: number;
  /** When this was stored, epoch ms. */
  at: number;
  /** Since when there are blocks to read, epoch ms; absent if there are none. */
  behindSince?: number;
  /** The code of the error that keeps the next block from being read. */
  code?: string;
}

/** For longer than it takes a node to be restarted. */
const troubleMs = 600_000;

/** Of the receiver's own reading; runs of the command `reconcile` are left out. */
export function progressOf(cursors: readonly Cursor[]): ChainProgress[] {
  return cursors
    .filter(isOwn)
    .map(({ network, block, target, blocksPerMinute = 0, movedAt, behindSince, trouble }) => ({
      network,
      block: `${block.number}`,
      head: `${target}`,
      behind: Math.max(0, Number(target - block.number)),
      blocksPerMinute,
      at: movedAt,
      ...(behindSince !== undefined && { behindSince }),
      ...(trouble !== undefined && { code: trouble.code }),
    }));
}

/** Networks of which a block cannot be read. */
export function unreadBlocks(cursors: readonly Cursor[], now: number): Need[] {
  return cursors.filter(isOwn).flatMap(({ network, block, trouble }): Need[] => {
    if (trouble === undefined) return [];
    if (trouble.code !== 'BLOCK_UNAVAILABLE' && now - trouble.since < troubleMs) return [];
    const next = block.number + 1n;
    return [
      {
        kind: 'unread-blocks',
        count: 1,
        codes: { [trouble.code]: 1 },
        since: trouble.since,
        text: `Block ${next} of ${network} cannot be read (${trouble.code}), nor any later one: deposits may be missed`,
        cure: `ask a node that has it; or pass over it: deposit-callback reconcile --network ${network} --skip-to <block>`,
      },
    ];
  });
}

function isOwn({ id, network }: Cursor): boolean {
  return id === network;
}
