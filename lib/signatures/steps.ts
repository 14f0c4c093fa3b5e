/** Work that another thread does. */
type ThreadWork = () => Promise<unknown>;

/**
 * Work that may be long, in pieces of 1 ms at most. It yields what the piece before cost, in bytes hashed with SHA-256, or what
 * another thread is to do.
 */
export type Steps<T> = Generator<number | ThreadWork, T, unknown>;

/** What all steps together may cost in one turn of the event loop: some 0.7 ms, and one piece more. */
const mostOfTurn = 2 ** 20;
/** What the steps of one request may cost in any turn: most callbacks cost less. */
const mostAtOnce = 2 ** 20;
/** Below it, nobody counts turns. */
const leastCounted = 64 * 1_024;

/** Takes one piece of its work; whether there is more. */
type Job = () => boolean;

const waiting: Job[] = [];
let spent = 0;
let isScheduled = false;

/**
 * The result of the steps: at once while this turn of the event loop has room for them, else a promise of it. Work of several
 * requests shares the turns, so a large body of one delays the others by a few ms at a time.
 */
export function runSteps<T>(steps: Steps<T>): T | Promise<T> {
  return runFrom(steps, undefined);
}

function runFrom<T>(steps: Steps<T>, answer: unknown): T | Promise<T> {
  let own = 0;
  let given = answer;
  while (own < mostAtOnce || spent < mostOfTurn) {
    const { done, value } = steps.next(given);
    given = undefined;
    if (done === true) return value;
    if (typeof value === 'function') return runAfter(steps, value);
    own += value;
    spend(value);
  }
  return new Promise((resolve, reject) => {
    // What is new comes first: most of it is short.
    waiting.unshift(() => {
      try {
        const { done, value } = steps.next();
        const isOver = done === true || typeof value === 'function';
        if (done === true) resolve(value);
        else if (typeof value === 'function') resolve(runAfter(steps, value));
        else spend(value);
        return !isOver;
      } catch (error) {
        reject(error);
        return false;
      }
    });
  });
}

async function runAfter<T>(steps: Steps<T>, work: ThreadWork): Promise<T> {
  let answer: unknown;
  try {
    answer = await work();
  } catch {
    // Without an answer, the steps do it themselves.
  }
  return runFrom(steps, answer);
}

/**
 * What another thread makes of it; undefined if it failed, or if nobody may wait for it (`runAtOnce`): then these steps do the work
 * themselves.
 */
export function* inThread<R>(work: () => Promise<R>): Steps<R | undefined> {
  return (yield work) as R | undefined;
}

/** The result of the steps in one go: for the side that signs, and for tests. */
export function runAtOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

function spend(cost: number): void {
  spent += cost;
  if (isScheduled || spent < leastCounted) return;
  isScheduled = true;
  setImmediate(nextTurn);
}

function nextTurn(): void {
  isScheduled = false;
  spent = 0;
  while (spent < mostOfTurn) {
    const job = waiting.shift();
    if (job === undefined) return;
    let hasMore = true;
    while (hasMore && spent < mostOfTurn) hasMore = job();
    if (hasMore) waiting.push(job);
  }
}
