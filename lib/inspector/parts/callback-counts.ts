import type { CallbackRecord } from '../../stores/store.ts';

const minute = 60_000;

/** Spans that the overview can show: how long, and into how many bars it is cut. */
export const windows: Readonly<Record<WindowName, { ms: number; bars: number }>> = {
  '1h': { ms: 60 * minute, bars: 60 },
  '24h': { ms: 24 * 60 * minute, bars: 48 },
  '7d': { ms: 7 * 24 * 60 * minute, bars: 56 },
};

export type WindowName = '1h' | '24h' | '7d';

/** What came in one bar's time. */
export interface Bar {
  /** Epoch ms. */
  startsAt: number;
  counts: Partial<Record<CallbackRecord['outcome'], number>>;
  total: number;
  /** Within how many ms half, and 95 %, of them had their outcome; undefined if none came. */
  half?: number;
  most?: number;
}

/** The bars of a window that ends now: when each begins, and in which a time lies. */
export function slotsOf(now: number, name: WindowName): { starts: number[]; indexOf(at: number): number } {
  const { ms, bars: count } = windows[name];
  const width = ms / count;
  const from = now - ms;
  return {
    starts: Array.from({ length: count }, (_, index) => from + index * width),
    // What is received just now, by a clock that runs ahead, belongs to the last bar.
    indexOf: (at) => Math.min(count - 1, Math.floor((at - from) / width)),
  };
}

/** Callbacks, cut into the bars of a window that ends now. */
export function tally(records: readonly CallbackRecord[], now: number, name: WindowName): Bar[] {
  const { starts, indexOf } = slotsOf(now, name);
  const bars: Bar[] = starts.map((startsAt) => ({ startsAt, counts: {}, total: 0 }));
  const times = bars.map((): number[] => []);
  for (const { receivedAt, outcome, tookMs } of records) {
    const index = indexOf(receivedAt);
    const bar = bars[index];
    if (bar === undefined) continue;
    bar.counts[outcome] = (bar.counts[outcome] ?? 0) + 1;
    bar.total += 1;
    times[index]?.push(tookMs);
  }
  return bars.map((bar, index) => ({ ...bar, ...spread(times[index] ?? []) }));
}

/** Nearest-rank percentiles of times. */
export function spread(times: readonly number[]): { half?: number; most?: number } {
  if (times.length === 0) return {};
  const sorted = times.toSorted((a, b) => a - b);
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { half: rank(0.5), most: rank(0.95) };
}
