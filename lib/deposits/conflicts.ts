import { ensure, push } from '../util/maps.ts';
import { type Block, rowsOf } from './blocks.ts';
import { toldApart } from './copies.ts';
import { uncertainVersions } from './corrections.ts';
import { type FoldRules, meets } from './fold-rules.ts';
import { isOvertaken } from './overtaken.ts';
import { perhapsSame, placesOf } from './places.ts';
import { areToldApart, positionScope } from './positions.ts';
import { blockOf, type Keyed, type Reporter, type Unplaced } from './reporter.ts';
import type { Statement } from './statement.ts';

/** What amounts are compared by: those who spoke, and the blocks that are not dead. */
export interface Scene {
  reporters: readonly Reporter[];
  blocks: readonly Block[];
  /** That the amounts in question ask for. */
  confirmations: number;
  rules: FoldRules;
  /** Whether words from the mempool accuse. */
  withSeen: boolean;
}

/** What one provider reports of one amount. */
interface ReportedRows {
  rows: Statement[];
  /** Rows that it has confirmed without a block. */
  confirmed: Statement[];
  /** Copies that it distinguishes, however weak its reports are. */
  copies: number;
  /** Copies that it reports in a block, or has confirmed: only these excuse another provider's. */
  strong: number;
}

type RowsByKey = Map<string, ReportedRows>;

/** Keys of the amounts that contradict one another, with the copies of them that are beyond doubt. */
export type Conflicts = Map<string, number>;

export function conflictingAmounts(scene: Scene): Conflicts {
  const conflicts: Conflicts = new Map();
  positionConflicts(scene, conflicts);
  betweenProviders(scene, conflicts);
  withinProviders(scene, conflicts);
  return conflicts;
}

function flag(conflicts: Conflicts, key: string, agreed = 0): void {
  conflicts.set(key, Math.min(agreed, conflicts.get(key) ?? agreed));
}

/**
 * Two providers, each with an amount or a copy that the other lacks, and nothing that distinguishes these for certain.
 */
function betweenProviders({ reporters, blocks, confirmations, withSeen }: Scene, conflicts: Conflicts): void {
  if (reporters.length < 2) return;
  const outside = reporters.map((reporter) => reportedOutside(reporter, confirmations, withSeen));
  comparePairs(outside, conflicts);
  for (const block of blocks) {
    comparePairs(
      reporters.map((reporter, index) => reportedIn(block, reporter, outside[index], confirmations)),
      conflicts,
    );
  }
}

function reportedOutside(reporter: Reporter, confirmations: number, withSeen: boolean): RowsByKey {
  const all = new Map<string, Statement[]>();
  const confirmed = new Map<string, Statement[]>();
  for (const { statement, key, tellsRows } of withSeen ? reporter.seen : []) {
    if (tellsRows) push(all, key, statement);
  }
  for (const one of reporter.unplaced) {
    if (one.standing === 'dead' || !one.tellsRows) continue;
    push(all, one.key, one.statement);
    if (one.standing === 'live' && meets(one.depth, confirmations)) push(confirmed, one.key, one.statement);
  }
  const reported: RowsByKey = new Map();
  for (const [key, rows] of all) {
    const own = confirmed.get(key) ?? [];
    reported.set(key, { rows, confirmed: own, copies: toldApart(rows, false), strong: toldApart(own, false) });
  }
  return reported;
}

function reportedIn(
  block: Block,
  reporter: Reporter,
  outside: RowsByKey | undefined,
  confirmations: number,
): RowsByKey {
  const reported: RowsByKey = new Map(outside);
  const report = block.reports.get(reporter);
  for (const key of report?.rows.keys() ?? []) {
    const own = report ? rowsOf(block, reporter, report, key) : [];
    if (own.length === 0 || !report) continue;
    const { rows = [], confirmed = [], copies = 0, strong = 0 } = reported.get(key) ?? {};
    const here = toldApart(own, true);
    // Positions that the transaction fixes join those of statements without a block.
    const all = [...rows, ...own];
    const isWeak = isOvertaken({ reporter, report, key, own, confirmations });
    reported.set(key, {
      rows: all,
      confirmed,
      copies: Math.max(copies, here, toldApart(all, false)),
      strong: isWeak ? strong : Math.max(strong, here, toldApart([...confirmed, ...own], false)),
    });
  }
  return reported;
}

