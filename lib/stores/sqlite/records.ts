import type { StoredStatement } from '../../deposits/statement.ts';
import type { StoredDeposit, TransactionChange } from '../../deposits/transaction-state.ts';
import type { Pieces } from '../../util/turns.ts';
import { depositToJson, statementToJson } from '../shared/stored-json.ts';

/** What the tables keep of statements and deposits as JSON. */
export type Records = ReadonlyMap<StoredStatement | StoredDeposit, string>;

/** Written out before the write transaction begins, in pieces: within it, all of them would hold the event loop at once. */
export function* recordsOf(changes: readonly TransactionChange[]): Pieces<Records> {
  const records = new Map<StoredStatement | StoredDeposit, string>();
  for (const { statements, deposits } of changes) {
    for (const statement of statements) {
      records.set(statement, statementToJson(statement));
      yield;
    }
    for (const deposit of deposits) {
      records.set(deposit, depositToJson(deposit));
      yield;
    }
  }
  return records;
}
