import type { TransactionChange } from '../../deposits/transaction-state.ts';

/** Keys of changes that are lost whatever the store holds: a second one of a transaction, and a cancel of nothing. */
export function lostAnyway(changes: readonly TransactionChange[]): string[] {
  const seen = new Set<string>();
  return changes.flatMap(({ key, expectedVersion, cancelled, events }) => {
    const cancelsNothing = expectedVersion === 0 && cancelled.some((id) => !events.some((event) => event.id === id));
    if (seen.has(key) || cancelsNothing) return key;
    seen.add(key);
    return [];
  });
}
