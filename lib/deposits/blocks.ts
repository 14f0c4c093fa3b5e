import { ensure } from '../util/maps.ts';
import { chainProvider, meets } from './fold-rules.ts';
import type { BlockReport, Keyed, Reporter } from './reporter.ts';
import type { Statement } from './statement.ts';
import type { Terms } from './terms.ts';
import { isNewer } from './times.ts';

/** `held` blocks keep what they have possible, and make nothing due. */
export type BlockStanding = 'live' | 'held' | 'dead';

/** One block hash, and what each provider has said of it. */
export interface Block {
  hash: string;
  reports: Map<Reporter, BlockReport>;
  /** So many votes gave it the reorg depth that it never dies. */
  isFinal: boolean;
  reorgDepth: number;
  /** Some provider says that the transaction failed in it, and has not removed the block since. */
  failed: boolean;
  chainFailed: boolean;
  /** Amounts of which some provider says that they alone failed in it. Absent if there are none. */
  failedAmounts?: Set<string>;
}

export function blocksOf(reporters: readonly Reporter[], terms: Terms): Block[] {
  const blocks = new Map<string, Block>();
  for (const reporter of reporters) {
    for (const [hash, report] of reporter.blocks) {
      const block = ensure(blocks, hash, () => newBlock(hash, terms));
      block.reports.set(reporter, report);
      for (const failure of report.failures) takeFailure(block, reporter, report, failure);
    }
  }
  const all = [...blocks.values()];
  for (const block of all) block.isFinal = isFinal(block, terms);
  return all;
}

function newBlock(hash: string, { reorgDepth }: Terms): Block {
  return {
    hash,
    reports: new Map(),
    isFinal: false,
    reorgDepth,
    failed: false,
    chainFailed: false,
  };
}

function takeFailure(block: Block, reporter: Reporter, report: BlockReport, { statement, key }: Keyed): void {
  if (report.removed && !isNewer(statement.at, report.removed)) return;
  if (statement.failure === 'transfer') {
    block.failedAmounts ??= new Set();
    block.failedAmounts.add(key);
    return;
  }
  block.failed = true;
  if (reporter.name === chainProvider) block.chainFailed = true;
}

/** Finality takes the votes that a credit takes, or our own chain check. */
export function isFinal(block: Block, { reorgDepth, finality }: Terms): boolean {
  const voters: string[] = [];
  for (const [reporter, report] of block.reports) {
    if (report.deepest < reorgDepth) continue;
    if (reporter.name === chainProvider) return true;
    voters.push(reporter.voter);
  }
  return votesOf(voters) >= finality;
}

/** Whether some provider for which the block is live has counted that far on it. */
export function isConfirmed(block: Block, confirmations: number): boolean {
  for (const report of block.reports.values()) if (report.live && meets(report.depth, confirmations)) return true;
  return false;
}

/** The one block that our own chain check has confirmed: it decides between blocks and over removals. */
export function chainConfirmed(blocks: readonly Block[], confirmations: number): Block | undefined {
  let decided: Block | undefined;
  for (const block of blocks) {
    for (const [reporter, report] of block.reports) {
      if (reporter.name !== chainProvider || !report.live || !meets(report.depth, confirmations)) continue;
      if (decided) return undefined;
      decided = block;
    }
  }
  return decided;
}

/** Whether a block counts, for an amount that asks for `confirmations`. */
export function standing(
  block: Block,
  confirmations: number,
  decided: Block | undefined,
  { taking }: Terms,
): BlockStanding {
  if (block === decided && !block.chainFailed) return 'live';
  const { isLive, removals, against, byChain } = votesOn(block);
  const isByChain = byChain || block.chainFailed || decided !== undefined;
  if (isLive && removals === 0 && against < Math.max(2, taking) && !isByChain) return 'live';
  // A removal or a newer block only holds what is final.
  if (block.isFinal && hasSpoken(block)) return 'held';
  if (!isLive || isByChain || against >= Math.max(2, taking)) return 'dead';
  // With a quorum, fewer only hold. Without one, a removal beats "mined", and holds against another provider's "confirmed".
  return taking > 1 || isConfirmed(block, confirmations) ? 'held' : 'dead';
}

interface Votes {
  /** For some provider it is the block that holds the transaction. */
  isLive: boolean;
  removals: number;
  /** Votes that say that the block is gone, or that the transaction failed in it. */
  against: number;
  byChain: boolean;
}

function votesOn(block: Block): Votes {
  const removing: string[] = [];
  const against: string[] = [];
  let isLive = false;
  let byChain = false;
  for (const [reporter, report] of block.reports) {
    if (report.live) isLive = true;
    if (report.removalStands) {
      removing.push(reporter.voter);
      against.push(reporter.voter);
      if (reporter.name === chainProvider) byChain = true;
    } else if (saysFailed(report)) against.push(reporter.voter);
  }
  return { isLive, removals: votesOf(removing), against: votesOf(against), byChain };
}

/** Several instances may be one voter. */
function votesOf(voters: readonly string[]): number {
  return voters.length < 2 ? voters.length : new Set(voters).size;
}

/** Its last word on the block is that the transaction failed. */
function saysFailed({ failures, rows, removed }: BlockReport): boolean {
  const failed = failures.filter(({ statement }) => {
    return statement.failure !== 'transfer' && (!removed || isNewer(statement.at, removed));
  });
  if (failed.length === 0) return false;
  for (const told of rows.values()) {
    for (const { at } of told) if (!failed.some(({ statement }) => isLater(statement, at))) return false;
  }
  return true;
}

function hasSpoken(block: Block): boolean {
  for (const report of block.reports.values()) if (report.spoken) return true;
  return false;
}

/**
 * The rows of one amount in a block, by provider, from whoever named it. What its own provider has corrected since, or says to
 * have failed there, is not counted, unless the block is final.
 */
export function rowsIn(block: Block, key: string): Map<Reporter, Statement[]> {
  const rows = new Map<Reporter, Statement[]>();
  for (const [reporter, report] of block.reports) {
    const told = rowsOf(block, reporter, report, key);
    if (told.length > 0) rows.set(reporter, told);
  }
  return rows;
}

/** The rows of one amount that one provider reports in a block, without those that it has taken back. */
export function rowsOf(block: Block, reporter: Reporter, report: BlockReport, key: string): Statement[] {
  const told = report.rows.get(key);
  if (told === undefined) return [];
  if (report.failures.length === 0 && reporter.corrected.size === 0) return told;
  // Of a final block only what was corrected before it was final itself is gone.
  const isOwnFinal = block.isFinal && (report.depthByKey.get(key)?.count ?? 0) >= block.reorgDepth;
  return told.filter((row) => {
    if (reporter.corrected.has(row)) return isOwnFinal;
    return block.isFinal || !hasFailed(row, key, report);
  });
}

function hasFailed(row: Statement, key: string, { failures }: BlockReport): boolean {
  return failures.some(({ statement, key: failed }) => {
    if (!isLater(statement, row.at)) return false;
    if (statement.failure !== 'transfer') return true;
    return failed === key && (statement.position === undefined || statement.position === row.position);
  });
}

function isLater({ at }: Statement, than: number | undefined): boolean {
  return at !== undefined && than !== undefined && at > than;
}
