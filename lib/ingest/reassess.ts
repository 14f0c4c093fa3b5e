import type { Advance, AdvanceContext } from '../deposits/advance.ts';
import { alarmsOf, type DepositAlarm } from '../deposits/alarms.ts';
import type { Decision } from '../deposits/decisions.ts';
import type { DepositRecord } from '../deposits/deposit.ts';
import type { HoldAnswer } from '../deposits/holding.ts';
import type { Standing } from '../deposits/standing.ts';
import type { StoredStatement } from '../deposits/statement.ts';
import type { StoredDeposit, TransactionState } from '../deposits/transaction-state.ts';
import { DepositCallbackError } from '../errors.ts';
import type { Store } from '../stores/store.ts';

/** What makes a transaction be folded again. */
export interface Reassessment {
  /** Of our own chain check. */
  statements?: readonly StoredStatement[];
  /** What an operator decides, as the deposits stand; asked again where another commit came between. */
  decide?: (standings: ReadonlyMap<string, Standing>) => readonly Decision[];
}

export interface ReassessParts {
  store: Pick<Store, 'load' | 'commit'>;
  advanceOne(
    state: TransactionState,
    arrived: readonly StoredStatement[],
    more: Pick<AdvanceContext, 'holds' | 'decisions'>,
  ): Advance;
  unaskedOf(advance: Advance, holds: ReadonlyMap<string, unknown>): DepositRecord[];
  ask(deposits: readonly DepositRecord[], holds: Map<string, HoldAnswer>): Promise<unknown>;
  onAlarm(alarm: DepositAlarm): void;
  maxRounds: number;
}

/** Folds one transaction again and keeps what comes of it; gives its deposits as they are then. */
export async function reassess(
  key: string,
  { statements = [], decide }: Reassessment,
  { store, advanceOne, unaskedOf, ask, onAlarm, maxRounds }: ReassessParts,
): Promise<readonly StoredDeposit[]> {
  const holds = new Map<string, HoldAnswer>();
  for (let round = 0; round < maxRounds; round += 1) {
    const [state] = await store.load([key]);
    if (!state) throw new DepositCallbackError('NOT_FOUND', `The store did not answer for transaction ${key}`);
    const decisions = decide?.(advanceOne(state, [], { holds: new Map() }).standings) ?? [];
    let next = advanceOne(state, statements, { holds, decisions });
    for (let unasked = unaskedOf(next, holds); unasked.length > 0; unasked = unaskedOf(next, holds)) {
      await ask(unasked, holds);
      next = advanceOne(state, statements, { holds, decisions });
    }
    const { change, deposits } = next;
    if (!change) return deposits;
    const { lost } = await store.commit({ callbacks: [], changes: [change] });
    if (lost.length > 0) continue;
    // Whoever decides knows what he keeps back.
    if (decisions.length === 0) alarmsOf([state], [change]).forEach(onAlarm);
    return deposits;
  }
  throw new DepositCallbackError('UNAVAILABLE', `Transaction ${key} was changed elsewhere ${maxRounds} times in a row`);
}
