import { alarmsOf } from '../deposits/alarms.ts';
import type { Decision } from '../deposits/decisions.ts';
import type { HoldAnswer } from '../deposits/holding.ts';
import type { Standing } from '../deposits/standing.ts';
import type { StoredStatement } from '../deposits/statement.ts';
import type { StoredDeposit } from '../deposits/transaction-state.ts';
import { DepositCallbackError } from '../errors.ts';
import { inTurns } from '../util/turns.ts';
import { askHolds, type FoldingParts, foldNow, maxRounds, unaskedOf } from './folding.ts';

/** What makes a transaction be folded again. */
export interface Reassessment {
  /** Of our own chain check. */
  statements?: readonly StoredStatement[];
  /** What an operator decides, as the deposits stand; asked again if another commit came between. */
  decide?: (standings: ReadonlyMap<string, Standing>) => readonly Decision[];
}

/** Folds one transaction again and keeps what comes of it; gives its deposits as they are then. */
export async function reassess(
  key: string,
  { statements = [], decide }: Reassessment,
  parts: FoldingParts,
): Promise<readonly StoredDeposit[]> {
  const { store, onAlarm } = parts;
  const holds = new Map<string, HoldAnswer>();
  for (let round = 0; round < maxRounds; round += 1) {
    const [state] = await store.load([key]);
    if (!state) throw new DepositCallbackError('NOT_FOUND', `The store did not answer for transaction ${key}`);
    const decisions = decide?.((await inTurns(foldNow(parts, state, [], { holds: new Map() }))).standings) ?? [];
    let next = await inTurns(foldNow(parts, state, statements, { holds, decisions }));
    for (let unasked = unaskedOf(parts, next, holds); unasked.length > 0; unasked = unaskedOf(parts, next, holds)) {
      await askHolds(parts, unasked, holds);
      next = await inTurns(foldNow(parts, state, statements, { holds, decisions }));
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
