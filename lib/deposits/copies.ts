import { ensure } from '../util/maps.ts';
import { positionScope } from './identity.ts';
import type { Statement } from './statement.ts';

/**
 * How many copies of one amount one provider tells apart (rule 8): distinct positions, or rows of one event. Across its
 * events the maximum, never the sum. Rows without a hash are rows of a different block in each event, so of their
 * positions only those that the transaction fixes are joined (rule 11).
 */
export function toldApart(rows: readonly Statement[], areInOneBlock: boolean): number {
  if (rows.length < 2) return rows.length;
  const joined = new Set<string>();
  const byEvent = new Map<string, Set<string>>();
  let most = 0;
  for (const { position, eventId, row } of rows) {
    if (position !== undefined && (areInOneBlock || positionScope(position) === 'transaction')) joined.add(position);
    const event = ensure(byEvent, eventId, () => new Set<string>());
    // A position never begins with a sign.
    event.add(position ?? `+${row}`);
    most = Math.max(most, event.size);
  }
  return Math.max(most, joined.size);
}

/** Rows whose position the transaction fixes (rule 6). */
export function fixedByTransaction(rows: readonly Statement[]): Statement[] {
  return rows.filter(({ position }) => position !== undefined && positionScope(position) === 'transaction');
}

/** The q-th largest (rule 8); 0 where there are fewer. */
export function nthLargest(counts: readonly number[], quorum: number): number {
  if (quorum === 1) return counts.length === 1 ? (counts[0] ?? 0) : Math.max(0, ...counts);
  return counts.toSorted((a, b) => b - a)[quorum - 1] ?? 0;
}

/** Whether providers name positions of one vocabulary that none of them tells together (rule 8). */
export function positionsDiffer(rowsByProvider: readonly (readonly Statement[])[]): boolean {
  if (rowsByProvider.length < 2) return false;
  const all = new Map<string, Set<string>>();
  const most = new Map<string, number>();
  for (const rows of rowsByProvider) {
    const own = new Map<string, Set<string>>();
    for (const { position } of rows) {
      if (position === undefined) continue;
      const word = vocabulary(position);
      ensure(own, word, () => new Set<string>()).add(position);
      ensure(all, word, () => new Set<string>()).add(position);
    }
    for (const [word, positions] of own) most.set(word, Math.max(most.get(word) ?? 0, positions.size));
  }
  for (const [word, positions] of all) if (positions.size > (most.get(word) ?? 0)) return true;
  return false;
}

// Outer and inner instructions share a prefix, and are told by their scope.
function vocabulary(position: string): string {
  return `${position.split(':', 1)[0]} ${positionScope(position)}`;
}
