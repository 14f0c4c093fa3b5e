/**
 * What a deliverer is due while arrivals never end: when it is more than a few hundred events behind, the next commit of arrivals
 * waits until that many are settled. Both want the event loop and the store, and a commit takes many arrivals at once while the
 * listeners take a few events, so without this the backlog grows with each commit.
 */
export interface Share {
  /** Resolves when arrivals may be committed. Undefined: at once. */
  turn(): Promise<void> | undefined;
  /** Arrivals were committed, and have made so many events for listeners that are here. */
  committed(events: number, tookMs: number): void;
  settled(events: number): void;
  /** Nothing is owed that is due: what was made here is settled, by whomever. */
  caughtUp(): void;
}

/** Events that arrivals have made here and that are not settled; one deliverer may hold about as many. */
const mostBehind = 256;
/** Arrivals wait at most so many times as long as their last commit took: however slow the listeners are, they keep a fifth of the time. */
const longestInCommits = 4;
/** And never longer than this: a commit that a slow disk held up must not make the next one miss `limits.ackMs`. */
const longestMs = 250;
/** So many waits are judged together, since a group of events is settled at once. */
const waitsInView = 8;
/** In vain, if less than this share of what was made is settled in them: the listeners are slow, or their ledger is down. */
const worthShare = 1 / 8;
/** Commits that do not wait after waits in vain. */
const commitsInPeace = 256;

export function createShare(): Share {
  let behind = 0;
  let lastTookMs = 0;
  let inPeace = 0;
  let view = { waits: 0, made: 0, settled: 0 };
  let waiting: Promise<void> | undefined;
  let end = (): void => {};

  function wait(): Promise<void> {
    return new Promise((resolve) => {
      end = () => {
        clearTimeout(timer);
        waiting = undefined;
        judge();
        resolve();
      };
      const timer = setTimeout(() => end(), Math.min(longestMs, lastTookMs * longestInCommits));
    });
  }

  function judge(): void {
    view.waits += 1;
    if (view.waits < waitsInView) return;
    if (view.settled < view.made * worthShare) inPeace = commitsInPeace;
    view = { waits: 0, made: 0, settled: 0 };
  }

  return {
    turn() {
      if (waiting !== undefined) return waiting;
      if (behind <= mostBehind) return undefined;
      if (inPeace > 0) {
        inPeace -= 1;
        return undefined;
      }
      waiting = wait();
      return waiting;
    },
    committed(events, tookMs) {
      behind += events;
      view.made += events;
      lastTookMs = tookMs;
    },
    settled(events) {
      // Those of other processes, and of an earlier life of this one, count as well.
      behind = Math.max(0, behind - events);
      view.settled += events;
      if (waiting !== undefined && behind <= mostBehind) end();
    },
    caughtUp() {
      behind = 0;
      if (waiting !== undefined) end();
    },
  };
}
