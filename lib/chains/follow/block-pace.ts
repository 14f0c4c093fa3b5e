import { setTimeout as pause } from 'node:timers/promises';

/** Bounds how many blocks are read in a minute, and counts them. */
export interface BlockPace {
  /** Before the first block of a run. */
  begin(): void;
  /** After each block: waits until the next may be read, or `signal` ends it. */
  rest(signal?: AbortSignal): Promise<void>;
  /** Blocks read in the last minute. */
  lastMinute(): number;
}

const minuteMs = 60_000;
/** Of the time that a block took: while a large one is decoded the process does nothing else, so others have their turn. */
const restShare = 0.25;

/** `blocksPerMinute`: Infinity for no bound. */
export function createBlockPace(blocksPerMinute: number): BlockPace {
  const readAt: number[] = [];
  let begunAt = performance.now();
  return {
    begin() {
      begunAt = performance.now();
    },
    async rest(signal) {
      const ended = performance.now();
      readAt.push(ended);
      const took = ended - begunAt;
      const ms = Math.max(minuteMs / blocksPerMinute - took, took * restShare);
      // No timer is finer than that.
      if (ms >= 1 && blocksPerMinute !== Number.POSITIVE_INFINITY)
        await pause(ms, undefined, signal && { signal }).catch(() => {});
      begunAt = performance.now();
    },
    lastMinute() {
      const since = performance.now() - minuteMs;
      while (readAt[0] !== undefined && readAt[0] < since) readAt.shift();
      return readAt.length;
    },
  };
}
