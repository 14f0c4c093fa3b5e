import { type Block, rowsOf } from './blocks.ts';
import { uncertainVersions } from './corrections.ts';
import { type FoldRules, meets } from './fold-rules.ts';
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
}

/** Amounts that one provider tells, with their rows. `strong` ones it tells in a block, or has confirmed. */
interface Told {
  rows: Map<string, Statement[]>;
  strong: Set<string>;
}

/** Keys of the amounts that contradict one another. */
export function conflictingAmounts(scene: Scene): Set<string> {
  const conflicting = new Set<string>();
  positionConflicts(scene, conflicting);
  betweenProviders(scene, conflicting);
  withinProviders(scene, conflicting);
  return conflicting;
}

/** Two providers, each with an amount that the other lacks, and nothing that tells these apart for certain. */
function betweenProviders({ reporters, blocks, confirmations }: Scene, conflicting: Set<string>): void {
  if (reporters.length < 2) return;
  const outside = reporters.map((reporter) => toldOutside(reporter, confirmations));
  comparePairs(outside, conflicting);
  for (const block of blocks) {
    comparePairs(
      reporters.map((reporter, index) => toldIn(block, reporter, outside[index])),
      conflicting,
    );
  }
}

function toldOutside(reporter: Reporter, confirmations: number): Told {
  const told: Told = { rows: new Map(), strong: new Set() };
  // A word from mempool may accuse; like one that is not confirmed, it excuses nothing.
  for (const { statement, key, tellsRows } of reporter.seen) if (tellsRows) addRow(told, key, statement);
  for (const one of reporter.unplaced) {
    if (one.standing === 'dead' || !one.tellsRows) continue;
    addRow(told, one.key, one.statement);
    if (one.standing === 'live' && meets(one.depth, confirmations)) told.strong.add(one.key);
  }
  return told;
}

function toldIn(block: Block, reporter: Reporter, outside: Told | undefined): Told {
  const told: Told = { rows: new Map(outside?.rows), strong: new Set(outside?.strong) };
  const report = block.reports.get(reporter);
  for (const key of report?.rows.keys() ?? []) {
    const standing = report ? rowsOf(block, reporter, report, key) : [];
    if (standing.length === 0) continue;
    told.rows.set(key, [...(told.rows.get(key) ?? []), ...standing]);
    told.strong.add(key);
  }
  return told;
}

function addRow({ rows }: Told, key: string, statement: Statement): void {
  const own = rows.get(key);
  if (own) own.push(statement);
  else rows.set(key, [statement]);
}

function comparePairs(told: readonly Told[], conflicting: Set<string>): void {
  for (let i = 0; i < told.length; i += 1) {
    for (let j = i + 1; j < told.length; j += 1) {
      const one = told[i];
      const other = told[j];
      if (one && other && one.rows.size > 0 && other.rows.size > 0) compare(one, other, conflicting);
    }
  }
}

function compare(one: Told, other: Told, conflicting: Set<string>): void {
  const lackedByOther = [...one.rows].filter(([key]) => !other.strong.has(key));
  if (lackedByOther.length === 0) return;
  const lackedByOne = [...other.rows].filter(([key]) => !one.strong.has(key));
  for (const [key, rows] of lackedByOther) {
    for (const [otherKey, otherRows] of lackedByOne) {
      if (key === otherKey || (conflicting.has(key) && conflicting.has(otherKey))) continue;
      const isCertain = rows.every((row) => otherRows.every((otherRow) => areToldApart(row, otherRow)));
      if (!isCertain) conflicting.add(key).add(otherKey);
    }
  }
}

