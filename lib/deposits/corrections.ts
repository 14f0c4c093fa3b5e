import { ensure } from '../util/maps.ts';
import { positionScope } from './positions.ts';
import { blockOf, type Keyed, type Reporter } from './reporter.ts';
import type { Statement } from './statement.ts';

/** Everything that a provider said under one id of its own, about one block or none. */
type Versions = Keyed[];

/**
 * Marks what a provider has corrected: it spoke later, by the event's own time, under the same id of its own, and told other
 * amounts. What it repeats is not corrected.
 */
export function markCorrected(reporter: Reporter): void {
  for (const versions of versionsOf(reporter)) {
    for (const { statement, key } of versions) {
      const { at } = statement;
      if (at === undefined) continue;
      const later = versions.filter((one) => one.statement.at !== undefined && one.statement.at > at);
      if (later.length > 0 && !later.some((one) => one.key === key)) reporter.corrected.add(statement);
    }
  }
}

/** Amounts that a provider told under one id of its own, and nothing says which of them it told last. */
export function uncertainVersions(reporter: Reporter, isDead: (keyed: Keyed) => boolean): Set<string> {
  const found = new Set<string>();
  for (const versions of versionsOf(reporter)) {
    const byEvent = new Map<string, Set<string>>();
    for (const keyed of versions) {
      if (isDead(keyed) || reporter.corrected.has(keyed.statement)) continue;
      ensure(byEvent, keyed.statement.eventId, () => new Set<string>()).add(keyed.key);
    }
    const events = [...byEvent.values()];
    for (const keys of events) for (const key of keys) if (events.some((other) => !other.has(key))) found.add(key);
  }
  return found;
}

function versionsOf(reporter: Reporter): Iterable<Versions> {
  const byId = new Map<string, Versions>();
  const add = (keyed: Keyed): void => {
    const { statement } = keyed;
    for (const id of idsOf(statement))
      ensure(byId, `${blockOf(statement) ?? ''}\n${id}`, (): Versions => []).push(keyed);
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
