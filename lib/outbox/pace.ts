/** Claims that came together; called when the listeners of the last of them have ended. */
export interface ClaimedBatch {
  left: number;
  readonly claimedAt: number;
  /** Whether there were as many as were asked for, so that more may be owed. */
  readonly full: boolean;
}

/**
 * How many events to claim beyond those that are handed out at once. Each claim and each settling is a commit of the
 * store's, so quick listeners take their events by the hundred; of slow ones nothing is held back from other processes.
 */
export interface Pace {
  readonly ahead: number;
  claimed(count: number, asked: number): ClaimedBatch;
  /** The listeners of one of the batch have ended. */
  ended(batch: ClaimedBatch): void;
  /** What was claimed ahead had to be given back. */
  stalled(): void;
}

const mostAhead = 256;
/** A batch that its listeners take longer for was too large. */
const slowMs = 100;

export function createPace(concurrency: number): Pace {
  let ahead = 0;
  return {
    get ahead() {
      return ahead;
    },
    claimed: (count, asked) => ({ left: count, claimedAt: performance.now(), full: count === asked }),
    ended(batch) {
      batch.left -= 1;
      if (batch.left > 0) return;
      if (performance.now() - batch.claimedAt > slowMs) ahead = Math.floor(ahead / 2);
      else if (batch.full) ahead = Math.min(mostAhead, Math.max(concurrency, ahead * 2));
    },
    stalled() {
      ahead = 0;
    },
  };
}
