import { ensure } from '../util/maps.ts';
import { type Block, type BlockStanding, blocksOf, chainConfirmed, standing } from './blocks.ts';
import { conflictingAmounts } from './conflicts.ts';
import { chainProvider, type FoldRules, meets, quorumAsked, reorgDepth } from './fold-rules.ts';
import { type Heard, type Loose, listen, type Voice } from './voices.ts';

/** One group, sorted for the fold of its amounts. */
export interface GroupView {
  voices: readonly Voice[];
  blocks: readonly Block[];
  rules: FoldRules;
  quorum: number;
  /** Rule 21: a removal (or failure, rule 22) that names no block stands, and holds the whole group. */
  removedNoBlock?: 'REMOVED_NO_BLOCK' | 'FAILED';
  /** Rule 20: a provider left with only removals holds the statements without a hash. */
  looseAreHeld: boolean;
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
  conflicts: ReadonlySet<string>;
}

/** `amounts`: how many the group has; of one alone there is nothing to contradict. */
export function viewGroup(statements: readonly Heard[], amounts: number, rules: FoldRules): GroupView {
  const voices = listen(statements, rules);
  const blocks = blocksOf(voices, reorgDepth(rules));
  const views = new Map<number, DepthView>();
  const group: GroupView = {
    voices,
    blocks,
    rules,
    quorum: quorumAsked(rules),
    looseAreHeld: voices.some((voice) => voice.onlyRemoves),
    at(confirmations) {
      return ensure(views, confirmations, () => viewAt(group, confirmations, amounts > 1));
    },
  };
  const removed = voices.filter((voice) => voice.looseRemovalStands);
  if (removed.length > 0) {
    group.removedNoBlock = removed.some((voice) => voice.looseRemovalKind === 'removed')
      ? 'REMOVED_NO_BLOCK'
      : 'FAILED';
  }
  return group;
}

const noConflicts: ReadonlySet<string> = new Set();

function viewAt({ voices, blocks }: GroupView, confirmations: number, mayConflict: boolean): DepthView {
  const decided = chainConfirmed(blocks, confirmations);
  const standings = new Map<Block, BlockStanding>();
  for (const block of blocks) standings.set(block, standing(block, confirmations, decided));
  const isConfirmed = (one: Loose): boolean => isConfirmedLoose(one, confirmations);
  const isNotDead = (block: Block): boolean => standings.get(block) !== 'dead';
  const view: DepthView = {
    confirmations,
    standings,
    chainHasSpoken:
      decided !== undefined || voices.some((voice) => voice.name === chainProvider && voice.loose.some(isConfirmed)),
    conflicts: mayConflict ? conflictingAmounts(voices, blocks.filter(isNotDead), isConfirmed) : noConflicts,
  };
  if (decided) view.decided = decided;
  return view;
}

/** Whether a statement without a hash has the confirmations asked; never mempool (rule 18). */
export function isConfirmedLoose(one: Loose, confirmations: number): boolean {
  return !one.dead && one.statement.kind !== 'seen' && meets(one.depth, confirmations);
}
