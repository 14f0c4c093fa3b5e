import type { AmountFold } from './amount-fold.ts';
import type { DepositCode } from './codes.ts';
import { type Ruling, unreleased } from './decisions.ts';
import type { DepositFacts } from './facts.ts';
import type { StoredDeposit } from './transaction-state.ts';

/** One amount of a group with its copies; for a payment, whichever of its amounts counts (docs/rules.md#payments). */
export interface AmountState<T = unknown> {
  fold: AmountFold;
  /** What the deposits of the fold are described from. */
  report: T;
  copies: Copy[];
  /** For a payment: what takes the place of these once nothing is credited, and what was there before. */
  next?: { fold: AmountFold; report: T };
  before?: { fold: AmountFold; report: T };
}

/** One copy of an amount: a deposit in the making. */
export interface Copy {
  id: string;
  ordinal: number;
  facts: DepositFacts;
  previous: StoredDeposit | undefined;
  /** What operators and the policy have decided of it. */
  ruling: Ruling;
  isCredited: boolean;
  /** It is credited, and its amount above what is due. */
  isAboveDue: boolean;
  /** What this step does to it; `cancel` takes back a `deposit` that no listener was ever handed (docs/rules.md#revert). */
  moves: ('credit' | 'revert' | 'cancel')[];
  code?: DepositCode;
  /** Why it is held, or was reverted by an operator. */
  reason?: string;
  /** Nothing but holds of the policy keeps it from being credited: it is asked whether it ends them. */
  waitsForPolicy?: boolean;
}

/**
 * docs/rules.md#facts and docs/rules.md#group-held for one group: takes back what is no longer possible, then credits what is due, unless something in the
 * group is credited above its due. Conflicts, checks, holds and a frozen network lower what is due, never what is
 * possible, so they take nothing back.
 */
export function moveGroup(amounts: readonly AmountState[], isFrozen: boolean): void {
  for (const amount of amounts) {
    revertDecided(amount);
    takeBack(amount);
    if (amount.next && creditedCount(amount) === 0) giveWay(amount, amount.next);
  }
  let isGroupHeld = false;
  for (const amount of amounts) {
    if (isAboveDue(amount)) isGroupHeld = true;
  }
  for (const amount of amounts) {
    let credited = creditedCount(amount);
    for (const copy of amount.copies) {
      if (copy.isCredited) {
        markCredited(amount, copy);
        continue;
      }
      const groupCode = isFrozen ? 'NETWORK_FROZEN' : isGroupHeld ? 'GROUP_HELD' : undefined;
      creditOrKeepBack({ amount, copy, credited, groupCode });
      if (copy.isCredited) credited += 1;
    }
  }
}

function giveWay<T>(amount: AmountState<T>, next: { fold: AmountFold; report: T }): void {
  amount.before = { fold: amount.fold, report: amount.report };
  amount.fold = next.fold;
  amount.report = next.report;
}

/** docs/rules.md#deposit-id: from the highest ordinal downward. */
function takeBack({ fold, copies }: AmountState): void {
  let credited = copies.filter((copy) => copy.isCredited).length;
  for (const copy of copies.toReversed()) {
    if (credited <= fold.possible) return;
    if (!copy.isCredited) continue;
    undo(copy);
    credited -= 1;
  }
}

function undo(copy: Copy): void {
  copy.isCredited = false;
  copy.moves.push(copy.facts.isHanded ? 'revert' : 'cancel');
}

/** What an operator says was credited falsely is taken back, whatever is still said of it. */
function revertDecided({ copies }: AmountState): void {
  for (const copy of copies) {
    if (copy.isCredited && copy.ruling.holds.some(({ kind }) => kind === 'reverted')) undo(copy);
  }
}

/** Marks the copies of an amount that is credited above its due, but for those whose credit an operator has accepted. */
function isAboveDue({ fold, copies }: AmountState): boolean {
  let credited = 0;
  let isAbove = false;
  for (const copy of copies) {
    if (!copy.isCredited) continue;
    credited += 1;
    if (credited > dueFor(copy, fold) && doubtsLeft(copy, fold).length > 0) isAbove = true;
  }
  for (const copy of copies) copy.isAboveDue = copy.isCredited && isAbove && doubtsLeft(copy, fold).length > 0;
  return isAbove;
}

/**
 * Why a copy that is credited may be false, without what an operator has accepted: what stands; and, if a release of that
 * would not credit it today, the code that is shown and `REORG_PENDING`, which no other release names.
 */
export function doubtsLeft({ ordinal, ruling }: Copy, fold: AmountFold): DepositCode[] {
  const { stands, due, releasable, possible, code = 'REORG_PENDING' } = fold;
  const left = unreleased(ruling, stands, fold.amount);
  if (stands.length > 0 && ordinal <= Math.max(due, Math.min(releasable, possible))) return left;
  const shown = [code, 'REORG_PENDING' as const].filter((one) => !stands.includes(one) && !ruling.named.has(one));
  return [...new Set([...left, ...shown])];
}

/**
 * Copies due as this one sees them: a release reaches past the conflicts, checks and doubts that it named, never past
 * others that came later, nor past what is possible.
 */
function dueFor({ ruling }: Copy, fold: AmountFold): number {
  if (fold.stands.length === 0 || unreleased(ruling, fold.stands, fold.amount).length > 0) return fold.due;
  return Math.max(fold.due, Math.min(fold.releasable, fold.possible));
}

/** A credited copy that is due shows only what is odd about it; the fold's code says why others are not. */
function markCredited({ fold }: AmountState, copy: Copy): void {
  if (copy.isAboveDue) copy.code = fold.code ?? 'REORG_PENDING';
  else if (fold.code === 'POSITIONS_DIFFER') copy.code = fold.code;
}

/** A copy that is not credited, how many of its amount are, and what keeps the whole group back. */
interface Crediting {
  amount: AmountState;
  copy: Copy;
  credited: number;
  groupCode: DepositCode | undefined;
}

function creditOrKeepBack({ amount, copy, credited, groupCode }: Crediting): void {
  const { fold } = amount;
  const due = dueFor(copy, fold);
  // Copies are interchangeable, but one that is held keeps its place: the next is not credited in its stead.
  const isDue = copy.ordinal <= due && credited < due;
  const { holds } = copy.ruling;
  if (holds.length > 0) {
    copy.reason = holds.map(({ reason }) => reason).join('; ');
    copy.waitsForPolicy = isDue && groupCode === undefined && holds.every(({ kind }) => kind === 'policy');
  }
  const isReverted = holds.some(({ kind }) => kind === 'reverted');
  const kept = isReverted ? 'OPERATOR_REVERTED' : holds.length > 0 ? 'HELD' : isDue ? groupCode : undefined;
  if (isDue && kept === undefined) {
    copy.isCredited = true;
    copy.moves.push('credit');
    markCredited(amount, copy);
    return;
  }
  const code = kept ?? codeLeft(copy, fold);
  if (code !== undefined) copy.code = code;
}

/** The fold's code, unless that was released. */
function codeLeft({ ruling }: Copy, { code, stands, amount }: AmountFold): DepositCode | undefined {
  if (code === undefined || !stands.includes(code)) return code;
  const left = unreleased(ruling, stands, amount);
  return left.includes(code) ? code : left[0];
}

function creditedCount({ copies }: AmountState): number {
  let count = 0;
  for (const copy of copies) if (copy.isCredited) count += 1;
  return count;
}
