import type { TransactionState } from '../../lib/deposits/transaction-state.ts';

/**
 * Whether retention may forget a transaction: nothing of it was ever credited, waits or is owed; and nothing was told of it that
 * could be told again, nor anything taken back that could be said again.
 */
export function mayForget({ facts, deposits, statements }: TransactionState): boolean {
  if (deposits.some(({ waitingSince }) => waitingSince !== undefined)) return false;
  if (facts.length > 0) return false;
  return !statements.some(({ kind }) => kind === 'removed' || kind === 'failed');
}
