import { LRUCache } from 'lru-cache';

const everyMs = 60_000;

/** Tells whether an alarm for a reason is due at a time, epoch ms: at most once a minute each. Few reasons are remembered. */
export function createAlarmClock(): (reason: string, at: number) => boolean {
  const told = new LRUCache<string, number>({ max: 64 });
  return (reason, at) => {
    const last = told.get(reason);
    if (last !== undefined && at - last < everyMs) return false;
    told.set(reason, at);
    return true;
  };
}
