import { ensure } from '../util/maps.ts';
import { isFixedByTransaction, isPlaced, readPosition } from './positions.ts';
import type { Statement } from './statement.ts';

/**
 * Number of copies of one amount that one provider distinguishes: distinct positions, or rows of one event. Across its
 * events the maximum, never the sum. Rows without a hash are rows of a different block in each event, so of their
 * positions only those that the transaction fixes are joined.
 */
export function toldApart(rows: readonly Statement[], areInOneBlock: boolean): number {
  if (rows.length < 2) return rows.length;
  const joined = new Set<string>();
  const byEvent = new Map<string, Set<string>>();
  let most = 0;
  for (const one of rows) {
    const { position, eventId, row } = one;
    if (position !== undefined && (areInOneBlock || isFixedByTransaction(one))) joined.add(position);
    const event = ensure(byEvent, eventId, () => new Set<string>());
    // A position never begins with a sign.
    event.add(position ?? `+${row}`);
    most = Math.max(most, event.size);
  }
  return Math.max(most, joined.size);
}

/** Copies that there may be, if rows without a hash have positions that a block or the provider fixes. */
export function perhapsApart(rows: readonly Statement[]): number {
  if (rows.length < 2) return rows.length;
  return Math.max(toldApart(rows, false), new Set(rows.flatMap(({ position }) => position ?? [])).size);
}

/** Rows whose position the transaction fixes. */
export function fixedByTransaction(rows: readonly Statement[]): Statement[] {
  return rows.filter(isFixedByTransaction);
}

/** The q-th largest ; 0 if there are fewer. */
export function nthLargest(counts: readonly number[], quorum: number): number {
  if (quorum === 1) return counts.length === 1 ? (counts[0] ?? 0) : Math.max(0, ...counts);
  return counts.toSorted((a, b) => b - a)[quorum - 1] ?? 0;
}

/**
 * Whether providers name positions of one vocabulary that none of them reports together. A private id is nobody else's.
 */
export function positionsDiffer(rowsByProvider: readonly (readonly Statement[])[]): boolean {
  if (rowsByProvider.length < 2) return false;
  const all = new Map<string, Set<string>>();
  const most = new Map<string, number>();
  for (const rows of rowsByProvider) {
    const own = new Map<string, Set<string>>();
    for (const one of rows) {
      if (one.position === undefined || !isPlaced(one)) continue;
      const { text, vocabulary } = readPosition(one.position);
      ensure(own, vocabulary, () => new Set<string>()).add(text);
      ensure(all, vocabulary, () => new Set<string>()).add(text);
    }
    for (const [word, positions] of own) most.set(word, Math.max(most.get(word) ?? 0, positions.size));
  }
  for (const [word, positions] of all) if (positions.size > (most.get(word) ?? 0)) return true;
  return false;
}
