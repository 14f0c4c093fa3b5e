import type { AmountFold } from './amount-fold.ts';
import type { DepositCode } from './codes.ts';
import type { DepositFacts } from './facts.ts';
import type { StoredDeposit } from './transaction-state.ts';

/** One amount of a group with its copies; for a payment, whichever of its amounts counts (rule 26). */
export interface Line<T = unknown> {
  fold: AmountFold;
  /** What the deposits of the fold are described from. */
  told: T;
  copies: Copy[];
  /** For a payment: what takes the place of these once nothing is credited, and what was there before. */
  next?: { fold: AmountFold; told: T };
  before?: { fold: AmountFold; told: T };
}

/** One copy of an amount: a deposit in the making. */
export interface Copy {
  id: string;
  ordinal: number;
  facts: DepositFacts;
  previous: StoredDeposit | undefined;
  /** An operator's last word on it. */
  decision: 'release' | 'hold' | undefined;
  /** `policy.hold` gave a reason. */
  isHeld: boolean;
  isCredited: boolean;
  /** It is credited, and its amount above what is due. */
  isAboveDue: boolean;
  /** What this step does to it; `cancel` takes back a `deposit` that no listener was ever handed (rule 23). */
  moves: ('credit' | 'revert' | 'cancel')[];
  code?: DepositCode;
}

/**
 * Rules 2 and 3 for one group: takes back what is no longer possible, then credits what is due, unless something in the
 * group is credited above its due. Conflicts, checks, holds and a frozen network lower what is due, never what is
 * possible, so they take nothing back.
 */
export function moveGroup(lines: readonly Line[], isFrozen: boolean): void {
  for (const line of lines) {
    takeBack(line);
    if (line.next && creditedCount(line) === 0) giveWay(line, line.next);
  }
  let isGroupHeld = false;
  for (const line of lines) {
    if (isAboveDue(line)) isGroupHeld = true;
  }
  for (const line of lines) {
    for (const copy of line.copies) {
      if (copy.isCredited) markCredited(line, copy);
      else creditOrKeepBack(line, copy, isFrozen ? 'NETWORK_FROZEN' : isGroupHeld ? 'GROUP_HELD' : undefined);
    }
  }
}

function giveWay<T>(line: Line<T>, next: { fold: AmountFold; told: T }): void {
  line.before = { fold: line.fold, told: line.told };
  line.fold = next.fold;
  line.told = next.told;
}

/** Rule 9: from the highest ordinal downward. */
function takeBack({ fold, copies }: Line): void {
  let credited = copies.filter((copy) => copy.isCredited).length;
  for (const copy of copies.toReversed()) {
    if (credited <= fold.possible) return;
    if (!copy.isCredited) continue;
    copy.isCredited = false;
    copy.moves.push(copy.facts.isHanded ? 'revert' : 'cancel');
    credited -= 1;
  }
}

/** Marks the copies of a line that is credited above its due. */
function isAboveDue({ fold, copies }: Line): boolean {
  let credited = 0;
  let isAbove = false;
  for (const copy of copies) {
    if (!copy.isCredited) continue;
    credited += 1;
    if (credited > dueFor(copy, fold)) isAbove = true;
  }
  for (const copy of copies) copy.isAboveDue = copy.isCredited && isAbove;
  return isAbove;
}

/** Copies due as this one sees them: a release reaches past conflicts and checks, never past what is possible. */
function dueFor(copy: Copy, fold: AmountFold): number {
  return copy.decision === 'release' ? Math.max(fold.due, Math.min(fold.releasable, fold.possible)) : fold.due;
}

/** A credited copy that is due shows only what is odd about it; the fold's code says why others are not. */
function markCredited({ fold }: Line, copy: Copy): void {
  if (copy.isAboveDue) copy.code = fold.code ?? 'REORG_PENDING';
  else if (fold.code === 'POSITIONS_DIFFER') copy.code = fold.code;
}

function creditOrKeepBack(line: Line, copy: Copy, groupCode: DepositCode | undefined): void {
  const { fold } = line;
  const due = dueFor(copy, fold);
  // Copies are interchangeable, but one that is held keeps its place: the next is not credited in its stead.
  const isDue = copy.ordinal <= due && creditedCount(line) < due;
  const isHeld = copy.decision === 'hold' || (copy.isHeld && copy.decision !== 'release');
  const kept = isHeld ? 'HELD' : isDue ? groupCode : undefined;
  if (isDue && kept === undefined) {
    copy.isCredited = true;
    copy.moves.push('credit');
    markCredited(line, copy);
    return;
  }
  const code = kept ?? fold.code;
  if (code !== undefined) copy.code = code;
}

function creditedCount({ copies }: Line): number {
  let count = 0;
  for (const copy of copies) if (copy.isCredited) count += 1;
  return count;
}
