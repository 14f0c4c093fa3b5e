import { type Block, isConfirmed, rowsIn } from './blocks.ts';
import type { FoldCode } from './codes.ts';
import { fixedByTransaction, nthLargest, toldApart } from './copies.ts';
import { chainProvider, meets } from './fold-rules.ts';
import { type DepthView, type GroupView, isConfirmedLoose } from './group-view.ts';
import type { Statement } from './statement.ts';
import type { Loose, Voice } from './voices.ts';

/** One amount in one block that is not dead. */
export interface Placed {
  block: Block;
  isHeld: boolean;
  isConfirmed: boolean;
  rows: Map<Voice, Statement[]>;
  /** By maximum over whoever named it (rules 8, 12); a block in which the transaction failed has none (rule 22). */
  copies: number;
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
    placed.push({
      block,
      isHeld: standing === 'held',
      isConfirmed: isConfirmed(block, view.confirmations),
      rows,
      copies: nthLargest(
        [...rows.values()].map((own) => toldApart(own, true)),
        1,
      ),
    });
  }
  return placed;
}

/** Rules 11 to 19 for one amount. */
export function readyCopies(group: GroupView, key: string, view: DepthView, placed: readonly Placed[]): Ready {
  const ofChain = chainCopies(key, view, group);
  const others = readyByProviders(group, key, view, placed);
  if (ofChain > 0) {
    const ready: Ready = { copies: ofChain, isByChain: true };
    if (others.copies > ofChain) ready.code = 'CHAIN_DISAGREES';
    return ready;
  }
  if (group.removedNoBlock) return { copies: 0, code: group.removedNoBlock };
  if (group.rules.chainRequired && others.copies > 0) {
    return { copies: 0, code: view.chainHasSpoken ? 'CHAIN_DISAGREES' : 'CHAIN_PENDING' };
  }
  return others;
}

/** Copies that our own chain check has confirmed: they stand against removals, conflicts and quorum. */
function chainCopies(key: string, view: DepthView, group: GroupView): number {
  if (!view.chainHasSpoken) return 0;
  const chain = group.voices.find((voice) => voice.name === chainProvider);
  const rows = chain && view.decided && !view.decided.failed ? rowsIn(view.decided, key).get(chain) : undefined;
  const loose = chain ? looseRows(chain, key, (one) => isConfirmedLoose(one, view.confirmations)) : [];
  return Math.max(rows ? toldApart(rows, true) : 0, toldApart(loose, false));
}

function readyByProviders(group: GroupView, key: string, view: DepthView, placed: readonly Placed[]): Ready {
  const competing = placed.filter((one) => one.isHeld || one.isConfirmed);
  const loose = confirmedLoose(key, view, group, competing);
  const inBlocks = readyInBlocks(group.quorum, competing, view, loose);
  const counts = [...loose.values()];
  const outside = nthLargest(counts, 1);
  // Rule 11: they combine with those of blocks by maximum.
  const ready = Math.max(inBlocks.copies, group.looseAreHeld ? 0 : nthLargest(counts, group.quorum));
  const code = inBlocks.code ?? (group.looseAreHeld ? 'REORG_AMBIGUOUS' : 'QUORUM_PENDING');
  return ready < Math.max(outside, inBlocks.most) ? { copies: ready, code } : { copies: ready };
}

/**
 * Rule 15: the smallest of the copies, where several blocks are confirmed. A held block competes, and credits nothing.
 * `most` is what the block with the most copies has.
 */
