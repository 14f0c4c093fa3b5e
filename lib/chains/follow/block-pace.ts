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
/** For each ms of processor time of this process, so many of rest: decoding large blocks leaves most of it to the callbacks that come in. */
const restPerCpu = 3;

/** `blocksPerMinute`: Infinity for no bound. */
export function createBlockPace(blocksPerMinute: number): BlockPace {
  const readAt: number[] = [];
  let begunAt = performance.now();
  let cpuBefore = process.cpuUsage();
  const begin = (): void => {
    begunAt = performance.now();
    cpuBefore = process.cpuUsage();
  };
  return {
    begin,
    async rest(signal) {
      const ended = performance.now();
      readAt.push(ended);
      const { user, system } = process.cpuUsage(cpuBefore);
      const cpuMs = (user + system) / 1_000;
      const ms = Math.max(minuteMs / blocksPerMinute - (ended - begunAt), cpuMs * restPerCpu);
      // No timer is finer than that.
      if (ms >= 1 && blocksPerMinute !== Number.POSITIVE_INFINITY)
        await pause(ms, undefined, signal && { signal }).catch(() => {});
      begin();
    },
    lastMinute() {
      const since = performance.now() - minuteMs;
      while (readAt[0] !== undefined && readAt[0] < since) readAt.shift();
      return readAt.length;
    },
  };
}