function comparePairs(reported: readonly RowsByKey[], conflicts: Conflicts): void {
  for (let i = 0; i < reported.length; i += 1) {
    for (let j = i + 1; j < reported.length; j += 1) {
      const one = reported[i];
      const other = reported[j];
      if (one && other && one.size > 0 && other.size > 0) compare(one, other, conflicts);
    }
  }
}

function compare(one: RowsByKey, other: RowsByKey, conflicts: Conflicts): void {
  const lackedByOther = lackedBy(other, one);
  if (lackedByOther.size === 0) return;
  const lackedByOne = lackedBy(one, other);
  accuse(lackedByOther, lackedByOne, conflicts);
  accuse(lackedByOne, lackedByOther, conflicts);
}

/** An amount of which one reports more copies than the other does, with those on which both agree. */
type Lacked = ReadonlyMap<string, { rows: readonly Statement[]; agreed: number }>;

function lackedBy(other: RowsByKey, one: RowsByKey): Lacked {
  const lacked = new Map<string, { rows: readonly Statement[]; agreed: number }>();
  for (const [key, { copies, rows }] of one) {
    const agreed = other.get(key)?.strong ?? 0;
    if (copies > agreed) lacked.set(key, { rows, agreed });
  }
  return lacked;
}

/** Flags the amounts that may be the same transfer as another amount of `others`. */
function accuse(lacked: Lacked, others: Lacked, conflicts: Conflicts): void {
  const all = placesOf([...others.values()].flatMap(({ rows }) => rows));
  for (const [key, { rows, agreed }] of lacked) {
    const own = placesOf(others.get(key)?.rows ?? []);
    if (rows.some((row) => perhapsSame(row, all) > perhapsSame(row, own))) flag(conflicts, key, agreed);
  }
}

/** What one provider says that cannot be two transfers, or that it may have corrected. */
function withinProviders({ reporters, blocks, rules }: Scene, conflicts: Conflicts): void {
  const alive = new Set(blocks.map(({ hash }) => hash));
  const isDead = ({ statement, ...rest }: Keyed): boolean => {
    const hash = blockOf(statement);
    return hash === undefined ? (rest as Partial<Unplaced>).standing === 'dead' : !alive.has(hash);
  };
  const all: Keyed[] = [];
  for (const reporter of reporters) {
    for (const key of uncertainVersions(reporter, isDead)) flag(conflicts, key);
    const own = standingRows(reporter, blocks);
    all.push(...own);
    if (rules.paysOnce === true) flagAllOf(own, conflicts);
    else if (rules.networkHasMemos !== false) memoAdded(own, conflicts);
  }
  decimalsDiffer(all, conflicts);
}

function standingRows(reporter: Reporter, blocks: readonly Block[]): Keyed[] {
  const rows: Keyed[] = reporter.unplaced.filter((one) => one.standing !== 'dead' && one.tellsRows);
  for (const block of blocks) {
    const report = block.reports.get(reporter);
    for (const key of report?.rows.keys() ?? []) {
      for (const statement of report ? rowsOf(block, reporter, report, key) : []) rows.push({ statement, key });
    }
  }
  return rows;
}

function flagAllOf(rows: readonly Keyed[], conflicts: Conflicts): void {
  const keys = new Set(rows.map(({ key }) => key));
  if (keys.size > 1) for (const key of keys) flag(conflicts, key);
}

/**
 * The same amount first without a memo and then with one, in another event, with no position that shows two: one
 * transfer.
 */
