import { type Advance, type AdvanceContext, advancing } from '../deposits/advance.ts';
import type { DepositAlarm } from '../deposits/alarms.ts';
import { copyDeposit, type DepositRecord } from '../deposits/deposit.ts';
import type { HoldAnswer } from '../deposits/holding.ts';
import type { Group, StoredStatement } from '../deposits/statement.ts';
import type { TransactionState } from '../deposits/transaction-state.ts';
import type { CompiledPolicy } from '../policy/compile-policy.ts';
import type { Store } from '../stores/store.ts';
import { handled } from '../util/promises.ts';
import { inTime } from '../util/time-limit.ts';
import type { Pieces } from '../util/turns.ts';

/** What a fold that is to be committed needs beside the transaction. */
export interface FoldingParts {
  store: Pick<Store, 'load' | 'commit'>;
  policy: () => CompiledPolicy;
  now: () => number;
  /** How long `policy.hold` may take before it counts as failed. */
  policyMs: number;
  /** Told of what a commit gives a person to look at. */
  onAlarm: (alarm: DepositAlarm) => void;
  /** Told that `policy.hold` failed: what it was asked of is not stored, and comes again. */
  onHoldFailed: (error: unknown, deposits: readonly DepositRecord[]) => void;
}

// A loser of compare-and-set loads again; with a handful of receivers a transaction is contended for a few rounds at most.
export const maxRounds = 50;

/** Folds one transaction under the policy of now. */
export function foldNow(
  { policy, now }: FoldingParts,
  state: TransactionState,
  arrived: readonly StoredStatement[],
  more: Pick<AdvanceContext, 'holds' | 'decisions'>,
): Pieces<Advance> {
  const compiled = policy();
  return advancing(state, arrived, {
    now: now(),
    rules: compiled.rulesFor,
    frozen: compiled.frozen(),
    ...more,
    asset: (group: Group) => compiled.assetOf(group.asset),
  });
}

/** Deposits that are about to be credited and of which `policy.hold` has not been asked. */
export function unaskedOf(
  { policy }: FoldingParts,
  { proposed }: Advance,
  holds: ReadonlyMap<string, unknown>,
): DepositRecord[] {
  return policy().hold === undefined ? [] : proposed.filter(({ id }) => !holds.has(id));
}

/** Asks `policy.hold` and puts what it says into `holds`, by deposit id. */
export function askHolds(
  { policy, policyMs, onHoldFailed }: FoldingParts,
  deposits: readonly DepositRecord[],
  holds: Map<string, HoldAnswer>,
): Promise<unknown> {
  const { hold } = policy();
  const asked = deposits.map(async (deposit) => {
    holds.set(deposit.id, await hold?.(copyDeposit(deposit)));
  });
  const answered = inTime(policyMs, Promise.all(asked), 'policy.hold').catch((error: unknown) => {
    onHoldFailed(error, deposits);
    throw error;
  });
  // Of a callback that another reason fails, nobody waits for the answer.
  return handled(answered);
}
