import { DepositCallbackError } from '../errors.ts';
import type { News } from '../observe/news.ts';
import type { Claim, Store } from '../stores/store.ts';
import type { ClaimedBatch } from './pace.ts';

/** Renewals after which a listener counts as hanging: ten leases. */
const hangsAfter = 30;

/** A claim that is ours until it is settled or given back. */
export interface Held {
  readonly claim: Claim;
  readonly batch: ClaimedBatch;
  /** Whether it is neither settled nor given back. */
  readonly isHeld: boolean;
  /** Aborted when the lease is lost or the deliverer closes; made when a listener asks for it. */
  signal(): AbortSignal;
  /** Its listeners run from now on; those of one run raise one alarm if they hang. */
  start(run: Run): void;
  /** It is settled, or given back. */
  drop(): void;
}

/** A run of listeners for one or more events. */
export interface Run {
  hangs: boolean;
}

/** The claims of one deliverer, renewed together while there are any. */
export interface Leases {
  readonly size: number;
  /** How many claims were ever held here. */
  readonly count: number;
  /** Whether one of the first `count` is still held. */
  holdsAnyOf(count: number): boolean;
  hold(claim: Claim, batch: ClaimedBatch): Held;
  /** Gives back what no listener has begun with. */
  giveBack(held: readonly Held[]): Promise<void>;
  /** Aborts those that run, and gives them back. */
  abort(reason: DepositCallbackError): Promise<void>;
}

/** A class, because an object literal with a getter gets a hidden class of its own each time: a hundred times as slow. */
class Entry implements Held {
  readonly claim: Claim;
  readonly batch: ClaimedBatch;
  readonly #state: LeasesState;
  /** Its place in the list; -1 once it is dropped. */
  index: number;
  /** How many were held before. */
  readonly number: number;
  renewals = 0;
  /** Renewals that found it waiting for its listeners. */
  waits = 0;
  isRunning = false;
  run: Run | undefined;
  controller: AbortController | undefined;
  lost: DepositCallbackError | undefined;

  constructor(state: LeasesState, claim: Claim, batch: ClaimedBatch) {
    this.claim = claim;
    this.batch = batch;
    this.#state = state;
    this.index = state.all.length;
    this.number = state.count;
  }

  get isHeld(): boolean {
    return this.index >= 0;
  }

  signal(): AbortSignal {
    if (!this.controller) {
      this.controller = new AbortController();
      if (this.lost) this.controller.abort(this.lost);
    }
    return this.controller.signal;
  }

  start(run: Run): void {
    this.isRunning = true;
    this.run = run;
  }

  drop(): void {
    drop(this.#state, this);
  }
}

export interface LeasesOptions {
  store: Pick<Store, 'extend' | 'release'>;
  leaseMs: number;
  news: News;
  report(message: string, cause: unknown): void;
  /** A claim whose listeners have not begun for a third of its lease is given back, at two thirds at the latest. */
  onGivenBack(held: Held): void;
}

/** One list of leases, with what it was made of. */
interface LeasesState extends LeasesOptions {
  // A list, from which the last one moves into the place of one that leaves: a Map keeps what it has dropped for a while.
  readonly all: Entry[];
  count: number;
  renewal: NodeJS.Timeout | undefined;
}

export function createLeases(options: LeasesOptions): Leases {
  const state: LeasesState = { ...options, all: [], count: 0, renewal: undefined };
  return {
    get size() {
      return state.all.length;
    },
    get count() {
      return state.count;
    },
    holdsAnyOf: (count) => state.all.some(({ number }) => number < count),
    hold: (claim, batch) => hold(state, claim, batch),
    giveBack: (held) => giveBack(state, held),
    async abort(reason) {
      const entries = [...state.all];
      for (const entry of entries) abort(entry, reason);
      await giveBack(state, entries);
    },
  };
}

function hold(state: LeasesState, claim: Claim, batch: ClaimedBatch): Held {
  const entry = new Entry(state, claim, batch);
  state.all.push(entry);
  state.count += 1;
  state.renewal ??= setInterval(() => renew(state), Math.max(1, Math.floor(state.leaseMs / 3))).unref();
  return entry;
}

function drop(state: LeasesState, entry: Entry): void {
  const { all } = state;
  const last = all.at(-1);
  if (entry.index < 0 || !last) return;
  all[entry.index] = last;
  last.index = entry.index;
  all.pop();
  entry.index = -1;
  if (all.length > 0) return;
  clearInterval(state.renewal);
  state.renewal = undefined;
}

function renew(state: LeasesState): void {
  for (const entry of [...state.all]) {
    if (!entry.isRunning) {
      entry.waits += 1;
      if (entry.waits === 1) continue;
      state.onGivenBack(entry);
      void giveBack(state, [entry]);
      continue;
    }
    entry.renewals += 1;
    if (entry.renewals === hangsAfter) alarmOfHanging(state, entry);
    extend(state, entry.claim).then(
      (ours) => {
        if (!ours)
          abort(entry, new DepositCallbackError('LEASE_LOST', `The lease of ${entry.claim.event.id} was lost`));
      },
      (error) => state.report('A lease could not be renewed', error),
    );
  }
}

// A store of the user's own may throw at once, here in a timer.
async function extend({ store, leaseMs }: LeasesState, claim: Claim): Promise<boolean> {
  return store.extend(claim, leaseMs);
}

async function release({ store }: LeasesState, claim: Claim): Promise<boolean> {
  return store.release(claim);
}

function abort(entry: Entry, reason: DepositCallbackError): void {
  entry.lost = reason;
  entry.controller?.abort(reason);
}

function alarmOfHanging({ news }: LeasesState, { claim: { event }, run }: Entry): void {
  if (run?.hangs) return;
  if (run) run.hangs = true;
  const { id, kind, deposit } = event;
  news.tell('alarm', {
    code: 'LISTENER_HANGS',
    message: `A listener of ${kind} has been handling ${id} for ten leases: it occupies one of delivery.concurrency, and blocks later events of the deposit`,
    deposit,
  });
}

async function giveBack(state: LeasesState, held: readonly Held[]): Promise<void> {
  for (const one of held) one.drop();
  const freed = held.map(({ claim }) =>
    release(state, claim).catch((error: unknown) =>
      state.report('A lease could not be released; it will expire', error),
    ),
  );
  await Promise.all(freed);
}
