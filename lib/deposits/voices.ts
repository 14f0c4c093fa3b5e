import { ensure, push } from '../util/maps.ts';
import { type Depth, deeper, type Ear, earFor, type FoldRules, noDepth, reorgDepth } from './fold-rules.ts';
import type { Statement } from './statement.ts';

/** Times of several statements, as far as "newer" needs them. */
export interface Times {
  newest: number;
  /** One of them has no time. */
  untimed: boolean;
}

/** What one provider has said of one block. */
export interface Word {
  /** Rows that it told there (mined or confirmed), by amount key. */
  rows: Map<string, Statement[]>;
  failures: Statement[];
  /** Rows and failures, also those of a provider that tells no rows. */
  statements: Statement[];
  /** Their times; undefined where it only removed. */
  spoken?: Times;
  removed?: Times;
  /** Rule 20: removed, and no newer statement of that block has ended it. */
  removalStands: boolean;
  /** Rule 13: its live block, or one of them where times are equal or missing. */
  live: boolean;
  /** Confirmations that count (rule 18). */
  depth: Depth;
  /** The most ever said, counted or not: what makes a block final (rule 16). */
  deepest: number;
}

/** A statement without a block hash: a block of its own (rule 11). */
export interface Loose {
  statement: Statement;
  key: string;
  depth: Depth;
  /** Rules 13 and 21: a newer word with a hash, or a removal that has ended, takes it away. */
  dead: boolean;
  final: boolean;
  /** A removal that stands may speak of it, so that it is no longer reported, though still possible. */
  doubted: boolean;
}

/** All that one provider has said of a group. */
export interface Voice {
  name: string;
  tellsRows: boolean;
  words: Map<string, Word>;
  loose: Loose[];
  /** Removals and failures that name no block (rules 21, 22). */
  looseRemoved?: Times;
  looseRemovalKind?: 'removed' | 'failed';
  looseRemovalStands: boolean;
  /** Rule 20: nothing that it said stands but removals. */
  onlyRemoves: boolean;
}

/** Rule 7: by the event's own time, and what is equal or missing is not newer. */
export function isNewer(at: number | undefined, than: Times): boolean {
  return at !== undefined && !than.untimed && at > than.newest;
}

/** A statement with its amount key; removals, and what names only a transaction, have none. */
export interface Heard {
  statement: Statement;
  key: string;
}

/** Sorts statements by who said them and of which block; order plays no part. */
export function listen(statements: readonly Heard[], rules: FoldRules): Voice[] {
  const heard = new Map<string, Speaker>();
  for (const { statement, key } of statements) {
    const speaker = ensure(heard, statement.provider, () => newSpeaker(statement.provider, rules));
    take(speaker.voice, statement, key, speaker.ear);
  }
  const final = reorgDepth(rules);
  const voices: Voice[] = [];
  for (const { voice, ear } of heard.values()) {
    settleWords(voice, ear);
    settleLoose(voice, final);
    voices.push(voice);
  }
  return voices;
}

/** The block that a statement names. A mempool statement is in none, whatever it names. */
export function blockOf(statement: Statement): string | undefined {
  return statement.kind === 'seen' || statement.blockHash === '' ? undefined : statement.blockHash;
}

interface Speaker {
  voice: Voice;
  ear: Ear;
}

function newSpeaker(name: string, rules: FoldRules): Speaker {
  const ear = earFor(rules, name);
  return { voice: newVoice(name, ear.tellsRows), ear };
}

function newVoice(name: string, tellsRows: boolean): Voice {
  return { name, tellsRows, words: new Map(), loose: [], looseRemovalStands: false, onlyRemoves: false };
}

function newWord(): Word {
  return {
    rows: new Map(),
    failures: [],
    statements: [],
    removalStands: false,
    live: false,
    depth: noDepth,
    deepest: 0,
  };
}

function take(voice: Voice, statement: Statement, key: string, ear: Ear): void {
  const block = blockOf(statement);
  if (block === undefined) {
    takeLoose(voice, statement, key, ear);
    return;
  }
  const word = ensure(voice.words, block, newWord);
  if (statement.kind === 'removed') {
    word.removed = withTime(word.removed, statement.at);
    return;
  }
  word.spoken = withTime(word.spoken, statement.at);
  word.statements.push(statement);
  word.deepest = Math.max(word.deepest, ear.depthOf(statement).count);
  if (statement.kind === 'failed') word.failures.push(statement);
  else if (voice.tellsRows) push(word.rows, key, statement);
}

