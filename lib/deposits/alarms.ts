import type { StoredDeposit, TransactionChange, TransactionState } from './transaction-state.ts';

/** What a person must look at: a deposit that is kept back, or one that is credited and may be false. */
export interface DepositAlarm {
  code: 'DEPOSIT_QUARANTINED' | 'DEPOSIT_HELD' | 'CREDIT_IN_DOUBT';
  deposit: StoredDeposit;
}

/** Codes with which a pending deposit does not simply wait: somebody has taken back what it rests on. */
const holding: ReadonlySet<string> = new Set(['REMOVED_NO_BLOCK', 'REORG_AMBIGUOUS', 'FAILED', 'GROUP_HELD']);

/** What changes give a person to look at, once for each cause: a cause is a deposit, how it stands, and its code. */
export function alarmsOf(states: readonly TransactionState[], changes: readonly TransactionChange[]): DepositAlarm[] {
  const found: DepositAlarm[] = [];
  let known: ReadonlyMap<string, StoredDeposit> | undefined;
  for (const { deposits } of changes) {
    for (const deposit of deposits) {
      const code = alarmOf(deposit);
      if (code === undefined) continue;
      known ??= new Map(states.flatMap((state) => state.deposits.map((one) => [one.id, one])));
      const before = known.get(deposit.id);
      const isKnown = before && alarmOf(before) === code && before.code === deposit.code;
      if (!isKnown) found.push({ code, deposit });
    }
  }
  return found;
}

/** What a deposit asks of a person as it stands; undefined if nothing. */
export function alarmOf({
  status,
  code,
  waitingSince,
}: Pick<StoredDeposit, 'status' | 'code' | 'waitingSince'>): DepositAlarm['code'] | undefined {
  if (status === 'quarantined') return 'DEPOSIT_QUARANTINED';
  if (status === 'pending' && code !== undefined && holding.has(code)) return 'DEPOSIT_HELD';
  // Credited, and waiting: above what is due.
  return status === 'confirmed' && waitingSince !== undefined ? 'CREDIT_IN_DOUBT' : undefined;
}
