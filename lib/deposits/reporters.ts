import { ensure, push } from '../util/maps.ts';
import { markCorrected } from './corrections.ts';
import { type Counting, deeper, type FoldRules, noDepth } from './fold-rules.ts';
import { type BlockReport, blockOf, type Keyed, newestElsewhere, type Reporter, type Unplaced } from './reporter.ts';
import type { Statement } from './statement.ts';
import { countingIn, type Terms } from './terms.ts';
import { isNewer, withTime } from './times.ts';
import { settleUnplaced } from './unplaced.ts';

/** Sorts statements by who said them and of which block; order plays no part. */
export function sortByReporter(statements: readonly Keyed[], rules: FoldRules, terms: Terms): Reporter[] {
  const reporters = new Map<string, Reporter>();
  for (const keyed of statements) {
    const name = keyed.statement.provider;
    take(
      ensure(reporters, name, () => newReporter(name, countingIn(terms, rules, name))),
      keyed,
    );
  }
  const all = [...reporters.values()];
  shareVotes(all);
  for (const reporter of all) {
    // Of a payment's amounts the later words take the place of the earlier by rules of their own.
    if (rules.keyedBy !== 'payment') markCorrected(reporter);
    settleBlocks(reporter);
    settleUnplaced(reporter);
  }
  return all;
}

const nothing: ReadonlySet<Statement> = new Set();

// Maps and sets are made when something is put into them: most transactions are reported once, by one provider.
function newReporter(name: string, counting: Counting): Reporter {
  return {
    name,
    voter: name,
    keys: new Set(),
    blocks: new Map(),
    unplaced: [],
    unplacedDepth: noDepth,
    seen: [],
    removalStands: false,
    onlyRemoves: false,
    corrected: nothing,
    counting,
  };
}

function newBlockReport(): BlockReport {
  return {
    rows: new Map(),
    failures: [],
    statements: [],
    removalStands: false,
    live: false,
    depth: noDepth,
    depthByKey: new Map(),
    depthOfAny: noDepth,
    deepest: 0,
  };
}

function take(reporter: Reporter, keyed: Keyed): void {
  const { statement } = keyed;
  if (statement.signedBy !== undefined) reporter.keys.add(statement.signedBy);
  if (statement.kind === 'seen') {
    reporter.seen.push({ ...keyed, tellsRows: reporter.counting(statement).tellsRows !== false });
    return;
  }
  const hash = blockOf(statement);
  if (hash === undefined) takeUnplaced(reporter, keyed);
  else takePlaced(reporter, ensure(reporter.blocks, hash, newBlockReport), keyed);
}

function takePlaced(reporter: Reporter, report: BlockReport, keyed: Keyed): void {
  const { statement, key } = keyed;
  if (statement.kind === 'removed') {
    report.removed = withTime(report.removed, statement.at);
    return;
  }
  const counted = reporter.counting(statement);
  report.spoken = withTime(report.spoken, statement.at);
  report.statements.push(keyed);
  report.deepest = Math.max(report.deepest, counted.confirmations);
  const depth = { count: counted.confirmations, trusted: counted.trusted === true };
  report.depthByKey.set(key, deeper(report.depthByKey.get(key) ?? noDepth, depth));
  report.depthOfAny = deeper(report.depthOfAny, depth);
  if (statement.kind === 'failed') report.failures.push(keyed);
  else if (counted.tellsRows !== false) push(report.rows, key, statement);
}

function takeUnplaced(reporter: Reporter, keyed: Keyed): void {
  const { statement, key } = keyed;
  if (statement.kind === 'failed' && statement.failure === 'transfer') {
    reporter.failedAmounts ??= new Map();
    reporter.failedAmounts.set(key, withTime(reporter.failedAmounts.get(key), statement.at));
    return;
  }
  if (statement.kind === 'removed' || statement.kind === 'failed') {
    reporter.removedAnywhere = withTime(reporter.removedAnywhere, statement.at);
    if (reporter.removalKind !== 'removed') reporter.removalKind = statement.kind;
    return;
  }
  const counted = reporter.counting(statement);
  const depth = { count: counted.confirmations, trusted: counted.trusted === true };
  const unplaced: Unplaced = { statement, key, depth, standing: 'live', tellsRows: counted.tellsRows !== false };
  reporter.unplaced.push(unplaced);
  reporter.unplacedDepth = deeper(reporter.unplacedDepth, depth);
  reporter.unplacedByKey ??= new Map();
  push(reporter.unplacedByKey, key, unplaced);
}

/** Instances whose statements one key has signed are one voter: its first name. */
function shareVotes(reporters: readonly Reporter[]): void {
  const named = reporters.filter(({ keys }) => keys.size > 0).sort((a, b) => (a.name < b.name ? -1 : 1));
  // Few: each look joins those that share a key with one that is joined already.
  for (const one of named) {
    for (const other of named) {
      if (other.voter === one.voter || ![...other.keys].some((key) => one.keys.has(key))) continue;
      const [kept, gone] = one.voter < other.voter ? [one.voter, other.voter] : [other.voter, one.voter];
      for (const any of named) if (any.voter === gone) any.voter = kept;
    }
  }
}

function settleBlocks(reporter: Reporter): void {
  for (const [block, report] of reporter.blocks) {
    if (report.removed) report.removalStands = !(report.spoken && isNewer(report.spoken.newest, report.removed));
    if (!report.spoken || report.removalStands) continue;
    const elsewhere = newestElsewhere(reporter, block);
    report.live = report.spoken.untimed || elsewhere <= report.spoken.newest;
    if (report.live) countDepths(reporter, report, elsewhere);
  }
}

/** What is newer than its last removal of the block, and not older than its last word on another. */
function countDepths(reporter: Reporter, report: BlockReport, elsewhere: number): void {
  for (const { statement } of report.statements) {
    if (report.removed && !isNewer(statement.at, report.removed)) continue;
    // A removal that names no block may have meant this one.
    if (reporter.removedAnywhere && !isNewer(statement.at, reporter.removedAnywhere)) continue;
    if (statement.at !== undefined && elsewhere > statement.at) continue;
    const counted = reporter.counting(statement);
    const depth = { count: counted.confirmations, trusted: counted.trusted === true };
    report.depth = deeper(report.depth, depth);
  }
}