function memoAdded(rows: readonly Keyed[], conflicts: Conflicts): void {
  const tagged = new Map<bigint, Keyed[]>();
  for (const row of rows) if (row.statement.memo !== undefined) push(tagged, row.statement.amount, row);
  if (tagged.size === 0) return;
  const events = new Map<string, Set<string>>();
  for (const { key, statement } of rows) ensure(events, key, () => new Set()).add(statement.eventId);
  const together = new Map<string, boolean>();
  const inOneEvent = (key: string, otherKey: string): boolean =>
    ensure(together, `${key}\n${otherKey}`, () =>
      [...(events.get(key) ?? [])].some((event) => events.get(otherKey)?.has(event) === true),
    );
  for (const bare of rows) {
    if (bare.statement.memo !== undefined) continue;
    for (const other of tagged.get(bare.statement.amount) ?? []) {
      if (isApart(other.statement, bare.statement) || inOneEvent(bare.key, other.key)) continue;
      flag(conflicts, bare.key);
      flag(conflicts, other.key);
    }
  }
}

/** For one provider, a private id distinguishes them as well. */
function isApart(one: Statement, other: Statement): boolean {
  if (one.position === undefined || other.position === undefined) return false;
  if (positionScope(one.position) === 'provider') return one.position !== other.position;
  return areToldApart(one, other);
}

/** One of the amounts was read with decimals that the other denies. */
function decimalsDiffer(rows: readonly Keyed[], conflicts: Conflicts): void {
  const byKey = new Map<string, Set<number>>();
  for (const { key, statement } of rows) {
    const { decimals } = statement;
    if (decimals === undefined) continue;
    byKey.set(key, (byKey.get(key) ?? new Set()).add(decimals));
  }
  // Most often all amounts have the same, whatever their number.
  const alike = new Map<string, { decimals: ReadonlySet<number>; keys: string[] }>();
  for (const [key, decimals] of byKey) {
    ensure(alike, [...decimals].sort().join(), () => ({ decimals, keys: [] as string[] })).keys.push(key);
  }
  const all = [...alike.values()];
  for (const [index, one] of all.entries()) {
    for (const other of all.slice(index + 1)) {
      if ([...one.decimals].some((decimals) => other.decimals.has(decimals))) continue;
      for (const key of [...one.keys, ...other.keys]) flag(conflicts, key);
    }
  }
}

/**
 * One position with two amounts: in one block; in any, if the transaction fixes the position; by one provider, if it is
 * its own; and in a block and a confirmed statement that names none, for either they speak of one block, or one is
 * stale.
 */
function positionConflicts({ reporters, blocks, confirmations }: Scene, conflicts: Conflicts): void {
  const anywhere = new Map<string, string>();
  const unplaced = new Map<string, string>();
  for (const { unplaced: own, name } of reporters) {
    for (const one of own) {
      const { position } = one.statement;
      if (one.standing === 'dead' || !one.tellsRows || position === undefined) continue;
      const scope = positionScope(position);
      if (scope === 'provider') claim(anywhere, `${name} ${position}`, one.key, conflicts);
      else if (scope === 'transaction') claim(anywhere, position, one.key, conflicts);
      else if (meets(one.depth, confirmations)) claim(unplaced, position, one.key, conflicts);
    }
  }
  for (const block of blocks) {
    const here = new Map(unplaced);
    for (const [reporter, report] of block.reports) {
      for (const key of report.rows.keys()) {
        for (const { position } of rowsOf(block, reporter, report, key)) {
          if (position === undefined) continue;
          const scope = positionScope(position);
          if (scope === 'provider') claim(anywhere, `${reporter.name} ${position}`, key, conflicts);
          else claim(scope === 'transaction' ? anywhere : here, position, key, conflicts);
        }
      }
    }
  }
}

function claim(claims: Map<string, string>, position: string, key: string, conflicts: Conflicts): void {
  const known = claims.get(position);
  if (known === undefined) claims.set(position, key);
  else if (known !== key) {
    flag(conflicts, known);
    flag(conflicts, key);
  }
}