/** What one provider says that cannot be two transfers, or that it may have corrected. */
function withinProviders({ reporters, blocks, rules }: Scene, conflicting: Set<string>): void {
  const alive = new Set(blocks.map(({ hash }) => hash));
  const isDead = ({ statement, ...rest }: Keyed): boolean => {
    const hash = blockOf(statement);
    return hash === undefined ? (rest as Partial<Unplaced>).standing === 'dead' : !alive.has(hash);
  };
  const all: Keyed[] = [];
  for (const reporter of reporters) {
    uncertainVersions(reporter, isDead, conflicting);
    const own = standingRows(reporter, blocks);
    all.push(...own);
    if (rules.paysOnce === true) flagAllOf(own, conflicting);
    else if (rules.networkHasMemos !== false) memoAdded(own, conflicting);
  }
  decimalsDiffer(all, conflicting);
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

function flagAllOf(rows: readonly Keyed[], conflicting: Set<string>): void {
  const keys = new Set(rows.map(({ key }) => key));
  if (keys.size > 1) for (const key of keys) conflicting.add(key);
}

/** The same amount first without a memo and then with one, in another event, with no position that tells two: one transfer. */
function memoAdded(rows: readonly Keyed[], conflicting: Set<string>): void {
  for (const bare of rows) {
    if (bare.statement.memo !== undefined) continue;
    for (const other of rows) {
      const { statement } = other;
      if (statement.memo === undefined || statement.amount !== bare.statement.amount) continue;
      if (statement.eventId === bare.statement.eventId || isApart(statement, bare.statement)) continue;
      conflicting.add(bare.key).add(other.key);
    }
  }
}

/** Of one provider, a private id tells apart as well. */
function isApart(one: Statement, other: Statement): boolean {
  if (one.position === undefined || other.position === undefined) return false;
  if (positionScope(one.position) === 'provider') return one.position !== other.position;
  return areToldApart(one, other);
}

/** One of the amounts was read with decimals that the other denies. */
function decimalsDiffer(rows: readonly Keyed[], conflicting: Set<string>): void {
  const byKey = new Map<string, Set<number>>();
  for (const { key, statement } of rows) {
    const { decimals } = statement;
    if (decimals === undefined) continue;
    byKey.set(key, (byKey.get(key) ?? new Set()).add(decimals));
  }
  for (const [key, own] of byKey) {
    for (const [other, others] of byKey) {
      if (key !== other && ![...own].some((decimals) => others.has(decimals))) conflicting.add(key).add(other);
    }
  }
}

/**
 * One position with two amounts: in one block; in any, where the transaction fixes the position; by one provider, where it is
 * its own; and in a block and a confirmed statement that names none, for either they speak of one block, or one is stale.
 */
function positionConflicts({ reporters, blocks, confirmations }: Scene, conflicting: Set<string>): void {
  const anywhere = new Map<string, string>();
  const unplaced = new Map<string, string>();
  for (const { unplaced: own, name } of reporters) {
    for (const one of own) {
      const { position } = one.statement;
      if (one.standing === 'dead' || !one.tellsRows || position === undefined) continue;
      const scope = positionScope(position);
      if (scope === 'provider') claim(anywhere, `${name} ${position}`, one.key, conflicting);
      else if (scope === 'transaction') claim(anywhere, position, one.key, conflicting);
      else if (meets(one.depth, confirmations)) claim(unplaced, position, one.key, conflicting);
    }
  }
  for (const block of blocks) {
    const here = new Map(unplaced);
    for (const [reporter, report] of block.reports) {
      for (const key of report.rows.keys()) {
        for (const { position } of rowsOf(block, reporter, report, key)) {
          if (position === undefined) continue;
          const scope = positionScope(position);
          if (scope === 'provider') claim(anywhere, `${reporter.name} ${position}`, key, conflicting);
          else claim(scope === 'transaction' ? anywhere : here, position, key, conflicting);
        }
      }
    }
  }
}

function claim(claims: Map<string, string>, position: string, key: string, conflicting: Set<string>): void {
  const known = claims.get(position);
  if (known === undefined) claims.set(position, key);
  else if (known !== key) conflicting.add(known).add(key);
}
