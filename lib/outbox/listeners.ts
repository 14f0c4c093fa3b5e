import { copyDeposit, type Deposit, type EventKind } from '../deposits/deposit.ts';
import { DepositCallbackError, invalidOption } from '../errors.ts';
import type { SqliteDatabase } from '../stores/sqlite/driver.ts';
import type { Claim } from '../stores/store.ts';

/** The second argument of a listener. */
export interface DeliveryContext<Tx> {
  /** The key for a user's own ledger: one event keeps it over all its deliveries. */
  eventId: string;
  /** This delivery's number, from 1. */
  attempt: number;
  /**
   * Registers a function to run inside the very transaction that marks the event handled: both happen or neither.
   * Returns nothing. On SQLite the function must be synchronous; the type refuses one that returns a promise.
   */
  atomically<R>(fn: (tx: Tx) => R, ...refused: RefusedOnSqlite<Tx, R>): void;
  /** Aborted when the lease is lost or the deliverer closes: stop, another delivery will come. */
  signal: AbortSignal;
}

/**
 * Empty, so that nothing is asked for, unless the transaction is SQLite's and the function returns a promise. One of which nobody knows
 * what it returns (`any`, as in JavaScript) is taken.
 */
export type RefusedOnSqlite<Tx, R> = 0 extends 1 & R
  ? []
  : [Tx] extends [never]
    ? []
    : [Tx] extends [SqliteDatabase]
      ? [R] extends [PromiseLike<unknown>]
        ? [refused: 'on SQLite the function must be synchronous']
        : []
      : [];

/**
 * A listener of a durable event. It is awaited; if it throws or rejects, the event is delivered again later.
 *
 * @example
 * callbacks.on('deposit', async (deposit, { eventId, atomically }) => {
 *   await atomically((tx) => credit(tx, { eventId, account: deposit.account, amount: deposit.amount }));
 * });
 */
export type DepositListener<Tx> = (deposit: Deposit, context: DeliveryContext<Tx>) => unknown;

/** One deposit of a batch. */
export interface BatchedDeposit {
  deposit: Deposit;
  /** The key for a user's own ledger: one event keeps it over all its deliveries. */
  eventId: string;
  /** This delivery's number, from 1. */
  attempt: number;
}

/** The second argument of a listener of batches; what it gives to `atomically` commits with the marks of all of them. */
export type BatchContext<Tx> = Pick<DeliveryContext<Tx>, 'atomically' | 'signal'>;

/**
 * A listener of a durable event that takes many at once, each of another deposit. It is awaited; if it throws or rejects, the batch
 * is halved, and each half is handed to it again, until the one that fails stands alone: that one is delivered again later.
 *
 * @example
 * callbacks.on('deposit', (batch, { atomically }) => {
 *   atomically((tx) => creditAll(tx, batch.map(({ eventId, deposit }) => [eventId, deposit.account, deposit.amount])));
 * }, { batch: 100 });
 */
export type BatchListener<Tx> = (batch: readonly BatchedDeposit[], context: BatchContext<Tx>) => unknown;

/** Options of a listener of batches. */
export interface BatchOptions {
  /** Most deposits that it is handed at once, 1 to 1000. It gets those that are there: none waits for a batch to be full. */
  batch: number;
}

export const eventKinds: readonly EventKind[] = ['deposit', 'deposit.pending', 'deposit.reverted', 'deposit.failed'];

/** Events that stay owed while nobody listens: money hangs on them. The others settle. */
export const kindsThatWait: readonly EventKind[] = ['deposit', 'deposit.reverted'];

export function isEventKind(kind: string): kind is EventKind {
  return (eventKinds as readonly string[]).includes(kind);
}

/** What listeners gave to `atomically`. */
export type Functions<Tx> = ((tx: Tx) => unknown)[];

