import type { EventKind } from '../deposits/deposit.ts';
import { isDepositCallbackError } from '../errors.ts';
import type { Claim, ClaimRequest } from '../stores/store.ts';
import { type DelivererState, report } from './deliverer-state.ts';
import { startNext } from './delivering.ts';
import { kindsThatWait } from './listeners.ts';
import type { ClaimedBatch } from './pace.ts';

/** How often the store is asked whether events are owed that nobody listens to. */
const alarmEveryMs = 5_000;

/** Looks for due events soon; also begins the polling. */
export function wake<Tx>(state: DelivererState<Tx>): void {
  if (state.closed) return;
  state.poll ??= setInterval(() => look(state), state.settings.pollMs).unref();
  state.unsubscribe ??= state.store.onEvents?.(() => lookForOwed(state));
  lookForOwed(state);
}

/** Some events are owed, and due now or when what is held here has ended. */
export function lookForOwed<Tx>(state: DelivererState<Tx>): void {
  state.owedBehind = state.leases.count;
  look(state);
}

function look<Tx>(state: DelivererState<Tx>): void {
  state.claimAgain = true;
  pump(state);
}

/** Begins the look that was asked for, if there is room for what it finds. */
function pump<Tx>(state: DelivererState<Tx>): void {
  if (!state.claimAgain || state.claiming || !hasRoom(state)) return;
  state.claiming = true;
  state.claimed = claimWhileDue(state);
}

/** How many more events may be held. */
export function room<Tx>({ settings, pace, leases, promised, listeners }: DelivererState<Tx>): number {
  return Math.max(settings.concurrency + pace.ahead, listeners.largestBatch) - leases.size - promised;
}

// Not for one or two: what is being settled makes room for many at a time.
function hasRoom<Tx>(state: DelivererState<Tx>): boolean {
  if (state.closed || state.queue.length > 0 || state.busy >= state.settings.concurrency) return false;
  return room(state) >= Math.max(1, state.pace.ahead / 2);
}

async function claimWhileDue<Tx>(state: DelivererState<Tx>): Promise<void> {
  while (state.claimAgain && hasRoom(state)) {
    state.claimAgain = false;
    try {
      if (!(await claimOnce(state))) break;
    } catch (error) {
      // A listener may be added before ready(): the poll asks again.
      const notYet = isDepositCallbackError(error) && error.code === 'STORE_NOT_READY';
      if (!notYet) report(state, 'Events could not be claimed; they stay owed', error);
    }
  }
  // In the same turn as the last look at claimAgain: a pump in between would be lost.
  state.claiming = false;
}

/** False if held events have to end first. */
async function claimOnce<Tx>(state: DelivererState<Tx>): Promise<boolean> {
  const { orphans, leases, share } = state;
  await openStore(state);
  await orphans.look();
  // A suspect may end this process: nothing else is held beside it.
  const suspects = orphans.suspected;
  if (suspects && leases.size + state.promised > 0) return false;
  const limit = suspects ? 1 : room(state);
  // New events have taken the room meanwhile.
  if (limit < 1) {
    state.claimAgain = true;
    return false;
  }
  const except = unheard(state);
  const claims = await claimAtMost(state, limit, { except, ...(suspects && { suspects }) });
  if (!suspects) state.isBehind = claims.length === limit;
  if (claims.length > 0) state.owedBehind = leases.count;
  else if (!leases.holdsAnyOf(state.owedBehind ?? 0)) state.owedBehind = undefined;
  if (suspects && claims.length === 0) orphans.cleared();
  if (!suspects && claims.length === 0 && leases.size === 0) share.caughtUp();
  if (claims.length > 0 || suspects) state.claimAgain = true;
  else await alarmIfNobodyListens(state, except);
  return true;
}

async function claimAtMost<Tx>(
  state: DelivererState<Tx>,
  limit: number,
  more: Pick<ClaimRequest, 'except' | 'suspects'>,
): Promise<readonly Claim[]> {
  const { store, settings, pace } = state;
  state.asked = limit;
  try {
    const claims = await store.claim({ limit, leaseMs: settings.leaseMs, ...more });
    hold(state, claims, pace.claimed(claims.length, limit));
    startNext(state);
    return claims;
  } finally {
    state.asked = 0;
  }
}

export function hold<Tx>({ queue, leases }: DelivererState<Tx>, claims: readonly Claim[], batch: ClaimedBatch): void {
  for (const claim of claims) queue.push(leases.hold(claim, batch));
}

/** Kinds that stay owed because nobody listens here. */
export function unheard<Tx>({ listeners }: DelivererState<Tx>): EventKind[] {
  return kindsThatWait.filter((kind) => !listeners.has(kind));
}

// A listener may be there before the store is; `ready` again and again is the store's own affair.
function openStore<Tx>(state: DelivererState<Tx>): Promise<void> {
  state.opened ??= state.store.ready().catch((error: unknown) => {
    state.opened = undefined;
    throw error;
  });
  return state.opened;
}

/** A delivery has ended here: it may have made room, or another event due. */
export function lookAfter<Tx>(state: DelivererState<Tx>): void {
  if (state.owedBehind === undefined) pump(state);
  else look(state);
}

async function alarmIfNobodyListens<Tx>(state: DelivererState<Tx>, kinds: readonly EventKind[]): Promise<void> {
  if (kinds.length === 0 || performance.now() - state.lookedAt < alarmEveryMs) return;
  state.lookedAt = performance.now();
  for (const kind of kinds) {
    if ((await state.store.events({ state: 'owed', kind, limit: 1 })).length === 0) continue;
    state.news.tell('alarm', {
      code: 'NO_LISTENER',
      message: `Events of kind ${kind} are owed, but nobody listens: add on('${kind}', ...)`,
    });
  }
}
