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
  /** Aborted when the lease is lost or the deliverer closes; made when a listener asks for it. */
  signal(): AbortSignal;
  /** Its listeners run from now on. */
  start(): void;
  /** It is settled, or given back. */
  drop(): void;
}

/** The claims of one deliverer, renewed together while there are any. */
export interface Leases {
  readonly size: number;
  hold(claim: Claim, batch: ClaimedBatch): Held;
  /** Gives back what no listener has begun with. */
  giveBack(held: readonly Held[]): Promise<void>;
  /** Aborts those that run, and gives them back. */
  abort(reason: DepositCallbackError): Promise<void>;
}

interface Entry extends Held {
  /** Its place in the list; -1 once it is dropped. */
  index: number;
  renewals: number;
  isRunning: boolean;
  controller?: AbortController;
  lost?: DepositCallbackError;
}

export interface LeasesOptions {
  store: Pick<Store, 'extend' | 'release'>;
  leaseMs: number;
  news: News;
  report(message: string, cause: unknown): void;
  /** A claim whose listeners have not begun by the time its lease has to be renewed is given back. */
  onGivenBack(held: Held): void;
}

export function createLeases({ store, leaseMs, news, report, onGivenBack }: LeasesOptions): Leases {
  // A list, from which the last one moves into the place of one that leaves: a Map keeps what it has dropped for a while.
  const all: Entry[] = [];
  let renewal: NodeJS.Timeout | undefined;

  function abort(entry: Entry, reason: DepositCallbackError): void {
    entry.lost = reason;
    entry.controller?.abort(reason);
  }

  function renew(): void {
    for (const entry of [...all]) {
      if (!entry.isRunning) {
        onGivenBack(entry);
        void giveBack([entry]);
        continue;
      }
      entry.renewals += 1;
      if (entry.renewals === hangsAfter) alarmOfHanging(entry);
      extend(entry.claim).then(
        (ours) => {
          if (!ours)
            abort(entry, new DepositCallbackError('LEASE_LOST', `The lease of ${entry.claim.event.id} was lost`));
        },
        (error) => report('A lease could not be renewed', error),
      );
    }
  }

  // A store of the user's own may throw at once, here in a timer.
  const extend = async (claim: Claim): Promise<boolean> => store.extend(claim, leaseMs);
  const release = async (claim: Claim): Promise<boolean> => store.release(claim);

  function alarmOfHanging({ claim: { event } }: Held): void {
    const { id, kind, deposit } = event;
    news.tell('alarm', {
      code: 'LISTENER_HANGS',
      message: `A listener of ${kind} has not ended with ${id} for ten leases: it takes a place of delivery.concurrency, and keeps the later events of the deposit back`,
      deposit,
    });
  }

  async function giveBack(held: readonly Held[]): Promise<void> {
    for (const one of held) one.drop();
    const freed = held.map(({ claim }) =>
      release(claim).catch((error: unknown) => report('A lease could not be freed; it will run out', error)),
    );
    await Promise.all(freed);
  }

  function drop(entry: Entry): void {
    const last = all.at(-1);
    if (entry.index < 0 || !last) return;
    all[entry.index] = last;
    last.index = entry.index;
    all.pop();
    entry.index = -1;
    if (all.length > 0) return;
    clearInterval(renewal);
    renewal = undefined;
  }

  return {
    get size() {
      return all.length;
    },
    hold(claim, batch) {
      const entry: Entry = {
        claim,
        batch,
        index: all.length,
        renewals: 0,
        isRunning: false,
        signal() {
          if (!entry.controller) {
            entry.controller = new AbortController();
            if (entry.lost) entry.controller.abort(entry.lost);
          }
          return entry.controller.signal;
        },
        start() {
          entry.isRunning = true;
        },
        drop: () => drop(entry),
      };
      all.push(entry);
      renewal ??= setInterval(renew, Math.max(1, Math.floor(leaseMs / 3))).unref();
      return entry;
    },
    giveBack,
    async abort(reason) {
      const entries = [...all];
      for (const entry of entries) abort(entry, reason);
      await giveBack(entries);
    },
  };
}