export interface Listeners<Tx> {
  on(kind: EventKind, listener: DepositListener<Tx> | BatchListener<Tx>, options?: BatchOptions): void;
  off(kind: EventKind, listener: DepositListener<Tx> | BatchListener<Tx>): void;
  has(kind: EventKind): boolean;
  /** Most events of the kind that may be handed out together: 1 unless somebody listens in batches. */
  batchOf(kind: EventKind): number;
  /** The largest batch of any kind. */
  readonly largestBatch: number;
  /**
   * Runs all listeners of the claimed events, which are of one kind, in order of registration, each awaited, whatever the others
   * do. Returns the functions that they registered and the errors that they threw.
   */
  run(claims: readonly Claim[], signal: () => AbortSignal): Promise<Ran<Tx>>;
}

/** What came of the listeners of some events. */
export interface Ran<Tx> {
  functions: Functions<Tx>;
  errors: unknown[];
}

type Registered<Tx> =
  | { listener: DepositListener<Tx>; batch?: undefined }
  | { listener: BatchListener<Tx>; batch: number };

export function createListeners<Tx>(): Listeners<Tx> {
  const byKind = new Map<EventKind, readonly Registered<Tx>[]>();
  const of = (kind: EventKind): readonly Registered<Tx>[] => byKind.get(kind) ?? [];
  const batchOf = (kind: EventKind): number => {
    const sizes = of(kind).flatMap(({ batch }) => batch ?? []);
    return sizes.length === 0 ? 1 : Math.min(...sizes);
  };

  return {
    on(kind, listener, options) {
      byKind.set(kind, [...of(kind), registered(kind, listener, options)]);
    },
    off(kind, listener) {
      byKind.set(
        kind,
        of(kind).filter((one) => one.listener !== listener),
      );
    },
    has: (kind) => of(kind).length > 0,
    batchOf,
    get largestBatch() {
      return Math.max(...eventKinds.map(batchOf));
    },
    async run(claims, signal) {
      const [first] = claims;
      const ran: Ran<Tx> = { functions: [], errors: [] };
      if (!first) return ran;
      const atomically = createAtomically(ran.functions, first);
      for (const one of of(first.event.kind)) {
        try {
          if (one.batch === undefined) await runEach(one.listener, claims, atomically.register, signal);
          else await one.listener(claims.map(batched), contextOf(atomically.register, signal));
        } catch (error) {
          ran.errors.push(error);
        }
      }
      atomically.close();
      return ran;
    },
  };
}

function registered<Tx>(
  kind: EventKind,
  listener: DepositListener<Tx> | BatchListener<Tx>,
  options: BatchOptions | undefined,
): Registered<Tx> {
  if (options === undefined) return { listener: listener as DepositListener<Tx> };
  const { batch } = options;
  if (!Number.isSafeInteger(batch) || batch < 1 || batch > 1_000)
    throw invalidOption(`on('${kind}', ..., { batch })`, 'give the most deposits that it takes at once, 1 to 1000');
  return { listener: listener as BatchListener<Tx>, batch };
}

type Register<Tx> = DeliveryContext<Tx>['atomically'];

/** Takes functions until its listeners have ended. */
function createAtomically<Tx>(
  functions: Functions<Tx>,
  { event: { id } }: Claim,
): { register: Register<Tx>; close(): void } {
  let open = true;
  return {
    register(fn: (tx: Tx) => unknown, ..._refused: readonly unknown[]): void {
      if (!open) {
        throw new DepositCallbackError(
          'LISTENER_FAILED',
          `atomically() was called after the listeners of ${id} had returned; await the work that calls it`,
        );
      }
      functions.push(fn);
    },
    close() {
      open = false;
    },
  };
}

async function runEach<Tx>(
  listener: DepositListener<Tx>,
  claims: readonly Claim[],
  atomically: Register<Tx>,
  signal: () => AbortSignal,
): Promise<void> {
  for (const { event, attempt } of claims) {
    await listener(copyDeposit(event.deposit), {
      eventId: event.id,
      attempt,
      get signal() {
        return signal();
      },
      atomically,
    });
  }
}

function contextOf<Tx>(atomically: Register<Tx>, signal: () => AbortSignal): BatchContext<Tx> {
  return {
    get signal() {
      return signal();
    },
    atomically,
  };
}

function batched({ event, attempt }: Claim): BatchedDeposit {
  return { deposit: copyDeposit(event.deposit), eventId: event.id, attempt };
}
