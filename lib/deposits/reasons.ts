import { type CheckCode, type DepositCode, evidenceWanted } from './codes.ts';
import { fixedByTransaction, positionsDiffer } from './copies.ts';
import type { Placed, Ready } from './due.ts';
import { chainProvider } from './fold-rules.ts';
import type { DepthView, GroupView } from './group-view.ts';
import { type BlockReport, blockOf, type Reporter, seenOf, unplacedOf } from './reporter.ts';
import type { Statement } from './statement.ts';

/** Copies of one amount, as the facts are compared with them. */
export interface Copies {
  amount: bigint;
  /** To credit now. */
  due: number;
  /** May still be true; never fewer than are due. */
  possible: number;
  /** Confirmed, whatever keeps it back: what an operator's release reaches. */
  releasable: number;
  /** Every conflict, check and doubt that stands, each for an operator to end; what is only waited for is not among them. */
  stands: readonly DepositCode[];
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
  const checks = standingChecks(statements, amount);
  const [check] = checks;
  if (check !== undefined) copies.due = 0;
  if (isConflict) copies.due = Math.min(copies.due, view.conflicts.get(amount.key) ?? 0);
  if (isDeniedNow) copies.releasable = 0;
  const doubt = Math.min(copies.releasable, copies.possible) > ready.copies ? [ready.code ?? 'COPIES_UNCLEAR'] : [];
  copies.stands = [...(isConflict ? (['CONFLICT'] as const) : []), ...checks, ...doubt];
  const code =
    memoUnknown(amount, statements) ??
    (isDeniedNow ? 'CHAIN_DISAGREES' : undefined) ??
    (ready.code === group.removedNoBlock ? ready.code : undefined) ??
    (isConflict ? 'CONFLICT' : undefined) ??
    (check !== undefined && isForChain(check, amount) ? 'CHAIN_PENDING' : check) ??
    ready.code ??
    (copies.releasable > copies.due && copies.amount > 0n ? 'COPIES_UNCLEAR' : undefined) ??
    (copies.possible > 0 ? (oddity(amount) ?? whyWaiting(copies, amount)) : whyGone(amount, statements));
  if (code !== undefined) copies.code = code;
}

function isInConflict({ view, key, ready }: AmountView): boolean {
  return view.conflicts.has(key) && ready.isByChain !== true;
}

/** Among amounts in conflict the chain check decides, and it does not report this one. */
export function isDenied(amount: AmountView): boolean {
  const { group, view, key, ready } = amount;
  // A word from the mempool may accuse, and lets nothing be denied.
  return view.firmConflicts.has(key) && ready.isByChain !== true && !chainTells(group, key);
}

/** Whoever still says that it is there cannot report its memo. */
function memoUnknown({ group, key, view }: AmountView, statements: readonly Statement[]): DepositCode | undefined {
  const isBlind = (statement: Statement): boolean =>
    group.reporters.find(({ name }) => name === statement.provider)?.counting(statement).tellsRows === false;
  if (!statements.some(isBlind)) return undefined;
  const alive = statements.filter((statement) => statement.kind !== 'failed' && !isDead(statement, key, group, view));
  // A report from the mempool takes the code away from nothing, neither from what is in the chain nor from another such report.
  const inChain = alive.filter((statement) => statement.kind !== 'seen');
  const isUnknown = inChain.length > 0 ? inChain.every(isBlind) : alive.some(isBlind);
  return isUnknown ? 'MEMO_UNKNOWN' : undefined;
}

/** Whether our own chain check reports the amount, though it may not have confirmed it yet. */
function chainTells({ reporters }: GroupView, key: string): boolean {
  const chain = reporters.find((reporter) => reporter.name === chainProvider);
  if (!chain) return false;
  if (unplacedOf(chain, key).some((one) => one.standing !== 'dead')) return true;
  return [...chain.blocks.values()].some((report) => report.live && report.rows.has(key));
}

/**
 * Each check stands until somebody shows the evidence that it lacked, in a fixed order: also if the block of the checked
 * statement was left, for the next one may be silent.
 */
function standingChecks(statements: readonly Statement[], amount: AmountView): CheckCode[] {
  const { chainRequired = false } = amount.group.rules;
  const found = new Set<CheckCode>();
  for (const statement of statements) {
    const { check } = statement;
    if (check === undefined || found.has(check)) continue;
    // Nothing is due without the chain check that it asks for.
    if (chainRequired && check === 'CHAIN_CHECK_MISSING') continue;
    if (statements.some((other) => clears(other, statement, check, amount))) continue;
    found.add(check);
  }
  return [...found].sort();
}

