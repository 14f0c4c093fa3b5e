import type { DepositRecord } from '../deposits/deposit.ts';
import type { StoredDeposit } from '../deposits/transaction-state.ts';

/** What the public sees of a stored deposit. */
export function depositRecordOf(stored: StoredDeposit): DepositRecord {
  const { group: _group, ordinal: _ordinal, waitingSince: _waitingSince, ...record } = stored;
  return record;
}
