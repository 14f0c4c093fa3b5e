import { ensure } from '../util/maps.ts';
import { type Depth, noDepth } from './fold-rules.ts';
import type { Keyed } from './reporter.ts';

/** A word on an amount that may have taken the place of another. */
export interface Rival extends Keyed {
  depth: Depth;
}

/** Words on amounts, in an order in which the deepest is found without a look at each. */
export type Rivals = readonly Ladder[];

/** The events that spoke, by one part of their depth, the deepest first. */
type Ladder = readonly Rung[];

interface Rung {
  eventId: string;
  /** The amount of which the event said the most. */
  key: string;
  most: number;
  /** The most that it said of another amount. */
  mostOfOthers: number;
}

const parts: readonly ((depth: Depth) => number)[] = [({ count }) => count, ({ trusted }) => Number(trusted)];

/** Sorts words on amounts. One that names its position, or a failure, takes no other's place. */
export function rivalsAmong(words: readonly Rival[]): Rivals {
  const able = words.filter(({ statement }) => statement.kind !== 'failed' && statement.position === undefined);
  return parts.map((part) => ladderOf(able, part));
}

function ladderOf(words: readonly Rival[], part: (depth: Depth) => number): Ladder {
  const nothing = part(noDepth);
  const rungs = new Map<string, Rung>();
  for (const { statement, key, depth } of words) {
    const { eventId } = statement;
    const rung = ensure(rungs, eventId, () => ({ eventId, key, most: nothing, mostOfOthers: nothing }));
    const said = part(depth);
    if (key === rung.key) rung.most = Math.max(rung.most, said);
    else if (said <= rung.most) rung.mostOfOthers = Math.max(rung.mostOfOthers, said);
    else Object.assign(rung, { key, most: said, mostOfOthers: rung.most });
  }
  return [...rungs.values()].sort((one, other) => other.most - one.most);
}

/** Whether one of them is deeper than `depth`, of another amount than `key` and by another event than `events`. */
export function isOneDeeper(rivals: Rivals, depth: Depth, key: string, events: ReadonlySet<string>): boolean {
  return parts.some((part, index) => {
    const own = part(depth);
    for (const { eventId, key: deepest, most, mostOfOthers } of rivals[index] ?? []) {
      if (most <= own) return false;
      if (!events.has(eventId) && (deepest === key ? mostOfOthers : most) > own) return true;
    }
    return false;
  });
}