/** Whether our own chain check is still to say what the check lacks: until then it is nothing for an operator. */
function isForChain(check: CheckCode, { group, view }: AmountView): boolean {
  const isLacking = evidenceWanted[check]?.every((name) => name === 'delivered') === true;
  return isLacking && group.rules.chainRequired === true && !view.chainHasSpoken;
}

/** Only evidence clears, never silence; and never what was only seen. */
function clears(other: Statement, checked: Statement, check: CheckCode, { group, key, view }: AmountView): boolean {
  if (other.kind !== 'mined' && other.kind !== 'confirmed') return false;
  const lacking = checked.lacks ?? evidenceWanted[check];
  if (lacking?.every((name) => other.shows?.includes(name)) !== true) return false;
  // Our own chain check has read it in a block of the chain, whichever of the two was heard first.
  if (other.provider === chainProvider) return !isDead(other, key, group, view);
  if (other.provider !== checked.provider) return false;
  if (other.at === undefined || checked.at === undefined || other.at <= checked.at) return false;
  return checked.position === undefined || other.position === checked.position;
}

function isDead(statement: Statement, key: string, group: GroupView, view: DepthView): boolean {
  const hash = blockOf(statement);
  if (hash !== undefined) {
    const block = group.blocks.find((one) => one.hash === hash);
    return block === undefined || view.standings.get(block) === 'dead';
  }
  const reporter = group.reporters.find((one) => one.name === statement.provider);
  if (!reporter) return statement.kind === 'seen';
  if (statement.kind === 'seen') return !seenOf(reporter, key).some((one) => one.statement === statement);
  return unplacedOf(reporter, key).some((one) => one.statement === statement && one.standing === 'dead');
}

function oddity({ group, key, placed }: AmountView): DepositCode | undefined {
  if (placed.some((one) => positionsDiffer([...one.rows.values()]))) return 'POSITIONS_DIFFER';
  // Positions that the transaction fixes compare across blocks, and without one.
  const fixed = group.reporters.map((reporter) => fixedByTransaction(allRows(reporter, key, placed)));
  return positionsDiffer(fixed.filter((rows) => rows.length > 0)) ? 'POSITIONS_DIFFER' : undefined;
}

/** All rows of a provider that names no block in some of them; if each names one, the blocks compare by themselves. */
function allRows(reporter: Reporter, key: string, placed: readonly Placed[]): Statement[] {
  const unplaced = unplacedOf(reporter, key).filter((one) => one.standing !== 'dead' && one.tellsRows);
  if (unplaced.length === 0) return [];
  return [...unplaced.map((one) => one.statement), ...placed.flatMap((one) => one.rows.get(reporter) ?? [])];
}

function whyGone({ group, key }: AmountView, statements: readonly Statement[]): DepositCode | undefined {
  if (statements.some((one) => one.kind === 'failed')) return 'FAILED';
  // Over all blocks one reason after another: which block was named first plays no part.
  const told = group.blocks.filter(({ reports }) => [...reports.values()].some((report) => report.rows.has(key)));
  if (told.some((block) => block.failed)) return 'FAILED';
  const reports = told.flatMap((block) => [...block.reports.values()]);
  if (reports.some((report) => report.rows.has(key) && isRemovedUntimed(report))) return 'REMOVED_UNTIMED';
  if (reports.some((report) => report.removalStands)) return 'REMOVED';
  return group.removedNoBlock;
}

/** Not for what comes: it was confirmed in a block that was removed, and no time shows whether that was before or after. */
function whyWaiting({ due, possible }: Copies, { group, key }: AmountView): DepositCode | undefined {
  if (due >= possible) return undefined;
  const isConfirmedThere = (report: BlockReport): boolean =>
    isRemovedUntimed(report) && report.rows.get(key)?.some(({ kind }) => kind === 'confirmed') === true;
  const isUntimed = group.blocks.some(({ reports }) => [...reports.values()].some(isConfirmedThere));
  return isUntimed ? 'REMOVED_UNTIMED' : undefined;
}

function isRemovedUntimed({ removed, removalStands, spoken }: BlockReport): boolean {
  return removed !== undefined && removalStands && (removed.untimed || spoken?.untimed === true);
}