function takeLoose(voice: Voice, statement: Statement, key: string, ear: Ear): void {
  if (statement.kind === 'removed' || statement.kind === 'failed') {
    voice.looseRemoved = withTime(voice.looseRemoved, statement.at);
    if (voice.looseRemovalKind !== 'removed') voice.looseRemovalKind = statement.kind;
    return;
  }
  voice.loose.push({ statement, key, depth: ear.depthOf(statement), dead: false, final: false, doubted: false });
}

function settleWords(voice: Voice, ear: Ear): void {
  for (const [block, word] of voice.words) {
    if (word.removed) word.removalStands = !(word.spoken && isNewer(word.spoken.newest, word.removed));
    if (!word.spoken || word.removalStands) continue;
    const elsewhere = newestElsewhere(voice, block);
    word.live = word.spoken.untimed || elsewhere <= word.spoken.newest;
    if (word.live) word.depth = countedDepth(voice, word, elsewhere, ear);
  }
}

/** Rule 18: newer than its last removal of the block, and not older than its last word on another. */
function countedDepth(voice: Voice, word: Word, elsewhere: number, ear: Ear): Depth {
  let depth = noDepth;
  for (const statement of word.statements) {
    if (word.removed && !isNewer(statement.at, word.removed)) continue;
    // A removal that names no block may have meant this one.
    if (voice.looseRemoved && !isNewer(statement.at, voice.looseRemoved)) continue;
    if (statement.at !== undefined && elsewhere > statement.at) continue;
    depth = deeper(depth, ear.depthOf(statement));
  }
  return depth;
}

function settleLoose(voice: Voice, final: number): void {
  const removed = voice.looseRemoved;
  if (removed) voice.looseRemovalStands = !isNewer(newestSpoken(voice), removed);
  const hashed = newestElsewhere(voice, undefined);
  const blockRemoved = standingRemovals(voice);
  const hasLiveWord = [...voice.words.values()].some((word) => word.live);
  let hasNewLoose = false;
  for (const one of voice.loose) {
    const at = one.statement.at;
    const isBeforeRemoval = removed !== undefined && !isNewer(at, removed);
    // Rule 13: its newer word with a hash. Rule 21: once the removal has ended, what was said before it.
    one.dead = (at !== undefined && hashed > at) || (isBeforeRemoval && !voice.looseRemovalStands);
    one.final = one.depth.count >= final;
    const mayBeRemoved = blockRemoved !== undefined && !hasLiveWord && !isNewer(at, blockRemoved);
    one.doubted = isBeforeRemoval || mayBeRemoved;
    if (!one.dead && !mayBeRemoved) hasNewLoose = true;
  }
  voice.onlyRemoves = blockRemoved !== undefined && !hasLiveWord && !hasNewLoose;
}

function newestElsewhere(voice: Voice, block: string | undefined): number {
  let newest = Number.NEGATIVE_INFINITY;
  for (const [other, word] of voice.words) {
    if (other !== block && word.spoken && word.spoken.newest > newest) newest = word.spoken.newest;
  }
  return newest;
}

function newestSpoken(voice: Voice): number {
  let newest = newestElsewhere(voice, undefined);
  for (const { statement } of voice.loose) {
    if (statement.at !== undefined && statement.at > newest) newest = statement.at;
  }
  return newest;
}

function standingRemovals(voice: Voice): Times | undefined {
  let times: Times | undefined;
  for (const word of voice.words.values()) {
    if (!word.removed || !word.removalStands) continue;
    times = withTime(times, word.removed.newest);
    if (word.removed.untimed) times.untimed = true;
  }
  return times;
}

function withTime(times: Times | undefined, at: number | undefined): Times {
  const known = times ?? { newest: Number.NEGATIVE_INFINITY, untimed: false };
  if (at === undefined) known.untimed = true;
  else if (at > known.newest) known.newest = at;
  return known;
}
