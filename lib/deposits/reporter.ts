import type { Counting, Depth } from './fold-rules.ts';
import type { Statement } from './statement.ts';
import type { Times } from './times.ts';

/** What one provider has said of one block. */
export interface BlockReport {
  /** Rows that it reported there (mined or confirmed), by amount key. */
  rows: Map<string, Statement[]>;
  failures: Keyed[];
  /** Rows and failures, also those of a provider that has no rows. */
  statements: Keyed[];
  /** Their times; undefined if it only removed. */
  spoken?: Times;
  removed?: Times;
  /** Removed, and no newer statement of that block has ended it. */
  removalStands: boolean;
  /** Its live block, or one of them if times are equal or missing. */
  live: boolean;
  /** Confirmations that count. */
  depth: Depth;
  /** The most that its own statements of one amount said, counted or not. */
  depthByKey: Map<string, Depth>;
  /** The most that its statements of any amount said, each part by itself. */
  depthOfAny: Depth;
  /** The most ever said, counted or not: what makes a block final. */
  deepest: number;
}

/** A statement with its amount key; removals, and what names only a transaction, have none. */
export interface Keyed {
  statement: Statement;
  key: string;
}

/**
 * A statement of a transfer in the chain that names no block: a block of its own. `live` ones count; `held` ones keep
 * possible what they have confirmed, and credit nothing; `dead` ones do nothing.
 */
export interface Unplaced extends Keyed {
  depth: Depth;
  standing: 'live' | 'held' | 'dead';
  tellsRows: boolean;
}

/** A statement from the mempool. */
export interface Seen extends Keyed {
  tellsRows: boolean;
}

/** All that one provider has said of a group. What it saw in the mempool is apart: it credits, confirms and ends nothing. */
export interface Reporter {
  name: string;
  /** Whose vote it is: instances that share a key have one. */
  voter: string;
  keys: Set<string>;
  blocks: Map<string, BlockReport>;
  unplaced: Unplaced[];
  seen: Seen[];
  /** The same by amount key: a group of thousands of amounts asks for each of them. Absent if there are none. */
  unplacedByKey?: Map<string, Unplaced[]>;
  /** The most that the statements without a block said, each part by itself. */
  unplacedDepth: Depth;
  seenByKey?: Map<string, Seen[]>;
  /** Removals and failures of the transaction that name no block. */
  removedAnywhere?: Times;
  removalKind?: 'removed' | 'failed';
  removalStands: boolean;
  /** Amounts that failed by themselves, without a block. Absent if there are none. */
  failedAmounts?: Map<string, Times>;
  /** Nothing that it said stands but removals. */
  onlyRemoves: boolean;
  /** Statements that it has corrected since. */
  corrected: ReadonlySet<Statement>;
  counting: Counting;
}

const none: readonly never[] = [];

/** What a provider has said of one amount without a block. */
export function unplacedOf({ unplacedByKey }: Reporter, key: string): readonly Unplaced[] {
  return unplacedByKey?.get(key) ?? none;
}

/** What a provider has seen of one amount in the mempool, and not taken back. */
export function seenOf({ seenByKey }: Reporter, key: string): readonly Seen[] {
  return seenByKey?.get(key) ?? none;
}

/** The block that a statement names. A mempool statement is in none, whatever it names. */
export function blockOf(statement: Statement): string | undefined {
  return statement.kind === 'seen' || statement.blockHash === '' ? undefined : statement.blockHash;
}

/** Time of its newest statement, no removal, that names another block than this one. */
export function newestElsewhere(reporter: Reporter, block: string | undefined): number {
  let newest = Number.NEGATIVE_INFINITY;
  for (const [other, report] of reporter.blocks) {
    if (other !== block && report.spoken && report.spoken.newest > newest) newest = report.spoken.newest;
  }
  return newest;
}
