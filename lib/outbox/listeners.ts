import { copyDeposit, type Deposit, type EventKind } from '../deposits/deposit.ts';
import { DepositCallbackError } from '../errors.ts';
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

/** Empty, so that nothing is asked for, unless the transaction is SQLite's and the function returns a promise. */
export type RefusedOnSqlite<Tx, R> = [Tx] extends [never]
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

export const eventKinds: readonly EventKind[] = ['deposit', 'deposit.pending', 'deposit.reverted', 'deposit.failed'];

/** Events that stay owed while nobody listens: money hangs on them. The others settle. */
export const kindsThatWait: readonly EventKind[] = ['deposit', 'deposit.reverted'];

export function isEventKind(kind: string): kind is EventKind {
  return (eventKinds as readonly string[]).includes(kind);
}

/** What listeners gave to `atomically`. */
export type Functions<Tx> = ((tx: Tx) => unknown)[];

export interface Listeners<Tx> {
  on(kind: EventKind, listener: DepositListener<Tx>): void;
  off(kind: EventKind, listener: DepositListener<Tx>): void;
  has(kind: EventKind): boolean;
  /**
   * Runs all listeners of the claimed event, in order of registration, each awaited, whatever the others do.
   * Returns the functions that they registered and the errors that they threw.
   */
  run(claim: Claim, signal: () => AbortSignal): Promise<{ functions: Functions<Tx>; errors: unknown[] }>;
}

export function createListeners<Tx>(): Listeners<Tx> {
  const byKind = new Map<EventKind, DepositListener<Tx>[]>();

  return {
    on(kind, listener) {
      byKind.set(kind, [...(byKind.get(kind) ?? []), listener]);
    },
    off(kind, listener) {
      byKind.set(
        kind,
        (byKind.get(kind) ?? []).filter((one) => one !== listener),
      );
    },
    has: (kind) => (byKind.get(kind)?.length ?? 0) > 0,
    async run(claim, signal) {
      const functions: Functions<Tx> = [];
      const errors: unknown[] = [];
      let open = true;
      const context: DeliveryContext<Tx> = {
        eventId: claim.event.id,
        attempt: claim.attempt,
        get signal() {
          return signal();
        },
        atomically(fn: (tx: Tx) => unknown, ..._refused: readonly unknown[]): void {
          if (!open) {
            throw new DepositCallbackError(
              'LISTENER_FAILED',
              `atomically() was called after the listeners of ${claim.event.id} had returned; await the work that calls it`,
            );
          }
          functions.push(fn);
        },
      };
      for (const listener of byKind.get(claim.event.kind) ?? []) {
        try {
          await listener(copyDeposit(claim.event.deposit), context);
        } catch (error) {
          errors.push(error);
        }
      }
      open = false;
      return { functions, errors };
    },
  };
}
