import type { StoredDeposit, TransactionChange, TransactionState } from '../deposits/transaction-state.ts';

/** Deposits that the changes put into quarantine, or give another code there: each is a new reason to look. */
export function newlyKeptBack(
  states: readonly TransactionState[],
  changes: readonly TransactionChange[],
): StoredDeposit[] {
  const found: StoredDeposit[] = [];
  for (const { key, deposits } of changes) {
    for (const deposit of deposits) {
      if (deposit.status !== 'quarantined') continue;
      const before = states.find((state) => state.key === key)?.deposits.find(({ id }) => id === deposit.id);
      if (before?.status !== 'quarantined' || before.code !== deposit.code) found.push(deposit);
    }
  }
  return found;
}
