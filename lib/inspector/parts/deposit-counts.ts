import type { DepositRecord } from '../../deposits/deposit.ts';
import type { StoredEvent } from '../../stores/store.ts';
import { type Bar, slotsOf, spread, type WindowName } from './callback-counts.ts';

/** As many as have a colour of their own; the last is all others. */
const mostSeries = 5;

/** Confirmed deposits of one asset; `asset` is undefined for all that have no series of their own. */
export interface AssetSeries {
  asset: string | undefined;
  count: number;
  /** In smallest units; 0 where assets differ. */
  amount: bigint;
  /** The newest of them. */
  newest: DepositRecord;
  /** How many came in each bar's time. */
  counts: readonly number[];
}

/** Deposits of a window that ends now by asset, those of which most came first. */
export function seriesOf(deposits: readonly DepositRecord[], now: number, name: WindowName): AssetSeries[] {
  const byAsset = new Map<string, DepositRecord[]>();
  for (const one of deposits) byAsset.set(one.asset, [...(byAsset.get(one.asset) ?? []), one]);
  const sorted = [...byAsset.values()].sort((a, b) => b.length - a.length);
  const own = sorted.length > mostSeries ? sorted.slice(0, mostSeries - 1) : sorted;
  const others = sorted.slice(own.length).flat();
  const { starts, indexOf } = slotsOf(now, name);
  const series = (list: readonly DepositRecord[], isOne: boolean): AssetSeries[] => {
    const [newest] = list;
    if (newest === undefined) return [];
    const counts = starts.map(() => 0);
    for (const { firstSeenAt } of list) {
      const index = indexOf(firstSeenAt);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    const amount = isOne ? list.reduce((sum, one) => sum + one.amount, 0n) : 0n;
    return [{ asset: isOne ? newest.asset : undefined, count: list.length, amount, newest, counts }];
  };
  return [...own.flatMap((list) => series(list, true)), ...series(others, false)];
}

/** How long credits of a window took, from the first report of a deposit until its listener had handled it. */
export function creditTimes(events: readonly StoredEvent[], now: number, name: WindowName): Bar[] {
  const { starts, indexOf } = slotsOf(now, name);
  const times = starts.map((): number[] => []);
  for (const { settledAt, deposit } of events) {
    if (settledAt === undefined || settledAt < (starts[0] ?? 0)) continue;
    times[indexOf(settledAt)]?.push(Math.max(0, settledAt - deposit.firstSeenAt));
  }
  return starts.map((startsAt, index) => {
    const own = times[index] ?? [];
    return { startsAt, counts: {}, total: own.length, ...spread(own) };
  });
}
