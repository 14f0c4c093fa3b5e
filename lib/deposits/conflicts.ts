import { ensure } from '../util/maps.ts';
import type { Block } from './blocks.ts';
import { positionScope } from './identity.ts';
import type { Statement } from './statement.ts';
import type { Loose, Voice } from './voices.ts';

/** Amounts that one provider tells; the value is whether one of the rows names a position. */
type Told = Map<string, boolean>;

/**
 * Keys of the amounts that contradict one another (rule 17), among blocks that are not dead and statements without a
 * hash. `isConfirmed` says of one of the latter whether it has the confirmations asked.
 */
export function conflictingAmounts(
  voices: readonly Voice[],
  blocks: readonly Block[],
  isConfirmed: (loose: Loose) => boolean,
): Set<string> {
  const conflicting = new Set<string>();
  positionConflicts(voices, blocks, isConfirmed, conflicting);
  const loose = new Map<Voice, Told>();
  for (const voice of voices) {
    for (const one of voice.loose) if (voice.tellsRows && !one.dead) tell(loose, voice, one.key, one.statement);
  }
  amountConflicts([...loose.values()], conflicting);
  for (const block of blocks) {
    const told = new Map<Voice, Told>();
    for (const [voice, known] of loose) told.set(voice, new Map(known));
    for (const [voice, word] of block.words) {
      for (const [key, rows] of word.rows) for (const row of rows) tell(told, voice, key, row);
    }
    amountConflicts([...told.values()], conflicting);
  }
  return conflicting;
}

function tell(told: Map<Voice, Told>, voice: Voice, key: string, row: Statement): void {
  const own = ensure(told, voice, (): Told => new Map());
  own.set(key, own.get(key) === true || row.position !== undefined);
}

/** Two providers, each with an amount that the other lacks, one of these without a position. */
function amountConflicts(told: readonly Told[], conflicting: Set<string>): void {
  for (let i = 0; i < told.length; i += 1) {
    for (let j = i + 1; j < told.length; j += 1) {
      const one = told[i];
      const other = told[j];
      if (!one || !other) continue;
      const lacked = [missingFrom(other, one), missingFrom(one, other)] as const;
      flag(lacked[0], lacked[1], conflicting);
      flag(lacked[1], lacked[0], conflicting);
    }
  }
}

function missingFrom(other: Told, one: Told): [string, boolean][] {
  return [...one].filter(([key]) => !other.has(key));
}

function flag(amounts: [string, boolean][], against: [string, boolean][], conflicting: Set<string>): void {
  if (against.length === 0) return;
  const someHasNoPosition = against.some(([, hasPosition]) => !hasPosition);
  for (const [key, hasPosition] of amounts) if (!hasPosition || someHasNoPosition) conflicting.add(key);
}

/**
 * One position with two amounts: in one block; in any, where the transaction fixes the position; and in a block and a
 * confirmed statement that names none, for either they speak of one block, or one of them is stale.
 */
function positionConflicts(
  voices: readonly Voice[],
  blocks: readonly Block[],
  isConfirmed: (loose: Loose) => boolean,
  conflicting: Set<string>,
): void {
  const anywhere = new Map<string, string>();
  const loose = new Map<string, string>();
  for (const voice of voices) {
    if (!voice.tellsRows) continue;
    for (const one of voice.loose) {
      const { position } = one.statement;
      if (one.dead || position === undefined) continue;
      if (positionScope(position) === 'transaction') claim(anywhere, position, one.key, conflicting);
      else if (isConfirmed(one)) claim(loose, position, one.key, conflicting);
    }
  }
  for (const block of blocks) {
    const here = new Map(loose);
    for (const word of block.words.values()) {
      for (const [key, rows] of word.rows) {
        for (const { position } of rows) {
          if (position === undefined) continue;
          claim(positionScope(position) === 'transaction' ? anywhere : here, position, key, conflicting);
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
