import type { DepositAlarm } from '../deposits/alarms.ts';
import type { HoldAnswer } from '../deposits/holding.ts';
import type { StoredDeposit } from '../deposits/transaction-state.ts';
import { DepositCallbackError } from '../errors.ts';
import type { CompiledPolicy } from '../policy/compile-policy.ts';
import type { Store } from '../stores/store.ts';
import type { Arrival, Recorded } from './arrival.ts';
import { commitTogether, type Result, type Waiting } from './commit-together.ts';
import type { FoldingParts } from './folding.ts';
import { type Reassessment, reassess } from './reassess.ts';

/** Puts callbacks into the store, many with one commit, and moves the deposits that they change. */
export interface Recorder {
  /** Resolves once the callback is durably stored with all that it changes; rejects when it is not. */
  record(arrival: Arrival): Promise<Recorded>;
  /** Folds one transaction again, with statements of our own chain check or an operator's decisions. */
  reassess(transactionKey: string, news: Reassessment): Promise<readonly StoredDeposit[]>;
  /** Resolves when nothing is in flight. */
  idle(): Promise<void>;
}

export interface RecorderOptions {
  store: Pick<Store, 'load' | 'commit'>;
  policy: () => CompiledPolicy;
  now: () => number;
  /** Most callbacks in one commit. */
  batch?: number;
  /** How long `policy.hold` may take before it counts as failed. Default 30000 ms. */
  policyMs?: number;
  /** Told of what a commit gives a person to look at. */
  onAlarm?: (alarm: DepositAlarm) => void;
  /** Told that `policy.hold` failed. */
  onHoldFailed?: FoldingParts['onHoldFailed'];
}

const noHolds: ReadonlyMap<string, HoldAnswer> = new Map();
/** Of one commit, unless a single callback has more: some hundred ms over SQLite, which holds the event loop. */
const maxTransfers = 1_000;

/** One recorder: what it was made of, and what waits in it. */
interface RecorderState {
  readonly parts: FoldingParts;
  readonly batch: number;
  queue: Waiting[];
  pumping: boolean;
  /** Resolves when the queue is empty. */
  pumped: Promise<void>;
  /** Callbacks for which `policy.hold` is being asked. */
  readonly asking: Set<Promise<void>>;
}

/**
 * While one commit is in flight, arrivals gather, and the next commit takes them all: no timer, and no wait when idle
 * but the rest of the event loop's turn, in which the requests that came together are read.
 */
export function createRecorder(options: RecorderOptions): Recorder {
  const { store, policy, now, batch = 256, policyMs = 30_000, onAlarm = () => {}, onHoldFailed = () => {} } = options;
  const parts: FoldingParts = { store, policy, now, policyMs, onAlarm, onHoldFailed };
  const state: RecorderState = {
    parts,
    batch,
    queue: [],
    pumping: false,
    pumped: Promise.resolve(),
    asking: new Set(),
  };
  return {
    record: (arrival) => new Promise((resolve, reject) => enqueue(state, { arrival, holds: noHolds, resolve, reject })),
    reassess: (key, news) => reassess(key, news, parts),
    async idle() {
      while (state.pumping || state.asking.size > 0) {
        await (state.pumping ? state.pumped : Promise.race(state.asking));
      }
    },
  };
}

function enqueue(state: RecorderState, one: Waiting): void {
  state.queue.push(one);
  if (state.pumping) return;
  state.pumping = true;
  state.pumped = pump(state);
}

async function pump(state: RecorderState): Promise<void> {
  while (state.queue.length > 0) {
    // A store may do all its work at once: between two commits the event loop has its turn.
    await new Promise(setImmediate);
    const taken = state.queue.slice(0, sizeOfBatch(state));
    state.queue = state.queue.slice(taken.length);
    await recordTogether(state, taken);
  }
  // In the same turn as the last look at the queue: an arrival in between would wait for the next one.
  state.pumping = false;
}

function sizeOfBatch({ queue, batch }: RecorderState): number {
  let size = 0;
  let transfers = 0;
  for (const { arrival } of queue) {
    transfers += arrival.assessments.length;
    if (size > 0 && (size === batch || transfers > maxTransfers)) break;
    size += 1;
  }
  return size;
}

async function recordTogether(state: RecorderState, waiting: readonly Waiting[]): Promise<void> {
  try {
    for (const [one, result] of await commitTogether(state.parts, waiting)) settle(state, one, result);
  } catch (error) {
    if (waiting.length === 1) waiting[0]?.reject(error);
    else await recordApart(state, waiting);
  }
}

// One callback that the store cannot take must not fail its neighbours; when a second fails too, the store is to blame.
async function recordApart(state: RecorderState, waiting: readonly Waiting[]): Promise<void> {
  let failures = 0;
  for (const one of waiting) {
    if (failures > 1) {
      one.reject(new DepositCallbackError('UNAVAILABLE', 'The store committed none of the callbacks of this batch'));
      continue;
    }
    try {
      for (const [, result] of await commitTogether(state.parts, [one])) settle(state, one, result);
      failures = 0;
    } catch (error) {
      failures += 1;
      one.reject(error);
    }
  }
}

/** One whose hold is being asked comes back when it is answered: meanwhile it keeps nobody waiting. */
function settle(state: RecorderState, one: Waiting, result: Result): void {
  if (result instanceof Error) one.reject(result);
  else if ('record' in result) one.resolve(result);
  else {
    const { answers, holds } = result;
    const answered = answers
      .then(() => enqueue(state, { ...one, holds }), one.reject)
      .finally(() => state.asking.delete(answered));
    state.asking.add(answered);
  }
}
