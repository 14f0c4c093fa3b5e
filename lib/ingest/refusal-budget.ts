import { LRUCache } from 'lru-cache';
import type { CallbackRecord } from '../stores/store.ts';
import { addressRange } from '../util/address.ts';

/** How many lines may be kept at once, and one more every so many ms. */
interface Rate {
  burst: number;
  everyMs: number;
}

// 86,400 lines a day in all, some 50 MB, whoever sends however much.
const ofCause: Rate = { burst: 50, everyMs: 10_000 };
const ofAll: Rate = { burst: 500, everyMs: 1_000 };
const rememberedCauses = 2_000;

interface Bucket {
  left: number;
  at: number;
}

/** Refusals that are counted and not kept, by cause. */
export type Uncounted = ReadonlyMap<string, number>;

/**
 * Anybody can make refusals, so what of them is stored is bounded by time: for each provider, code and network of the sender,
 * and for all together. What is beyond that is counted.
 */
export interface RefusalBudget {
  /** Whether the line of a refusal may be kept. */
  take(record: CallbackRecord): boolean;
  /** What was left out since it was last asked. */
  leftOut(): Uncounted;
}

export function createRefusalBudget(now: () => number): RefusalBudget {
  const causes = new LRUCache<string, Bucket>({ max: rememberedCauses });
  const all: Bucket = { left: ofAll.burst, at: now() };
  let counts = new Map<string, number>();

  const hasRoom = (bucket: Bucket, { burst, everyMs }: Rate): boolean => {
    const refilled = Math.floor((now() - bucket.at) / everyMs);
    if (refilled > 0) {
      bucket.left = Math.min(burst, bucket.left + refilled);
      bucket.at += refilled * everyMs;
    }
    return bucket.left > 0;
  };

  return {
    take({ provider, code = '', remoteAddress }) {
      const cause = `${provider} ${code} ${addressRange(remoteAddress)}`.trimEnd();
      const bucket = causes.get(cause) ?? { left: ofCause.burst, at: now() };
      causes.set(cause, bucket);
      if (hasRoom(bucket, ofCause) && hasRoom(all, ofAll)) {
        bucket.left -= 1;
        all.left -= 1;
        return true;
      }
      if (counts.size < rememberedCauses || counts.has(cause)) counts.set(cause, (counts.get(cause) ?? 0) + 1);
      return false;
    },
    leftOut() {
      const left = counts;
      counts = new Map();
      return left;
    },
  };
}
