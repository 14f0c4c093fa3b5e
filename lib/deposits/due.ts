import { type Block, isConfirmed, rowsIn } from './blocks.ts';
import type { FoldCode } from './codes.ts';
import { fixedByTransaction, nthLargest, perhapsApart, toldApart } from './copies.ts';
import { chainProvider, meets } from './fold-rules.ts';
import { type DepthView, type GroupView, isConfirmedUnplaced } from './group-view.ts';
import { isOvertaken } from './overtaken.ts';
import { type Reporter, seenOf, type Unplaced, unplacedOf } from './reporter.ts';
import type { Statement } from './statement.ts';

/** One amount in one block that is not dead. */
export interface Placed {
  block: Block;
  isHeld: boolean;
  isConfirmed: boolean;
  rows: Map<Reporter, Statement[]>;
  /** By maximum over whoever named it. */
  copies: number;
  /** Rows whose own provider has not confirmed another amount in their stead. */
  standing: Map<Reporter, Statement[]>;
  /** Copies of those; none if the transaction or the amount failed. */
  standingCopies: number;
  hasFailed: boolean;
}

export interface Ready {
  /** Copies that have confirmations and quorum, before conflicts, checks and our own holds. */
  copies: number;
  /** Why they are fewer than they might be. */
  code?: FoldCode;
  /** Our own chain check has confirmed them. */
  isByChain?: boolean;
}

export function placeAmount(group: GroupView, key: string, view: DepthView): Placed[] {
  const placed: Placed[] = [];
  for (const block of group.blocks) {
    const standing = view.standings.get(block);
    if (standing === 'dead' || standing === undefined) continue;
    const rows = rowsIn(block, key);
    const standingRows = overtakenLeftOut(block, key, rows, view.confirmations);
    placed.push({
      block,
      isHeld: standing === 'held',
      isConfirmed: isConfirmed(block, view.confirmations),
      rows,
      copies: mostCopies(rows),
      standing: standingRows,
      standingCopies: standingRows === rows ? mostCopies(rows) : mostCopies(standingRows),
      hasFailed: block.failed || block.failedAmounts?.has(key) === true,
    });
  }
  return placed;
}

function mostCopies(rows: Map<Reporter, Statement[]>): number {
  let most = 0;
  for (const own of rows.values()) most = Math.max(most, toldApart(own, true));
  return most;
}

/** The rows without those that their own provider has corrected, or overtaken. */
function overtakenLeftOut(
  block: Block,
  key: string,
  rows: Map<Reporter, Statement[]>,
  confirmations: number,
): Map<Reporter, Statement[]> {
  let left = rows;
  for (const [reporter, own] of rows) {
    const report = block.reports.get(reporter);
    const isCorrected = own.some((row) => reporter.corrected.has(row));
    if (!report || !(isCorrected || isOvertaken({ reporter, report, key, own, confirmations }))) continue;
    if (left === rows) left = new Map(rows);
    left.delete(reporter);
  }
  return left;
}

/** Copies of one amount that have confirmations and quorum. */
export function readyCopies(group: GroupView, key: string, view: DepthView, placed: readonly Placed[]): Ready {
  const ofChain = chainCopies(key, view, group);
  const others = readyByProviders(group, key, view, placed);
  if (ofChain > 0) {
    const ready: Ready = { copies: ofChain, isByChain: true };
    if (others.copies > ofChain) ready.code = 'CHAIN_DISAGREES';
    return ready;
  }
  if (group.removedNoBlock) return { copies: 0, code: group.removedNoBlock };
  if (group.failedAmounts.has(key)) return { copies: 0, code: 'FAILED' };
  if (group.rules.chainRequired && others.copies > 0) {
    return { copies: 0, code: view.chainHasSpoken ? 'CHAIN_DISAGREES' : 'CHAIN_PENDING' };
  }
  return others;
}

