import type { StoredDeposit } from '../../deposits/transaction-state.ts';
import type { DepositQuery } from '../store.ts';

/** Whether a query asks for it, its page aside. */
export function matchesDeposit(
  deposit: StoredDeposit,
  { status, network, asset, to, transactionId, since }: DepositQuery,
): boolean {
  return (
    (status === undefined || deposit.status === status) &&
    (network === undefined || deposit.network === network) &&
    (asset === undefined || deposit.asset === asset) &&
    (to === undefined || deposit.to === to) &&
    (transactionId === undefined || deposit.transaction.id === transactionId) &&
    (since === undefined || deposit.firstSeenAt >= since)
  );
}
