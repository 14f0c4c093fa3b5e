import { ensure } from '../util/maps.ts';
import { type Block, type BlockStanding, blocksOf, chainConfirmed, standing } from './blocks.ts';
import { conflictingAmounts } from './conflicts.ts';
import { chainProvider, type FoldRules, meets } from './fold-rules.ts';
import { type Keyed, type Reporter, type Unplaced, unplacedOf } from './reporter.ts';
import { sortByReporter } from './reporters.ts';
import type { Terms } from './terms.ts';

/** One group, sorted for the fold of its amounts. */
export interface GroupView {
  reporters: readonly Reporter[];
  blocks: readonly Block[];
  rules: FoldRules;
  terms: Terms;
  quorum: number;
  /** A removal (or failure) that names no block stands, and holds the whole group. */
  removedNoBlock?: 'REMOVED_NO_BLOCK' | 'FAILED';
  /** Amounts of which a failure that names no block stands. */
  failedAmounts: ReadonlySet<string>;
  /** A provider left with only removals holds the statements without a hash. */
  unplacedAreHeld: boolean;
  /** The group as amounts that ask for so many confirmations see it. */
  at(confirmations: number): DepthView;
}

export interface DepthView {
  confirmations: number;
  standings: Map<Block, BlockStanding>;
  /** The block that our own chain check has confirmed. */
  decided?: Block;
  /** Whether our own chain check has confirmed anything, in a block or without one. */
  chainHasSpoken: boolean;
  /** Amounts in conflict, with the copies of them that are beyond doubt. */
  conflicts: ReadonlyMap<string, number>;
  /** The same without what was only seen; empty until our own chain check has spoken. */
  firmConflicts: ReadonlyMap<string, number>;
}

/** `amounts`: how many the group has; of one alone there is nothing to contradict. */
export function viewGroup(statements: readonly Keyed[], amounts: number, rules: FoldRules, terms: Terms): GroupView {
  const reporters = sortByReporter(statements, rules, terms);
  const blocks = blocksOf(reporters, terms);
  const views = new Map<number, DepthView>();
  const group: GroupView = {
    reporters,
    blocks,
    // Most often the same: a copy of them for each group costs a tenth of its fold.
    rules: (rules.networkHasMemos !== false) === terms.hasMemos ? rules : { ...rules, networkHasMemos: terms.hasMemos },
    terms,
    quorum: terms.taking,
    failedAmounts: failuresWithoutBlock(reporters),
    unplacedAreHeld: reporters.some((reporter) => reporter.onlyRemoves),
    at(confirmations) {
      return ensure(views, confirmations, () =>
        viewAt(group, confirmations, amounts > 1 && rules.keyedBy !== 'payment'),
      );
    },
  };
  finaliseUnplaced(reporters, terms);
  const removed = reporters.filter((reporter) => reporter.removalStands);
  if (removed.length > 0) {
    group.removedNoBlock = removed.some((reporter) => reporter.removalKind === 'removed')
      ? 'REMOVED_NO_BLOCK'
      : 'FAILED';
  }
  return group;
}

const noConflicts: ReadonlyMap<string, number> = new Map();

function viewAt(group: GroupView, confirmations: number, mayConflict: boolean): DepthView {
  const { reporters, blocks, terms, rules } = group;
  const decided = chainConfirmed(blocks, confirmations);
  const standings = new Map<Block, BlockStanding>();
  for (const block of blocks) standings.set(block, standing(block, confirmations, decided, terms));
  const isWell = (one: Unplaced): boolean => isConfirmedUnplaced(one, confirmations);
  const view: DepthView = {
    confirmations,
    standings,
    chainHasSpoken:
      decided !== undefined ||
      reporters.some((reporter) => reporter.name === chainProvider && reporter.unplaced.some(isWell)),
    conflicts: noConflicts,
    firmConflicts: noConflicts,
  };
  if (decided) view.decided = decided;
  if (mayConflict) {
    const alive = blocks.filter((block) => standings.get(block) !== 'dead');
    const scene = { reporters, blocks: alive, confirmations, rules };
    view.conflicts = conflictingAmounts({ ...scene, withSeen: true });
    if (view.chainHasSpoken) view.firmConflicts = conflictingAmounts({ ...scene, withSeen: false });
  }
  return view;
}

/** Whether a statement without a block has the confirmations asked. */
export function isConfirmedUnplaced(one: Unplaced, confirmations: number): boolean {
  return one.standing !== 'dead' && one.tellsRows && meets(one.depth, confirmations);
}

/** What so many votes gave the reorg depth never dies: it is held instead. */
function finaliseUnplaced(reporters: readonly Reporter[], { reorgDepth, finality }: Terms): void {
  if (reporters.every(({ unplaced }) => unplaced.length === 0)) return;
  const votes = new Map<string, Set<string>>();
  for (const { name, voter, unplaced } of reporters) {
    for (const { key, depth } of unplaced) {
      if (depth.count < reorgDepth) continue;
      const own = ensure(votes, key, () => new Set<string>());
      own.add(voter);
      if (name === chainProvider) for (let vote = own.size; vote < finality; vote += 1) own.add(`${name} ${vote}`);
    }
  }
  for (const { unplaced } of reporters) {
    for (const one of unplaced) {
      const isFinal = one.depth.count >= reorgDepth && (votes.get(one.key)?.size ?? 0) >= finality;
      if (isFinal && one.standing === 'dead') one.standing = 'held';
    }
  }
}

const noFailures: ReadonlySet<string> = new Set();

function failuresWithoutBlock(reporters: readonly Reporter[]): ReadonlySet<string> {
  if (reporters.every(({ failedAmounts }) => failedAmounts === undefined)) return noFailures;
  const failed = new Set<string>();
  for (const reporter of reporters) {
    for (const [key, { newest, untimed }] of reporter.failedAmounts ?? []) {
      if (untimed || !hasSpokenSince(reporter, key, newest)) failed.add(key);
    }
  }
  return failed;
}

function hasSpokenSince(reporter: Reporter, key: string, since: number): boolean {
  const isSince = (at: number | undefined): boolean => at !== undefined && at > since;
  if (unplacedOf(reporter, key).some((one) => isSince(one.statement.at))) return true;
  return [...reporter.blocks.values()].some(({ rows }) => (rows.get(key) ?? []).some(({ at }) => isSince(at)));
}
