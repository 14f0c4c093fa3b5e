/** The cursor of a network: how far its blocks have been read. */
export interface Cursor {
  /** CAIP-2 of the network, for the receiver's own reading; a run of the command `reconcile` has an id of its own. */
  id: string;
  /** Counts the changes of this cursor from 1; 0: it is not stored yet. */
  version: number;
  /** CAIP-2. */
  network: string;
  /** Every block up to this one was read, and what it holds is recorded. The hash is absent if it is not known. */
  block: { number: bigint; hash?: string };
  /** Number of the block up to which there was something to read at `movedAt`. */
  target: bigint;
  /** When it was last changed, epoch ms. */
  movedAt: number;
  /** Since when there are blocks to read, epoch ms; absent if there are none. */
  behindSince?: number;
  /** Blocks read in the last minute of reading. */
  blocksPerMinute?: number;
  /** The code of the error that keeps the next block from being read, and since when, epoch ms. */
  trouble?: { code: string; since: number };
  /** The process that reads now, and until when no other does unless it says so again, epoch ms. */
  reader?: { name: string; until: number };
}

/** The part of a store that keeps cursors. */
export interface CursorStore {
  /** All cursors, by id. */
  cursors(): Promise<Cursor[]>;
  /**
   * Stores a cursor as the next version, durably before it answers, if the stored one still has its `version` (0: if none is
   * stored). Otherwise it changes nothing and answers false.
   */
  moveCursor(cursor: Cursor): Promise<boolean>;
  /** Forgets a cursor. */
  dropCursor(id: string): Promise<void>;
}
