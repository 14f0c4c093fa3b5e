import type { TransactionState } from '../../lib/deposits/transaction-state.ts';
import { outlivesPrune } from '../../lib/stores/shared/outlives-prune.ts';

/**
 * What a store has of a transaction after `prune`, as `Store.prune` promises: all of it while a deposit of it waits or an event
 * is owed, and once something was credited; else what must outlive it, or nothing.
 */
export function pruned(state: TransactionState): TransactionState {
  const { key, version, statements, deposits, facts, decisions } = state;
  const isNeeded =
    deposits.some(({ waitingSince }) => waitingSince !== undefined) ||
    facts.some(({ kind, handed, cancelled }) => kind === 'deposit' || !(handed || cancelled));
  if (isNeeded) return state;
  const isKept = facts.length > 0 || decisions.length > 0 || statements.some(outlivesPrune);
  if (isKept) return { ...state, version: version + 1, deposits: [] };
  return { key, version: 0, statements: [], deposits: [], facts: [], decisions: [] };
}
