import type { DepositRecord } from '../../deposits/deposit.ts';
import type { StoredDeposit } from '../../deposits/transaction-state.ts';

/** Whether the event shows the deposit as the change stores it: the very values, as an event made from it has them. */
export function showsStored(shown: DepositRecord, stored: StoredDeposit | undefined): boolean {
  if (!stored) return false;
  let fields = 0;
  for (const name in stored) {
    if (storedOnly.has(name)) continue;
    if (shown[name as keyof DepositRecord] !== stored[name as keyof DepositRecord]) return false;
    fields += 1;
  }
  return fields === Object.keys(shown).length;
}

const storedOnly: ReadonlySet<string> = new Set([
  'group',
  'ordinal',
  'waitingSince',
  'creditedWith',
  'creditedUnder',
  'creditedAlso',
  'reported',
]);
