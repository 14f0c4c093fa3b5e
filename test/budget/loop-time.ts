import { existsSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';

const file = '/proc/self/schedstat';

/**
 * How long the thread of the event loop has worked, in microseconds: the processor's time, which a busy machine does not change
 * and threads of the pool do not add to. Where no file tells it, the time that the loop was not idle.
 */
export async function loopTime(): Promise<number> {
  // It is told up to the last time that the thread slept. A timer counts from the beginning of its turn, so it needs a new one.
  await nextTurn();
  await pause(2);
  return nanoseconds() / 1_000;
}

const nanoseconds = existsSync(file) ? ofThread : ofLoop;

function ofThread(): number {
  return Number(readFileSync(file, 'latin1').split(' ')[0]);
}

function ofLoop(): number {
  return 1_000_000 * performance.eventLoopUtilization().active;
}