/** Copies that our own chain check has confirmed: they stand against removals, conflicts and quorum. */
function chainCopies(key: string, view: DepthView, group: GroupView): number {
  if (!view.chainHasSpoken) return 0;
  const chain = group.reporters.find((reporter) => reporter.name === chainProvider);
  const isUndone = view.decided?.failed || view.decided?.failedAmounts?.has(key);
  const rows = chain && view.decided && !isUndone ? rowsIn(view.decided, key).get(chain) : undefined;
  const unplaced = chain ? unplacedRows(chain, key, (one) => isReady(one, view.confirmations)) : [];
  return Math.max(rows ? toldApart(rows, true) : 0, toldApart(unplaced, false));
}

function readyByProviders(group: GroupView, key: string, view: DepthView, placed: readonly Placed[]): Ready {
  const competing = placed.filter((one) => one.isHeld || one.isConfirmed);
  const unplaced = confirmedUnplaced(key, view, group, competing);
  const inBlocks = readyInBlocks(group.quorum, competing, view, unplaced);
  const counts = [...byVoter(unplaced).values()];
  const outside = nthLargest(counts, 1);
  // They combine with those of blocks by maximum.
  const ready = Math.max(inBlocks.copies, group.unplacedAreHeld ? 0 : nthLargest(counts, group.quorum));
  const hasHeld = group.reporters.some(
    (reporter) => unplacedRows(reporter, key, (one) => isHeldBack(one, view.confirmations)).length > 0,
  );
  const code = inBlocks.code ?? (group.unplacedAreHeld || outside === 0 ? 'REORG_AMBIGUOUS' : 'QUORUM_PENDING');
  const most = Math.max(outside, inBlocks.most, hasHeld ? 1 : 0);
  if (ready < most) return { copies: ready, code };
  return isUnclear(group, key, view, ready) ? { copies: ready, code: 'COPIES_UNCLEAR' } : { copies: ready };
}

/** A provider that names no blocks has confirmed the amount at more positions than are sure to be several transfers. */
function isUnclear(group: GroupView, key: string, view: DepthView, ready: number): boolean {
  return group.reporters.some(
    (reporter) => perhapsApart(unplacedRows(reporter, key, (one) => isReady(one, view.confirmations))) > ready,
  );
}

/**
 * The smallest of the copies, if several blocks are confirmed. A held block competes, and credits nothing. `most` is
 * what the block with the most copies has.
 */
function readyInBlocks(
  quorum: number,
  competing: readonly Placed[],
  view: DepthView,
  unplaced: Map<Reporter, number>,
): Ready & { most: number } {
  let agreed: number | undefined;
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  let hasFailed = false;
  for (const one of competing) {
    const copies = one.hasFailed ? 0 : one.standingCopies;
    most = Math.max(most, one.hasFailed ? one.copies : one.standingCopies);
    least = Math.min(least, copies);
    if (one.hasFailed && one.copies > 0) hasFailed = true;
    const here = one.isHeld || one.hasFailed ? undefined : agreedCopies(quorum, one, view, unplaced);
    if (here !== undefined) agreed = Math.min(agreed ?? here, here);
  }
  const copies = Math.min(agreed ?? 0, least);
  if (copies >= most) return { copies, most };
  const isAmbiguous = least < most || competing.every((one) => one.isHeld);
  return { copies, most, code: hasFailed ? 'FAILED' : isAmbiguous ? 'REORG_AMBIGUOUS' : 'QUORUM_PENDING' };
}

/** Copies on which a quorum agrees in one live block; undefined if fewer have confirmed it. */
function agreedCopies(
  quorum: number,
  { block, standing, standingCopies }: Placed,
  view: DepthView,
  unplaced: Map<Reporter, number>,
): number | undefined {
  if (quorum === 1) return standingCopies;
  const counts = new Map(unplaced);
  for (const [reporter, own] of standing) {
    counts.set(reporter, Math.max(counts.get(reporter) ?? 0, toldApart(own, true)));
  }
  // A confirmed statement without a hash is one vote.
  const votes = new Set([...unplaced.keys()].map(({ voter }) => voter));
  for (const [reporter, report] of block.reports) {
    if (report.live && meets(report.depth, view.confirmations)) votes.add(reporter.voter);
  }
  return votes.size < quorum ? undefined : nthLargest([...byVoter(counts).values()], quorum);
}

