import { ensure } from '../util/maps.ts';
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
  for (const versions of versionsOf(reporter)) {
    for (const one of versions) {
      const { at } = one.statement;
      if (at === undefined) continue;
      const later = versions.filter(
        (other) => isOfOne(one, other) && (other.statement.at ?? Number.NEGATIVE_INFINITY) > at,
      );
      if (later.length > 0 && !later.some(({ key }) => key === one.key)) reporter.corrected.add(one.statement);
    }
  }
}

/** Amounts that a provider reported under one id of its own, if nothing says which of them it reported last. */
export function uncertainVersions(reporter: Reporter, isDead: (keyed: Keyed) => boolean): Set<string> {
  const found = new Set<string>();
  for (const versions of versionsOf(reporter)) {
    const standing = versions.filter((one) => !isDead(one) && !reporter.corrected.has(one.statement));
    const keysOf = new Map<string, Set<string>>();
    for (const { statement, key } of standing) ensure(keysOf, statement.eventId, () => new Set<string>()).add(key);
    for (const one of standing) {
      const isDenied = standing.some(
        (other) => isOfOne(one, other) && keysOf.get(other.statement.eventId)?.has(one.key) === false,
      );
      if (isDenied) found.add(one.key);
    }
  }
  return found;
}

/** Versions of one thing: in another block it may have come to another amount. */
function isOfOne({ statement: one }: Keyed, { statement: other }: Keyed): boolean {
  const [hash, otherHash] = [blockOf(one), blockOf(other)];
  return hash === undefined || otherHash === undefined || hash === otherHash;
}

function versionsOf(reporter: Reporter): Iterable<Versions> {
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

function idsOf({ report, position }: Statement): string[] {
  const ids = report === undefined ? [] : [`report ${report}`];
  if (position !== undefined && positionScope(position) === 'provider') ids.push(`position ${position}`);
  return ids;
}
