import { type Placed, placeAmount, possibleCopies, type Ready, readyCopies, reportedCopies } from './due.ts';
import { confirmationsAsked } from './fold-rules.ts';
import { type DepthView, type GroupView, isConfirmedLoose } from './group-view.ts';
import { type AmountView, type Copies, isDenied, keepBack } from './reasons.ts';
import type { Statement } from './statement.ts';

/** What the fold makes of one amount. */
export interface AmountFold extends Copies {
  amount: bigint;
  memo?: string;
  /** Copies reported at all and not taken back, mempool and unconfirmed ones too. */
  reported: number;
  /** Confirmations that the policy asks for this amount. */
  asked: number;
  /** Some provider has given them. */
  isConfirmed: boolean;
  /** The most that one provider has counted where the copies are. */
  confirmations: number;
  /** Hash of the block that speaks for it, where there is one. */
  block?: string;
  /** The provider has replaced this amount of its payment by another. */
  isReplaced?: boolean;
}

/** `creditedWith`: confirmations under which it was credited, which keep it possible when the policy asks for more. */
export function foldAmount(
  group: GroupView,
  key: string,
  statements: readonly Statement[],
  creditedWith?: number,
): AmountFold {
  const { amount, memo } = statements[0] ?? { amount: 0n, memo: undefined };
  const asked = confirmationsAsked(group.rules, amount);
  const now = amountAt(group, key, asked);
  const { view, placed, ready } = now;
  let possible = possibleIn(now);
  if (creditedWith !== undefined && creditedWith < asked) {
    possible = Math.max(possible, possibleIn(amountAt(group, key, creditedWith)));
  }
  const { confirmations, block } = depthShown(group, key, placed);
  const fold: AmountFold = {
    amount,
    due: amount > 0n ? ready.copies : 0,
    possible,
    releasable: releasableCopies(group, key, view, placed, ready),
    reported: Math.max(possible, reportedCopies(group, key, placed)),
    asked,
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

/** Rule 14, and what the chain check denies (rule 17). */
function possibleIn(amount: AmountView): number {
  const { group, key, view, placed, ready } = amount;
  // Rule 16: what is final never dies.
  if (isDenied(amount)) return Math.max(0, ...placed.filter((one) => one.block.isFinal).map((one) => one.copies));
  return Math.max(ready.copies, possibleCopies(group, key, view, placed));
}

// Rule 26: nobody else can agree on a payment, and no chain check finds it, so there an operator's release stands for both.
function releasableCopies(
  group: GroupView,
  key: string,
  view: DepthView,
  placed: readonly Placed[],
  ready: Ready,
): number {
  const { rules, quorum } = group;
  if (rules.keyedBy !== 'payment' || (quorum === 1 && !rules.chainRequired)) return ready.copies;
  return readyCopies({ ...group, quorum: 1, rules: { ...rules, chainRequired: false } }, key, view, placed).copies;
}

function isConfirmedSomewhere(group: GroupView, key: string, view: DepthView, placed: readonly Placed[]): boolean {
  if (placed.some((one) => one.isConfirmed && one.copies > 0)) return true;
  return group.voices.some(
    (voice) =>
      voice.tellsRows && voice.loose.some((one) => one.key === key && isConfirmedLoose(one, view.confirmations)),
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
    for (const word of one.block.words.values()) if (word.live) count = Math.max(count, word.depth.count);
    const isShown = count > confirmations || (count === confirmations && block !== undefined && one.block.hash < block);
    if (isShown) [block, confirmations] = [one.block.hash, count];
  }
  confirmations = Math.max(0, confirmations);
  for (const voice of group.voices) {
    for (const one of voice.loose) {
      if (one.key === key && !one.dead && voice.tellsRows) confirmations = Math.max(confirmations, one.depth.count);
    }
  }
  return block === undefined ? { confirmations } : { confirmations, block };
}
