import { confirmedCopies, type Placed, placeAmount, possibleCopies, readyCopies, reportedCopies } from './due.ts';
import { confirmationsAsked } from './fold-rules.ts';
import { type DepthView, type GroupView, isConfirmedUnplaced } from './group-view.ts';
import { type AmountView, type Copies, isDenied, keepBack } from './reasons.ts';
import { unplacedOf } from './reporter.ts';
import type { Statement } from './statement.ts';
import { type CreditedUnder, type KeptTerms, stored } from './terms.ts';

/** What the fold makes of one amount. */
export interface AmountFold extends Copies {
  memo?: string;
  /** Copies reported at all and not taken back, mempool and unconfirmed ones too. */
  reported: number;
  /** What is asked now: kept with what is credited. */
  under: CreditedUnder;
  /** Whether it is possible under that alone, whatever was asked before. */
  isPossibleNow: boolean;
  /** Some provider has given them. */
  isConfirmed: boolean;
  /** The most that one provider has counted where the copies are. */
  confirmations: number;
  /** Hash of the block that supports it, if there is one. */
  block?: string;
  /** The provider has replaced this amount of its payment by another. */
  isReplaced?: boolean;
}

/** How the group looked under what was asked earlier: nothing that is asked now makes impossible what was possible then. */
export interface Earlier {
  group: GroupView;
  /** Default: those that are asked now. */
  confirmations?: number;
}

/** What is asked now, and what was asked while the amount was credited. */
export interface AskedOf {
  terms: KeptTerms;
  earlier: readonly Earlier[];
}

export function foldAmount(
  group: GroupView,
  key: string,
  statements: readonly Statement[],
  { terms, earlier }: AskedOf,
): AmountFold {
  const { amount, memo } = statements[0] ?? { amount: 0n, memo: undefined };
  const asked = confirmationsAsked(group.rules, amount);
  const now = amountAt(group, key, asked);
  const { view, placed, ready } = now;
  const possibleNow = possibleIn(now);
  const possibleThen = earlier.map((one) => possibleIn(amountAt(one.group, key, one.confirmations ?? asked)));
  const possible = Math.max(possibleNow, ...possibleThen);
  const { confirmations, block } = depthShown(group, key, placed);
  const fold: AmountFold = {
    amount,
    due: amount > 0n ? ready.copies : 0,
    possible,
    releasable: Math.max(ready.copies, confirmedCopies(group, key, view, placed)),
    stands: [],
    reported: Math.max(possible, reportedCopies(group, key, placed)),
    under: { confirmations: stored(asked), ...terms },
    isPossibleNow: possibleNow > 0,
    isConfirmed: isConfirmedSomewhere(group, key, view, placed),
    confirmations,
  };
  if (block !== undefined) fold.block = block;
  if (memo !== undefined) fold.memo = memo;
  keepBack(fold, now, statements);
  return fold;
}

function amountAt(group: GroupView, key: string, confirmations: number): AmountView {
  const view = group.at(confirmations);
  const placed = placeAmount(group, key, view);
  return { group, key, view, placed, ready: readyCopies(group, key, view, placed) };
}

/** What may still be true; less if the chain check denies it. What is final never dies. */
function possibleIn(amount: AmountView): number {
  const { group, key, view, placed, ready } = amount;
  if (isDenied(amount)) return Math.max(0, ...placed.filter((one) => one.block.isFinal).map((one) => one.copies));
  return Math.max(ready.copies, possibleCopies(group, key, view, placed));
}

function isConfirmedSomewhere(group: GroupView, key: string, view: DepthView, placed: readonly Placed[]): boolean {
  if (placed.some((one) => one.isConfirmed && one.copies > 0)) return true;
  return group.reporters.some((reporter) =>
    unplacedOf(reporter, key).some((one) => isConfirmedUnplaced(one, view.confirmations)),
  );
}

/** The block with the most confirmations that holds the amount, and how many; a statement without one may have more. */
function depthShown(
  group: GroupView,
  key: string,
  placed: readonly Placed[],
): { confirmations: number; block?: string } {
  let block: string | undefined;
  let confirmations = -1;
  for (const one of placed) {
    if (one.copies === 0) continue;
    let count = 0;
    for (const report of one.block.reports.values()) if (report.live) count = Math.max(count, report.depth.count);
    const isShown = count > confirmations || (count === confirmations && block !== undefined && one.block.hash < block);
    if (isShown) [block, confirmations] = [one.block.hash, count];
  }
  confirmations = Math.max(0, confirmations);
  for (const reporter of group.reporters) {
    for (const one of unplacedOf(reporter, key)) {
      if (one.standing !== 'dead' && one.tellsRows) confirmations = Math.max(confirmations, one.depth.count);
    }
  }
  return block === undefined ? { confirmations } : { confirmations, block };
}
