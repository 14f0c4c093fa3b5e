import type { DepositCode } from './codes.ts';
import { positionsDiffer } from './copies.ts';
import { type Placed, placeAmount, possibleCopies, type Ready, readyCopies, reportedCopies } from './due.ts';
import { chainProvider, confirmationsAsked } from './fold-rules.ts';
import { type DepthView, type GroupView, isConfirmedLoose } from './group-view.ts';
import { positionScope } from './identity.ts';
import type { Statement } from './statement.ts';
import { blockOf, type Voice, type Word } from './voices.ts';

/** What the fold makes of one amount. */
export interface AmountFold {
  amount: bigint;
  memo?: string;
  /** Copies to credit now. */
  due: number;
  /** Copies that may still be true; never fewer than are due. */
  possible: number;
  /** What would be due but for a conflict or a named check: what an operator's release reaches. */
  releasable: number;
  /** Copies reported at all and not taken back, mempool and unconfirmed ones too. */
  reported: number;
  code?: DepositCode;
  /** Confirmations that the policy asks for this amount. */
  asked: number;
  /** Some provider has given them. */
  isConfirmed: boolean;
  /** The most that one provider has counted where the copies are. */
  confirmations: number;
  /** Hash of the block that speaks for it, where there is one. */
  block?: string;
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
  const view = group.at(asked);
  const placed = placeAmount(group, key, view);
  const ready = readyCopies(group, key, view, placed);
  let possible = Math.max(ready.copies, possibleCopies(group, key, view, placed));
  if (creditedWith !== undefined && creditedWith < asked) {
    const before = group.at(creditedWith);
    possible = Math.max(possible, possibleCopies(group, key, before, placeAmount(group, key, before)));
  }
  const fold: AmountFold = {
    amount,
    due: amount > 0n ? ready.copies : 0,
    possible,
    releasable: releasableCopies(group, key, view, placed, ready),
    reported: Math.max(possible, reportedCopies(group, key, placed)),
    asked,
    isConfirmed: isConfirmedSomewhere(group, key, view, placed),
    ...depthShown(group, key, placed),
  };
  if (memo !== undefined) fold.memo = memo;
  const code = keepBack(fold, group, key, statements, view, placed, ready);
  if (code !== undefined) fold.code = code;
  return fold;
}

// Rule 26: nobody else can agree on a payment, and no chain check finds it, so there an operator's release stands for both.
function releasableCopies(group: GroupView, key: string, view: DepthView, placed: Placed[], ready: Ready): number {
  const { rules, quorum } = group;
  if (rules.keyedBy !== 'payment' || (quorum === 1 && !rules.chainRequired)) return ready.copies;
  return readyCopies({ ...group, quorum: 1, rules: { ...rules, chainRequired: false } }, key, view, placed).copies;
}

/** Applies what may keep the copies from being due, and names the first of the reasons. */
function keepBack(
  fold: AmountFold,
  group: GroupView,
  key: string,
  statements: readonly Statement[],
  view: DepthView,
  placed: readonly Placed[],
  ready: Ready,
): DepositCode | undefined {
  const isConflict = view.conflicts.has(key) && ready.isByChain !== true;
  if (isConflict) {
    fold.due = 0;
    if (view.chainHasSpoken && !chainTells(group, key)) {
      // Rule 17: the chain check decides. Rule 16: what is final never dies.
      fold.releasable = 0;
      fold.possible = Math.max(0, ...placed.filter((one) => one.block.isFinal).map((one) => one.copies));
      return 'CHAIN_DISAGREES';
    }
  }
  const check = standingCheck(statements, group, view);
  if (check !== undefined) fold.due = 0;
  if (group.removedNoBlock && ready.code === group.removedNoBlock) return ready.code;
  if (isConflict) return 'CONFLICT';
  if (check !== undefined) return check;
  if (ready.code !== undefined) return ready.code;
  return fold.possible > 0 ? oddity(group, key, placed) : whyGone(group, key, statements);
}

/** Whether our own chain check tells the amount, though it may not have confirmed it yet. */
function chainTells({ voices }: GroupView, key: string): boolean {
  const chain = voices.find((voice) => voice.name === chainProvider);
  if (!chain) return false;
  if (chain.loose.some((one) => one.key === key && !one.dead)) return true;
  return [...chain.words.values()].some((word) => word.live && word.rows.has(key));
}

/** A check stands until that provider's newer statement of the same amount and position comes without it. */
function standingCheck(statements: readonly Statement[], group: GroupView, view: DepthView): DepositCode | undefined {
  let found: DepositCode | undefined;
  for (const statement of statements) {
    const { check } = statement;
    if (check === undefined || (found !== undefined && found <= check)) continue;
    if (isDead(statement, group, view) || statements.some((other) => supersedes(other, statement))) continue;
    found = check;
  }
  return found;
}

function supersedes(other: Statement, checked: Statement): boolean {
  if (other.provider !== checked.provider || other.check === checked.check || other.kind === 'failed') return false;
  if (other.at === undefined || checked.at === undefined || other.at <= checked.at) return false;
  return checked.position === undefined || other.position === checked.position;
}

function isDead(statement: Statement, group: GroupView, view: DepthView): boolean {
  const hash = blockOf(statement);
  if (hash !== undefined) {
    const block = group.blocks.find((one) => one.hash === hash);
    return block === undefined || view.standings.get(block) === 'dead';
  }
  const voice = group.voices.find((one) => one.name === statement.provider);
  return voice?.loose.some((one) => one.statement === statement && one.dead && !one.final) ?? false;
}

function oddity(group: GroupView, key: string, placed: readonly Placed[]): DepositCode | undefined {
  if (placed.some((one) => positionsDiffer([...one.rows.values()]))) return 'POSITIONS_DIFFER';
  const fixed = group.voices.map((voice) => fixedRows(voice, key, placed)).filter((rows) => rows.length > 0);
  return positionsDiffer(fixed) ? 'POSITIONS_DIFFER' : undefined;
}

/** What a provider tells by positions that the transaction fixes: they compare across blocks, and without one. */
function fixedRows(voice: Voice, key: string, placed: readonly Placed[]): Statement[] {
  const loose = voice.loose
    .filter((one) => voice.tellsRows && one.key === key && !one.dead)
    .map((one) => one.statement);
  const rows = loose.length === 0 ? [] : [...loose, ...placed.flatMap((one) => one.rows.get(voice) ?? [])];
  return rows.filter(({ position }) => position !== undefined && positionScope(position) === 'transaction');
}

function whyGone(group: GroupView, key: string, statements: readonly Statement[]): DepositCode | undefined {
  if (statements.some((one) => one.kind === 'failed')) return 'FAILED';
  if (statements.every((one) => !tellsRows(group, one.provider))) return 'MEMO_UNKNOWN';
  let code: DepositCode | undefined;
  for (const block of group.blocks) {
    const words = [...block.words.values()];
    const told = words.filter((word) => word.rows.has(key));
    if (told.length === 0) continue;
    if (block.failed) return 'FAILED';
    if (told.some(isRemovedUntimed)) return 'REMOVED_UNTIMED';
    if (words.some((word) => word.removalStands)) code = 'REMOVED';
  }
  return code ?? group.removedNoBlock;
}

function isRemovedUntimed({ removed, removalStands, spoken }: Word): boolean {
  return removed !== undefined && removalStands && (removed.untimed || spoken?.untimed === true);
}

function tellsRows(group: GroupView, provider: string): boolean {
  return group.voices.some((voice) => voice.name === provider && voice.tellsRows);
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
