import type { DepositRecord } from '../deposits/deposit.ts';
import type { StoredStatement } from '../deposits/statement.ts';
import type { StoredDeposit } from '../deposits/transaction-state.ts';
import { depositToJson, statementToJson } from './stored-json.ts';

export * from './stored-json.ts';

// For the PostgreSQL store until it imports stored-json.ts itself.
export function amountToJson(value: StoredStatement | StoredDeposit | DepositRecord): string {
  return 'eventId' in value ? statementToJson(value) : depositToJson(value);
}