function readyInBlocks(
  quorum: number,
  competing: readonly Placed[],
  view: DepthView,
  loose: Map<Voice, number>,
): Ready & { most: number } {
  let agreed: number | undefined;
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  let hasFailed = false;
  for (const one of competing) {
    // Rule 22: the block has no copies.
    const copies = one.block.failed ? 0 : one.copies;
    most = Math.max(most, one.copies);
    least = Math.min(least, copies);
    if (copies < one.copies) hasFailed = true;
    const here = one.isHeld || one.block.failed ? undefined : agreedCopies(quorum, one, view, loose);
    if (here !== undefined) agreed = Math.min(agreed ?? here, here);
  }
  const copies = Math.min(agreed ?? 0, least);
  if (copies >= most) return { copies, most };
  const isAmbiguous = least < most || competing.every((one) => one.isHeld);
  return { copies, most, code: hasFailed ? 'FAILED' : isAmbiguous ? 'REORG_AMBIGUOUS' : 'QUORUM_PENDING' };
}

/** Copies on which a quorum agrees in one live block; undefined where fewer have confirmed it (rules 8, 12, 19). */
function agreedCopies(
  quorum: number,
  { block, rows, copies }: Placed,
  view: DepthView,
  loose: Map<Voice, number>,
): number | undefined {
  if (quorum === 1) return copies;
  const counts = new Map(loose);
  for (const [voice, own] of rows) counts.set(voice, Math.max(counts.get(voice) ?? 0, toldApart(own, true)));
  // Rule 12: a confirmed statement without a hash is one vote.
  const votes = new Set(loose.keys());
  for (const [voice, word] of block.words) if (word.live && meets(word.depth, view.confirmations)) votes.add(voice);
  return votes.size < quorum ? undefined : nthLargest([...counts.values()], quorum);
}

/** Copies by provider of its confirmed statements without a hash (rule 11). */
function confirmedLoose(
  key: string,
  view: DepthView,
  group: GroupView,
  competing: readonly Placed[],
): Map<Voice, number> {
  const copies = new Map<Voice, number>();
  for (const voice of group.voices) {
    if (!voice.tellsRows) continue;
    const rows = looseRows(voice, key, (one) => isConfirmedLoose(one, view.confirmations));
    if (rows.length > 0) copies.set(voice, toldApart([...rows, ...joinedRows(voice, view, competing)], false));
  }
  return copies;
}

/** Rule 11: positions fixed by the transaction join a provider's confirmed ones; not while blocks are in doubt. */
function joinedRows(voice: Voice, view: DepthView, competing: readonly Placed[]): Statement[] {
  const [only] = competing;
  const word = only?.block.words.get(voice);
  if (!only || competing.length > 1 || only.isHeld || !word?.live || !meets(word.depth, view.confirmations)) return [];
  return fixedRows(voice, competing);
}

function fixedRows(voice: Voice, placed: readonly Placed[]): Statement[] {
  return fixedByTransaction(placed.flatMap((one) => one.rows.get(voice) ?? []));
}

/** Rule 14: most copies in a live, final or held block, or confirmed statement without one. */
export function possibleCopies(group: GroupView, key: string, view: DepthView, placed: readonly Placed[]): number {
  let most = 0;
  for (const { copies } of placed) most = Math.max(most, copies);
  for (const voice of group.voices) {
    if (!voice.tellsRows || voice.loose.length === 0) continue;
    const rows = looseRows(voice, key, (one) => one.final || isConfirmedLoose(one, view.confirmations));
    if (rows.length > 0) most = Math.max(most, toldApart([...rows, ...fixedRows(voice, placed)], false));
  }
  return most;
}

/** Copies reported at all and not taken back. */
export function reportedCopies(group: GroupView, key: string, placed: readonly Placed[]): number {
  let most = 0;
  for (const { copies } of placed) most = Math.max(most, copies);
  for (const voice of group.voices) {
    if (!voice.tellsRows || voice.loose.length === 0) continue;
    most = Math.max(
      most,
      toldApart(
        looseRows(voice, key, (one) => !one.dead && !one.doubted),
        false,
      ),
    );
  }
  return most;
}

function looseRows(voice: Voice, key: string, isWanted: (one: Loose) => boolean): Statement[] {
  return voice.loose.filter((one) => one.key === key && isWanted(one)).map((one) => one.statement);
}
