import type { Batch, Committed } from '../stores/store.ts';
import { hold, lookForOwed, room, unheard } from './claiming.ts';
import type { DelivererState } from './deliverer-state.ts';
import { startNext } from './delivering.ts';

/**
 * Commits to the store when the deliverer has had its share, and leases what is new and due to this deliverer in the same step, as
 * far as it has room: no claim follows. What it leaves is claimed, here or elsewhere, the oldest first.
 */
export async function commitAndTake<Tx>(state: DelivererState<Tx>, batch: Batch): Promise<Committed> {
  const { store, share, listeners } = state;
  if (!store.durable) return commitNow(state, batch);
  await share.turn();
  const begunAt = performance.now();
  const committed = await commitNow(state, batch);
  if (committed.lost.length === 0) {
    const heard = batch.changes.flatMap(({ events }) => events).filter(({ kind }) => listeners.has(kind));
    share.committed(heard.length, performance.now() - begunAt);
  }
  return committed;
}

async function commitNow<Tx>(state: DelivererState<Tx>, batch: Batch): Promise<Committed> {
  const { store, settings } = state;
  const made = batch.changes.reduce((count, { events }) => count + events.length, 0);
  const limit = Math.min(made, roomForNew(state));
  if (limit === 0) return leave(state, made, await store.commit(batch));
  state.promised += limit;
  let committed: Committed;
  try {
    committed = await store.commit({
      ...batch,
      lease: { limit, leaseMs: settings.leaseMs, except: unheard(state) },
    });
  } finally {
    state.promised -= limit;
  }
  take(state, committed, limit < made);
  return leave(state, made, committed);
}

/** How many new events may be leased at their commit; none while older ones are owed for which there is no room. */
function roomForNew<Tx>(state: DelivererState<Tx>): number {
  const { closed, poll, isBehind, orphans, claiming, claimAgain, pace, asked, store } = state;
  const isRunning = poll !== undefined && !closed && store.durable;
  const isClaimDue = claimAgain && !claiming;
  if (!isRunning || isBehind || isClaimDue || orphans.suspected) return 0;
  // What a claim brings beside them waits a moment, which slow listeners do not have.
  return Math.max(0, room(state) - (pace.ahead === 0 ? asked : 0));
}

function take<Tx>(state: DelivererState<Tx>, { claims = [] }: Committed, isFull: boolean): void {
  if (claims.length === 0) return;
  if (state.closed) {
    // Nobody waits for it: at the latest the leases end.
    for (const claim of claims) void state.store.release(claim).catch(() => {});
    return;
  }
  hold(state, claims, state.pace.claimed(claims.length, isFull ? claims.length : claims.length + 1));
  // The answers to those who sent them go first.
  setImmediate(() => startNext(state));
}

function leave<Tx>(state: DelivererState<Tx>, made: number, committed: Committed): Committed {
  const { lost, claims = [] } = committed;
  // Of a store that keeps nothing durable, whoever waits for the event wakes the deliverer.
  if (lost.length > 0 || made === claims.length || state.poll === undefined || !state.store.durable) return committed;
  if (room(state) <= 0) state.isBehind = true;
  lookForOwed(state);
  return committed;
}
