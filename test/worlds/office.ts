import type { DepositRecord } from '../../lib/deposits/deposit.ts';
import type { HoldAnswer } from '../../lib/deposits/holding.ts';
import type { StoredDeposit } from '../../lib/deposits/transaction-state.ts';
import { keyOf } from './chain.ts';
import { decimals, type Outcome, type Step, type Violation } from './world.ts';

/** What operators and the policy have said of the deposits of a world, and whether a credit passes it over. */
export interface Office {
  /** A step that was played, what came of it, and the deposits as they stood before. */
  hear(step: Step, outcome: Outcome, before: readonly StoredDeposit[]): void;
  /** The deposits as they stand after the step. */
  see(after: readonly StoredDeposit[]): void;
  /** Which promise a credit of now breaks. */
  passedOver(credited: DepositRecord): Violation['kind'] | undefined;
  /** Whether the step is a revert of that deposit. */
  reverts(depositId: string): boolean;
  /** The deposit that the step reverts. */
  reverted(): string | undefined;
  hasReleased(depositId: string): boolean;
  /** Of how many deposits of that amount operators have said that they are false. */
  rejected(key: string): number;
  /** Something was released or corrected. */
  hasDecided(): boolean;
  hasCorrected(): boolean;
}

interface Corrected {
  memo?: string | null;
  /** Units as they were reported, and as they are to be credited. */
  amount?: { reported: bigint; credited: bigint };
}

export function createOffice(): Office {
  const released = new Set<string>();
  const corrected = new Map<string, Corrected>();
  /** Why each deposit is kept back, by operators and by the policy. */
  const byOperator = new Map<string, Set<string>>();
  const byPolicy = new Map<string, Set<string>>();
  let answer: HoldAnswer;
  let isFrozen = false;
  let reverting: string | undefined;
  /** Keys of their amounts. */
  const rejected = new Map<string, string>();

  const obey = (step: Step & { do: 'decide' }, deposit: StoredDeposit): void => {
    const { decision, reason, correction } = step;
    if (decision === 'hold' || decision === 'revert') add(byOperator, deposit.id, reason);
    if (decision === 'revert') {
      reverting = deposit.id;
      rejected.set(deposit.id, keyOf(deposit));
    }
    if (decision === 'release') {
      released.add(deposit.id);
      byOperator.delete(deposit.id);
      byPolicy.delete(deposit.id);
    }
    if (decision === 'correct' && correction) {
      const known = corrected.get(deposit.id) ?? {};
      if (correction.memo !== undefined) known.memo = correction.memo;
      if (correction.decimals !== undefined) known.amount = counted(deposit, correction.decimals);
      corrected.set(deposit.id, known);
    }
  };

  return {
    hear(step, { refused }, before) {
      reverting = undefined;
      if (step.do === 'policy') ({ answer, isFrozen } = step);
      if (step.do !== 'decide' || refused !== undefined) return;
      const deposit = before[step.place];
      if (deposit) obey(step, deposit);
    },
    see(after) {
      for (const { id, code, reason } of after) {
        if (code !== 'HELD' || reason === undefined) continue;
        for (const one of reason.split('; ')) if (!byOperator.get(id)?.has(one)) add(byPolicy, id, one);
      }
    },
    passedOver({ id, amount, memo }) {
      if (byOperator.has(id)) return 'credited past an operator';
      if (isFrozen) return 'credited past the policy';
      if (typeof answer === 'string' && !released.has(id)) return 'credited past the policy';
      const held = byPolicy.get(id);
      if (held && typeof answer === 'object') held.delete(answer.ends);
      if (held && held.size > 0) return 'credited past the policy';
      const asked = corrected.get(id);
      const isOtherMemo = asked?.memo !== undefined && asked.memo !== (memo ?? null);
      const isOtherAmount = asked?.amount !== undefined && asked.amount.credited !== amount;
      return isOtherMemo || isOtherAmount ? 'credited otherwise than corrected' : undefined;
    },
    reverts: (depositId) => depositId === reverting,
    reverted: () => reverting,
    hasReleased: (depositId) => released.has(depositId),
    rejected: (key) => [...rejected.values()].filter((one) => one === key).length,
    hasDecided: () => released.size + corrected.size > 0,
    hasCorrected: () => corrected.size > 0,
  };
}

function counted({ amount, reported }: StoredDeposit, of: number): { reported: bigint; credited: bigint } {
  const told = reported ? BigInt(reported.amount) : amount;
  const scale = 10n ** BigInt(Math.abs(decimals - of));
  return { reported: told, credited: of > decimals ? told / scale : told * scale };
}

function add(to: Map<string, Set<string>>, id: string, reason: string): void {
  const known = to.get(id);
  if (known) known.add(reason);
  else to.set(id, new Set([reason]));
}
