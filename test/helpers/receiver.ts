import type { TestContext } from 'node:test';
import { type DepositCallbacks, depositCallbacks } from '../../lib/deposit-callbacks.ts';
import type { Deposit, EventKind } from '../../lib/deposits/deposit.ts';
import type { Options } from '../../lib/options.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { type SqliteDatabase, sqliteStore } from '../../lib/stores/sqlite.ts';
import type { CallbackRecord } from '../../lib/stores/store.ts';
import { type FixedClock, fixedClock } from '../../lib/testing/fixed-clock.ts';
import { alice, callbackBody, type Sent, secret, signed, usdt } from './deposits.ts';
import { type Answered, send, serve } from './serve.ts';

export interface ReceiverOptions extends Partial<Options<SqliteDatabase>> {
  /** For a store that the test opens itself; its `now` is that of the receiver. */
  clock?: FixedClock;
}

export interface Receiver {
  callbacks: DepositCallbacks<SqliteDatabase>;
  clock: FixedClock;
  /** `kind amount` of each event handed to a listener, in order. */
  events: string[];
  deposits: Deposit[];
  outcomes: CallbackRecord[];
  /** Sends a callback of the profile, and waits until all that it makes is delivered. */
  send(sent?: Sent, options?: { id?: string; secret?: string; path?: string }): Promise<Answered>;
  /** Sends these exact bytes. */
  sendBody(body: object | string, options?: { id?: string; secret?: string; path?: string }): Promise<Answered>;
  lastOutcome(): string;
}

export const policy = {
  assets: [{ asset: usdt, decimals: 6 }],
  isOurs: ({ address }: { address: string }): boolean => address === alice,
};

/** A receiver on a free port over SQLite in memory, with a clock that stands. */
export async function receiver(
  t: TestContext,
  { clock = fixedClock(), ...options }: ReceiverOptions = {},
): Promise<Receiver> {
  const callbacks = depositCallbacks<SqliteDatabase>({
    providers: [imtoken({ secrets: [secret] })],
    store: sqliteStore({ path: ':memory:', now: clock.now }),
    policy,
    now: clock.now,
    ...options,
  });
  const events: string[] = [];
  const deposits: Deposit[] = [];
  const outcomes: CallbackRecord[] = [];
  for (const kind of ['deposit', 'deposit.pending', 'deposit.reverted', 'deposit.failed'] satisfies EventKind[]) {
    callbacks.on(kind, (deposit) => {
      events.push(`${kind} ${deposit.amount}`);
      deposits.push(deposit);
    });
  }
  callbacks.on('outcome', (record) => outcomes.push(record));
  const port = await serve(t, callbacks);
  t.after(() => callbacks.close(0));

  const sendBody: Receiver['sendBody'] = async (body, { id, secret: key, path = '/imtoken' } = {}) => {
    const sent = signed(body, {
      now: clock.now(),
      ...(id === undefined ? {} : { id }),
      ...(key === undefined ? {} : { secret: key }),
    });
    const answered = await send(port, { path, ...sent });
    await callbacks.idle();
    return answered;
  };
  return {
    callbacks,
    clock,
    events,
    deposits,
    outcomes,
    sendBody,
    send: (sent, sending) => sendBody(callbackBody(sent), sending),
    lastOutcome() {
      const last = outcomes.at(-1);
      return [last?.outcome, last?.code].filter(Boolean).join(' ');
    },
  };
}