/** Instances that share a key have one vote: the most that any of them reports. */
function byVoter(counts: Map<Reporter, number>): Map<string, number> {
  const most = new Map<string, number>();
  for (const [{ voter }, count] of counts) most.set(voter, Math.max(most.get(voter) ?? 0, count));
  return most;
}

/** Copies by provider of its confirmed statements without a hash. */
function confirmedUnplaced(
  key: string,
  view: DepthView,
  group: GroupView,
  competing: readonly Placed[],
): Map<Reporter, number> {
  const copies = new Map<Reporter, number>();
  for (const reporter of group.reporters) {
    const rows = unplacedRows(reporter, key, (one) => isReady(one, view.confirmations));
    if (rows.length > 0) copies.set(reporter, toldApart([...rows, ...joinedRows(reporter, view, competing)], false));
  }
  return copies;
}

/** Positions fixed by the transaction join a provider's confirmed ones; not while blocks are in doubt. */
function joinedRows(reporter: Reporter, view: DepthView, competing: readonly Placed[]): Statement[] {
  const [only] = competing;
  const report = only?.block.reports.get(reporter);
  if (!only || competing.length > 1 || only.isHeld || only.hasFailed) return [];
  if (!report?.live || !meets(report.depth, view.confirmations)) return [];
  return fixedRows(reporter, competing);
}

function fixedRows(reporter: Reporter, placed: readonly Placed[]): Statement[] {
  return fixedByTransaction(placed.flatMap((one) => one.rows.get(reporter) ?? []));
}

/** Most copies in a live, final or held block, or confirmed statement without one. */
export function possibleCopies(group: GroupView, key: string, view: DepthView, placed: readonly Placed[]): number {
  let most = 0;
  for (const { copies } of placed) most = Math.max(most, copies);
  return Math.max(most, outsideCopies(group, key, view, placed));
}

/** Copies that somebody has confirmed, whatever keeps them back: what an operator's release reaches. */
export function confirmedCopies(group: GroupView, key: string, view: DepthView, placed: readonly Placed[]): number {
  let most = 0;
  for (const one of placed)
    if (one.isConfirmed || (one.isHeld && one.block.isFinal)) most = Math.max(most, one.standingCopies);
  return Math.max(most, outsideCopies(group, key, view, placed));
}

function outsideCopies(group: GroupView, key: string, view: DepthView, placed: readonly Placed[]): number {
  let most = 0;
  for (const reporter of group.reporters) {
    const rows = unplacedRows(reporter, key, (one) => isConfirmedUnplaced(one, view.confirmations));
    if (rows.length > 0) most = Math.max(most, perhapsApart([...rows, ...fixedRows(reporter, placed)]));
  }
  return most;
}

/** Copies reported at all and not taken back, from mempool too. */
export function reportedCopies(group: GroupView, key: string, placed: readonly Placed[]): number {
  let most = 0;
  for (const { copies } of placed) most = Math.max(most, copies);
  for (const reporter of group.reporters) {
    const rows = unplacedRows(reporter, key, (one) => one.standing === 'live');
    const seen = seenOf(reporter, key).flatMap((one) => (one.tellsRows ? one.statement : []));
    most = Math.max(most, toldApart([...rows, ...seen], false));
  }
  return most;
}

function isReady(one: Unplaced, confirmations: number): boolean {
  return one.standing === 'live' && meets(one.depth, confirmations);
}

function isHeldBack(one: Unplaced, confirmations: number): boolean {
  return one.standing === 'held' && meets(one.depth, confirmations);
}

function unplacedRows(reporter: Reporter, key: string, isWanted: (one: Unplaced) => boolean): Statement[] {
  const rows: Statement[] = [];
  for (const one of unplacedOf(reporter, key)) if (one.tellsRows && isWanted(one)) rows.push(one.statement);
  return rows;
}
