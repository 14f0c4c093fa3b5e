import { createHash } from 'node:crypto';

const piece = Buffer.alloc(1_024 * 1_024, 7);

/**
 * Processor time of `work`, in units of what SHA-256 over 1 MiB takes in the same process: a bound in them holds on a slow
 * machine and on a busy one. The least of three runs, so that a collection of garbage is nobody's cost.
 */
export function costOf(work: () => unknown): number {
  return leastOf(work, 3) / unitOfCost();
}

/** What SHA-256 over 1 MiB takes, in microseconds of the processor. */
export function unitOfCost(): number {
  return leastOf(() => createHash('sha256').update(piece).digest(), 9);
}

function leastOf(work: () => unknown, times: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < times; run += 1) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, user + system);
  }
  return Math.max(1, least);
}
