import { ensure } from '../util/maps.ts';
import { chainProvider, meets } from './fold-rules.ts';
import type { Statement } from './statement.ts';
import { isNewer, type Voice, type Word } from './voices.ts';

/** `held` blocks keep what they have possible, and make nothing due. */
export type BlockStanding = 'live' | 'held' | 'dead';

/** One block hash, and what each provider has said of it (rule 12). */
export interface Block {
  hash: string;
  words: Map<Voice, Word>;
  /** Rule 16. */
  isFinal: boolean;
  /** Rule 22: some provider says that the transaction failed in it, and has not removed the block since. */
  failed: boolean;
  chainFailed: boolean;
}

export function blocksOf(voices: readonly Voice[], final: number): Block[] {
  const blocks = new Map<string, Block>();
  for (const voice of voices) {
    for (const [hash, word] of voice.words) {
      const block = ensure(blocks, hash, () => newBlock(hash));
      block.words.set(voice, word);
      if (word.deepest >= final) block.isFinal = true;
      if (hasFailure(word)) {
        block.failed = true;
        if (voice.name === chainProvider) block.chainFailed = true;
      }
    }
  }
  return [...blocks.values()];
}

function newBlock(hash: string): Block {
  return { hash, words: new Map(), isFinal: false, failed: false, chainFailed: false };
}

function hasFailure(word: Word): boolean {
  return word.failures.some((failure) => !word.removed || isNewer(failure.at, word.removed));
}

/** Whether some provider for which the block is live has counted that far on it. */
export function isConfirmed(block: Block, confirmations: number): boolean {
  for (const word of block.words.values()) if (word.live && meets(word.depth, confirmations)) return true;
  return false;
}

/** The one block that our own chain check has confirmed: it decides between blocks and over removals (rules 17, 20). */
export function chainConfirmed(blocks: readonly Block[], confirmations: number): Block | undefined {
  let decided: Block | undefined;
  for (const block of blocks) {
    for (const [voice, word] of block.words) {
      if (voice.name !== chainProvider || !word.live || !meets(word.depth, confirmations)) continue;
      if (decided) return undefined;
      decided = block;
    }
  }
  return decided;
}

/** Rules 13 to 16 and 20, for an amount that asks for `confirmations`. */
export function standing(block: Block, confirmations: number, decided: Block | undefined): BlockStanding {
  if (block === decided && !block.chainFailed) return 'live';
  let removals = 0;
  let isLive = false;
  let chainRemoved = block.chainFailed || decided !== undefined;
  for (const [voice, word] of block.words) {
    if (word.live) isLive = true;
    if (!word.removalStands) continue;
    removals += 1;
    if (voice.name === chainProvider) chainRemoved = true;
  }
  if (isLive && removals === 0 && !chainRemoved) return 'live';
  // Rule 16: a removal or a newer block only holds it.
  if (block.isFinal && hasSpoken(block)) return 'held';
  if (!isLive || chainRemoved || removals > 1) return 'dead';
  // Rule 20: one removal beats "mined", and only holds against another provider's "confirmed".
  return isConfirmed(block, confirmations) ? 'held' : 'dead';
}

function hasSpoken(block: Block): boolean {
  for (const word of block.words.values()) if (word.spoken) return true;
  return false;
}

/**
 * The rows of one amount in a block, by provider, from whoever named it (rule 12). Where a provider's own newer word is
 * that the transaction failed there, what it told before is not counted, unless the block is final.
 */
export function rowsIn(block: Block, key: string): Map<Voice, Statement[]> {
  const rows = new Map<Voice, Statement[]>();
  for (const [voice, word] of block.words) {
    let told = word.rows.get(key);
    if (told && word.failures.length > 0 && !block.isFinal) told = told.filter((row) => !isTakenBack(row, word));
    if (told && told.length > 0) rows.set(voice, told);
  }
  return rows;
}

function isTakenBack(row: Statement, word: Word): boolean {
  return (
    row.at !== undefined && word.failures.some(({ at }) => at !== undefined && row.at !== undefined && at > row.at)
  );
}
