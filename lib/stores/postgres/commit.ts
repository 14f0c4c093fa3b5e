import type { DepositEvent } from '../../deposits/deposit.ts';
import { inTurns } from '../../util/turns.ts';
import { columnText } from '../shared/column-text.ts';
import { eventsToLease } from '../shared/events-to-lease.ts';
import { lostAnyway } from '../shared/lost-anyway.ts';
import type { Batch, Claim, Committed, Store } from '../store.ts';
import { type PostgresPlace, recordBatch } from './batch.ts';
import type { PostgresConnections } from './connections.ts';
import type { PostgresWake } from './wake.ts';

/** `commit` of the store; it tells other processes what it leaves owed. `slot` is that of the tallies. */
export function createCommit(
  connections: () => PostgresConnections,
  wake: Pick<PostgresWake, 'tell' | 'liveHolder'>,
  { now, slot }: { now: () => number | null; slot: number },
): Store['commit'] {
  return async (batch) => {
    // Without a live session nothing is leased: its lease would outlive a process that has ended.
    const holder = batch.lease ? (wake.liveHolder() ?? null) : null;
    const leased: ReadonlySet<DepositEvent> = holder === null ? new Set() : eventsToLease(batch);
    const result = await record(connections(), batch, { now: now(), slot, holder, leased });
    if (result.lost.length === 0 && countOwed(batch, result) > 0) wake.tell();
    return result;
  };
}

async function record(connections: PostgresConnections, batch: Batch, place: PostgresPlace): Promise<Committed> {
  const hopeless = lostAnyway(batch.changes);
  if (hopeless.length > 0) return { lost: hopeless };
  const { text, values, keys } = await inTurns(recordBatch(batch, place));
  const { rows } = await connections.record(text, values);
  const lost = rows.flatMap((row) => (row.lost_change === null ? [] : (keys[Number(row.lost_change) - 1] ?? '')));
  const tokens = new Map(rows.map((row) => [row.leased_event, row.leased_token as string]));
  const claims: Claim[] = [];
  for (const event of place.leased) {
    const token = tokens.get(columnText(event.id));
    if (token !== undefined) claims.push({ event, token, attempt: 1 });
  }
  return claims.length > 0 ? { lost, claims } : { lost };
}

/** New events that others may claim. */
function countOwed({ changes }: Batch, { claims = [] }: Committed): number {
  return changes.reduce((count, { events }) => count + events.length, -claims.length);
}
