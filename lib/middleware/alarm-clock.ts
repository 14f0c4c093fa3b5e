import { LRUCache } from 'lru-cache';

const everyMs = 60_000;

/** Tells whether an alarm for a reason is due: at most once a minute each. Few reasons are remembered. */
export function createAlarmClock(now: () => number): (reason: string) => boolean {
  const told = new LRUCache<string, number>({ max: 64 });
  return (reason) => {
    const last = told.get(reason);
    if (last !== undefined && now() - last < everyMs) return false;
    told.set(reason, now());
    return true;
  };
}
