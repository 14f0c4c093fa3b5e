import { ensure, push } from '../util/maps.ts';
import { positionScope } from './positions.ts';
import { blockOf, type Keyed, type Reporter } from './reporter.ts';
import type { Statement } from './statement.ts';

/** Everything that a provider said under one id of its own. */
type Versions = Keyed[];

/**
 * Marks what a provider has corrected: it spoke later, by the event's own time, under the same id of its own, and
 * reported other amounts. What it repeats is not corrected.
 */
export function markCorrected(reporter: Reporter): void {
  const all = versionsOf(reporter);
  if (all.length === 0) return;
  const corrected = new Set<Statement>();
  reporter.corrected = corrected;
  for (const versions of all) {
    const newest = newestByBlock(versions);
    const byKey = new Map<string, Versions>();
    for (const one of versions) push(byKey, one.key, one);
    for (const same of byKey.values()) {
      const newestOfKey = newestByBlock(same);
      for (const { statement } of same) {
        const { at = Number.POSITIVE_INFINITY } = statement;
        if (newest(statement) > at && newestOfKey(statement) <= at) corrected.add(statement);
      }
    }
  }
}

/** The time of the newest version of the same thing as a statement. */
function newestByBlock(versions: Versions): (statement: Statement) => number {
  const byBlock = new Map<string | undefined, number>();
  let ofAny = Number.NEGATIVE_INFINITY;
  for (const { statement } of versions) {
    const { at = Number.NEGATIVE_INFINITY } = statement;
    const block = blockOf(statement);
    byBlock.set(block, Math.max(byBlock.get(block) ?? at, at));
    ofAny = Math.max(ofAny, at);
  }
  const placed = (block: string | undefined): number => byBlock.get(block) ?? Number.NEGATIVE_INFINITY;
  return (statement) => {
    const block = blockOf(statement);
    return block === undefined ? ofAny : Math.max(placed(block), placed(undefined));
  };
}

/** Amounts that a provider reported under one id of its own, if nothing says which of them it reported last. */
export function uncertainVersions(reporter: Reporter, isDead: (keyed: Keyed) => boolean): Set<string> {
  const found = new Set<string>();
  for (const versions of versionsOf(reporter)) {
    const standing = versions.filter((one) => !isDead(one) && !reporter.corrected.has(one.statement));
    const keysOf = new Map<string, Set<string>>();
    // One of each event and block: an event may report thousands of rows.
    const told = new Map<string, Keyed>();
    for (const one of standing) {
      const { eventId } = one.statement;
      ensure(keysOf, eventId, () => new Set<string>()).add(one.key);
      told.set(`${blockOf(one.statement) ?? ''}\n${eventId}`, one);
    }
    for (const one of standing) {
      for (const other of told.values()) {
        if (isOfOne(one, other) && keysOf.get(other.statement.eventId)?.has(one.key) === false) found.add(one.key);
      }
    }
  }
  return found;
}

/** Versions of one thing: in another block it may have come to another amount. */
function isOfOne({ statement: one }: Keyed, { statement: other }: Keyed): boolean {
  const [hash, otherHash] = [blockOf(one), blockOf(other)];
  return hash === undefined || otherHash === undefined || hash === otherHash;
}

function versionsOf(reporter: Reporter): readonly Versions[] {
  if (hasOneWord(reporter)) return [];
  const byId = new Map<string, Versions>();
  const add = (keyed: Keyed): void => {
    const { statement } = keyed;
    for (const id of idsOf(statement)) ensure(byId, id, (): Versions => []).push(keyed);
  };
  for (const one of reporter.unplaced) if (one.tellsRows) add(one);
  for (const { rows } of reporter.blocks.values()) {
    for (const [key, statements] of rows) for (const statement of statements) add({ statement, key });
  }
  return [...byId.values()].filter((versions) => versions.length > 1);
}

/** Most providers say one thing of a transaction. */
function hasOneWord({ unplaced, blocks }: Reporter): boolean {
  let words = unplaced.length;
  for (const { statements } of blocks.values()) words += statements.length;
  return words < 2;
}

function idsOf({ report, position }: Statement): string[] {
  const ids = report === undefined ? [] : [`report ${report}`];
  if (position !== undefined && positionScope(position) === 'provider') ids.push(`position ${position}`);
  return ids;
}
