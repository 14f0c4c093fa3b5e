import type { DelivererState } from './deliverer-state.ts';
import type { Held, Run } from './leases.ts';
import type { Ran } from './listeners.ts';
import { settle, settleAll } from './settling.ts';

/** Hands out what is held, as many at once as may be; `onEnd` is called after each. */
export function startNext<Tx>(state: DelivererState<Tx>): void {
  while (state.busy < state.settings.concurrency && !state.closed) {
    const group = takeGroup(state);
    const [only] = group;
    if (!only) break;
    state.busy += 1;
    const run: Run = { hangs: false };
    for (const held of group) held.start(run);
    void (group.length === 1 ? deliver(state, only) : deliverGroup(state, group));
  }
}

/** The next event, and with it others of its kind if its listeners take batches. What failed before goes with its like. */
function takeGroup<Tx>(state: DelivererState<Tx>): Held[] {
  const first = state.queue.shift();
  if (!first) return [];
  const { event, attempt } = first.claim;
  const most = state.store.settleAll ? state.listeners.batchOf(event.kind) : 1;
  const group = [first];
  if (most === 1) return group;
  const left: Held[] = [];
  for (const held of state.queue) {
    const { claim } = held;
    const fits = claim.event.kind === event.kind && claim.attempt > 1 === attempt > 1;
    (fits && group.length < most ? group : left).push(held);
  }
  state.queue = left;
  return group;
}

async function deliver<Tx>(state: DelivererState<Tx>, held: Held): Promise<void> {
  const ran = await state.listeners.run([held.claim], () => held.signal());
  state.pace.ended(held.batch);
  // What runs inside the settling is the listeners' work too, and keeps its place, unless the store runs many together.
  const isShared = state.store.settlesTogether === true && state.settings.concurrency > 1;
  const leavesEarly = ran.functions.length === 0 || isShared;
  if (leavesEarly) leave(state);
  await settleOne(state, held, ran);
  if (leavesEarly) state.onEnded();
  else leave(state);
}

async function settleOne<Tx>(state: DelivererState<Tx>, held: Held, { functions, errors }: Ran<Tx>): Promise<void> {
  const handled = await settle(state, held.claim, functions, errors);
  end(state, held, handled);
}

function end<Tx>(state: DelivererState<Tx>, held: Held, handled: boolean): void {
  held.drop();
  state.waiters.tell(held.claim.event.id, handled);
}

async function deliverGroup<Tx>(state: DelivererState<Tx>, group: readonly Held[]): Promise<void> {
  const run = once(() => {
    for (const { batch } of group) state.pace.ended(batch);
  });
  await tryGroup(state, group, run);
  leave(state);
}

/** Runs the listeners for all of the group and settles it whole; if anything fails, one half after the other. */
async function tryGroup<Tx>(state: DelivererState<Tx>, given: readonly Held[], onRan: () => void): Promise<void> {
  // A close gives back what has not ended.
  const group = given.filter(({ isHeld }) => isHeld);
  const [only] = group;
  if (!only) return;
  const claims = group.map(({ claim }) => claim);
  const ran = await state.listeners.run(claims, () => AbortSignal.any(group.map((held) => held.signal())));
  onRan();
  if (group.length === 1) return settleOne(state, only, ran);
  const again = await settleGroup(state, group, ran);
  const half = again.length === group.length ? Math.ceil(again.length / 2) : again.length;
  await tryGroup(state, again.slice(0, half), onRan);
  await tryGroup(state, again.slice(half), onRan);
}

/** Those of the group that are to be handed out again; the others have ended. */
async function settleGroup<Tx>(
  state: DelivererState<Tx>,
  group: readonly Held[],
  { functions, errors }: Ran<Tx>,
): Promise<readonly Held[]> {
  try {
    if (errors.length > 0) throw errors[0];
    const claims = group.map(({ claim }) => claim);
    const ours = await settleAll(state, claims, functions);
    const isKept = functions.length === 0 || ours.every(Boolean);
    for (const [index, held] of group.entries()) {
      if (isKept || !ours[index]) end(state, held, ours[index] === true);
    }
    return isKept ? [] : group.filter((_, index) => ours[index]);
  } catch (error) {
    state.logger.warn({ events: group.length, error }, 'A batch failed; each half of it is tried by itself');
    return group;
  }
}

function leave<Tx>(state: DelivererState<Tx>): void {
  state.busy -= 1;
  startNext(state);
  state.onEnded();
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}
