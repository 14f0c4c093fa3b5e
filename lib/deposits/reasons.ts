import type { DepositCode } from './codes.ts';
import { fixedByTransaction, positionsDiffer } from './copies.ts';
import type { Placed, Ready } from './due.ts';
import { chainProvider } from './fold-rules.ts';
import type { DepthView, GroupView } from './group-view.ts';
import type { Statement } from './statement.ts';
import { blockOf, type Voice, type Word } from './voices.ts';

/** Copies of one amount, as the facts are compared with them. */
export interface Copies {
  /** To credit now. */
  due: number;
  /** May still be true; never fewer than are due. */
  possible: number;
  /** Would be due but for a conflict or a named check: what an operator's release reaches. */
  releasable: number;
  code?: DepositCode;
}

/** One amount of a group, as those who ask for so many confirmations see it. */
export interface AmountView {
  group: GroupView;
  key: string;
  view: DepthView;
  placed: readonly Placed[];
  ready: Ready;
}

/** Applies what keeps the copies from being due, conflicts and checks, and names the first of the reasons. */
export function keepBack(copies: Copies, amount: AmountView, statements: readonly Statement[]): void {
  const { group, view, ready } = amount;
  const isConflict = isInConflict(amount);
  const isDeniedNow = isDenied(amount);
  const check = standingCheck(statements, group, view);
  if (isConflict || check !== undefined) copies.due = 0;
  if (isDeniedNow) copies.releasable = 0;
  const code =
    memoUnknown(amount, statements) ??
    (isDeniedNow ? 'CHAIN_DISAGREES' : undefined) ??
    (ready.code === group.removedNoBlock ? ready.code : undefined) ??
    (isConflict ? 'CONFLICT' : undefined) ??
    check ??
    ready.code ??
    (copies.possible > 0 ? oddity(amount) : whyGone(amount, statements));
  if (code !== undefined) copies.code = code;
}

function isInConflict({ view, key, ready }: AmountView): boolean {
  return view.conflicts.has(key) && ready.isByChain !== true;
}

/** Rule 17: of amounts in conflict the chain check decides, and it does not tell this one. */
export function isDenied(amount: AmountView): boolean {
  return isInConflict(amount) && amount.view.chainHasSpoken && !chainTells(amount.group, amount.key);
}

/** Rule 4: whoever still says that it is there cannot tell its memo. */
function memoUnknown({ group, view }: AmountView, statements: readonly Statement[]): DepositCode | undefined {
  const { voices } = group;
  if (voices.every((voice) => voice.tellsRows)) return undefined;
  const blind = new Set(voices.filter((voice) => !voice.tellsRows).map((voice) => voice.name));
  const rows = statements.filter((statement) => statement.kind !== 'failed' && !isDead(statement, group, view));
  return rows.length > 0 && rows.every((row) => blind.has(row.provider)) ? 'MEMO_UNKNOWN' : undefined;
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

function oddity({ group, key, placed }: AmountView): DepositCode | undefined {
  if (placed.some((one) => positionsDiffer([...one.rows.values()]))) return 'POSITIONS_DIFFER';
  // Positions that the transaction fixes compare across blocks, and without one.
  const fixed = group.voices.map((voice) => fixedByTransaction(rowsOf(voice, key, placed)));
  return positionsDiffer(fixed.filter((rows) => rows.length > 0)) ? 'POSITIONS_DIFFER' : undefined;
}

/** All rows of a provider that names no block in some of them; where each names one, the blocks compare by themselves. */
function rowsOf(voice: Voice, key: string, placed: readonly Placed[]): Statement[] {
  if (!voice.tellsRows) return [];
  const loose = voice.loose.filter((one) => one.key === key && !one.dead).map((one) => one.statement);
  return loose.length === 0 ? [] : [...loose, ...placed.flatMap((one) => one.rows.get(voice) ?? [])];
}

function whyGone({ group, key }: AmountView, statements: readonly Statement[]): DepositCode | undefined {
  if (statements.some((one) => one.kind === 'failed')) return 'FAILED';
  // Over all blocks one reason after another: which block was named first plays no part (rule 1).
  const told = group.blocks.filter(({ words }) => [...words.values()].some((word) => word.rows.has(key)));
  if (told.some((block) => block.failed)) return 'FAILED';
  const words = told.flatMap((block) => [...block.words.values()]);
  if (words.some((word) => word.rows.has(key) && isRemovedUntimed(word))) return 'REMOVED_UNTIMED';
  if (words.some((word) => word.removalStands)) return 'REMOVED';
  return group.removedNoBlock;
}

function isRemovedUntimed({ removed, removalStands, spoken }: Word): boolean {
  return removed !== undefined && removalStands && (removed.untimed || spoken?.untimed === true);
}
