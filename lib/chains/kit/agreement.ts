import type { ChainRow, ChainVerdict, MinedVerdict } from './chain-check.ts';

/**
 * What `needed` of the nodes say alike; `unknown` when too few do. Confirmations and finality are those that `needed`
 * of the agreeing nodes reach; a block counts as gone when as many say so.
 */
export function agreedVerdict(verdicts: readonly ChainVerdict[], needed: number): ChainVerdict {
  const camps = new Map<string, ChainVerdict[]>();
  for (const verdict of verdicts) {
    if (verdict.status === 'unknown') continue;
    const key = campOf(verdict);
    camps.set(key, [...(camps.get(key) ?? []), verdict]);
  }
  const largest = [...camps.values()].sort((a, b) => b.length - a.length)[0] ?? [];
  if (largest.length < needed) {
    const reason = reasonOf(verdicts, largest.length, needed);
    return { status: 'unknown', reason, removed: nthOfHashes(verdicts, needed) };
  }
  const removed = nthOfHashes(largest, needed);
  const mined = largest.filter((one): one is MinedVerdict => one.status === 'mined');
  const [first] = mined;
  if (first) {
    return {
      ...first,
      confirmations: nthLargest(
        mined.map((one) => one.confirmations),
        needed,
      ),
      finalized: mined.filter((one) => one.finalized).length >= needed,
      removed,
    };
  }
  const waiting = largest.filter((one) => one.status === 'pending');
  const heads = largest.flatMap((one) => ('head' in one ? [one.head] : []));
  return { status: waiting.length > 0 ? 'pending' : 'absent', head: nthLargest(heads, needed), removed };
}

/** The largest value that `n` of the values reach. */
export function nthLargest<T extends number | bigint>(values: readonly T[], n: number): T {
  const value = [...values].sort((a, b) => (a < b ? 1 : a > b ? -1 : 0))[n - 1];
  if (value === undefined) throw new RangeError('Fewer values than requested');
  return value;
}

// A transaction waiting at one node and unknown to another is in no block for both.
function campOf(verdict: Exclude<ChainVerdict, { status: 'unknown' }>): string {
  if (verdict.status !== 'mined') return 'not mined';
  return JSON.stringify([verdict.block.hash, verdict.success, verdict.rows.map(rowText), verdict.unseen]);
}

/** Equal for rows that say the same of one movement. */
export function rowText({ position, asset, from, to, amount, memo }: ChainRow): string {
  return JSON.stringify([position, asset, from, to, amount.toString(), memo]);
}

function nthOfHashes(verdicts: readonly ChainVerdict[], needed: number): string[] {
  const votes = new Map<string, number>();
  for (const verdict of verdicts) {
    for (const hash of verdict.removed ?? []) votes.set(hash, (votes.get(hash) ?? 0) + 1);
  }
  return [...votes].flatMap(([hash, count]) => (count >= needed ? [hash] : []));
}

function reasonOf(verdicts: readonly ChainVerdict[], agreeing: number, needed: number): string {
  const reasons = new Set(verdicts.flatMap((one) => (one.status === 'unknown' ? [one.reason] : [])));
  const alike = `${agreeing} of ${verdicts.length} nodes agree; ${needed} are required`;
  return reasons.size === 0 ? alike : `${alike}: ${[...reasons].join('; ')}`;
}
