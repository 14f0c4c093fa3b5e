import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Reconciler } from './chains/follow/reconcile.ts';
import type { EventKind } from './deposits/deposit.ts';
import { close, createEntrance, enter, ready } from './entrance.ts';
import { invalidOption } from './errors.ts';
import { type NewsKind, type NewsMap, newsKinds } from './observe/news.ts';
import type { Operations } from './operator/operations.ts';
import type { Status } from './operator/status.ts';
import { type Options, resolveOptions } from './options.ts';
import {
  type BatchListener,
  type BatchOptions,
  type DepositListener,
  eventKinds,
  isEventKind,
} from './outbox/listeners.ts';
import { createReceiver, type Receiver, type ReportedTransfer } from './receiver.ts';
import type { Store } from './stores/store.ts';
import { didYouMean } from './util/nearest.ts';

export type { ReportedTransfer } from './receiver.ts';

/**
 * The receiver: a middleware, with the methods to listen, operate and close it. Mount it with `app.use('/callbacks',
 * callbacks)`.
 */
export interface DepositCallbacks<Tx = unknown> extends Operations, Reconciler {
  (req: IncomingMessage, res: ServerResponse, next?: (error?: unknown) => void): void;
  /** Durable events: each is awaited and retried. In-process news: reported once. */
  on(kind: EventKind, listener: DepositListener<Tx>): DepositCallbacks<Tx>;
  /** The same for many deposits at once. */
  on(kind: EventKind, listener: BatchListener<Tx>, options: BatchOptions): DepositCallbacks<Tx>;
  on<K extends NewsKind>(kind: K, listener: (news: NewsMap[K]) => void): DepositCallbacks<Tx>;
  off(kind: EventKind, listener: DepositListener<Tx> | BatchListener<Tx>): DepositCallbacks<Tx>;
  off<K extends NewsKind>(kind: K, listener: (news: NewsMap[K]) => void): DepositCallbacks<Tx>;
  /** Migrations and the durability check; runs before the first callback is answered, and may be awaited at start. */
  ready(): Promise<void>;
  /**
   * Refuses new callbacks with 503, finishes those in flight and the running deliveries within `graceMs` (default
   * 10000), frees the leases, and closes the store. Ends even when a listener, the policy or the store hangs.
   */
  close(graceMs?: number): Promise<void>;
  /** Asks the chain checks once, now, and records what they say: for tests and scripts; else it is done by itself. */
  confirm(): Promise<void>;
  /**
   * Reads now what is to be read of the blocks of `chains`, and records what no callback reported: for tests and scripts; else it is
   * done by itself.
   */
  catchUp(): Promise<void>;
  /** Returns the status of the receiver: what needs attention, with the fix, and the counts of the store. */
  status(): Promise<Status>;
  /** The raw body of a stored callback; undefined if none is kept. */
  raw(callbackId: string): Promise<Buffer | undefined>;
  /**
   * The transfers that a stored callback reports, read again and not recorded, before any check: those that were ignored or
   * quarantined too. None if its body is not kept or cannot be read, or its provider is not configured.
   */
  transfersIn(callbackId: string): Promise<ReportedTransfer[]>;
  /** Resolves when nothing is in flight, due or being delivered here: for tests and scripts. */
  idle(): Promise<void>;
  /** Names of the provider instances. */
  readonly providers: readonly string[];
  readonly store: Store<Tx>;
}

/**
 * Creates a receiver of deposit callbacks: five links in order (`sourceFilter`, `rawBody`, `signature`, `replayGuard`,
 * `dispatch`) and a deliverer. Throws `OPTION_INVALID` for an invalid option.
 *
 * @example
 * const callbacks = depositCallbacks({
 *   providers: [imtoken({ secrets: [process.env.IMTOKEN_SECRET] })],
 *   policy: { assets: [{ asset: 'eip155:1/slip44:60', decimals: 18 }], accounts: addresses },
 *   store: sqliteStore({ path: 'deposits.db' }),
 * });
 * callbacks.on('deposit', async (deposit, { eventId }) => ledger.credit(eventId, deposit));
 * callbacks.on('deposit.reverted', async (deposit, { eventId }) => ledger.revert(eventId, deposit));
 * app.use('/callbacks', callbacks);
 * await callbacks.ready();
 */
export function depositCallbacks<Tx = unknown>(options: Options<Tx>): DepositCallbacks<Tx> {
  const receiver = createReceiver(resolveOptions(options));
  const { settings, follower, operations } = receiver;
  const { providers, store } = settings;
  const entrance = createEntrance(receiver);

  function depositCallbacksMiddleware(
    req: IncomingMessage,
    res: ServerResponse,
    next?: (error?: unknown) => void,
  ): void {
    enter(entrance, req, res, next);
  }

  const callbacks: DepositCallbacks<Tx> = Object.assign(depositCallbacksMiddleware, {
    on(kind: EventKind | NewsKind, listener: Listener, given?: BatchOptions) {
      subscribe(receiver, 'on', kind, listener, given);
      return callbacks;
    },
    off(kind: EventKind | NewsKind, listener: Listener) {
      subscribe(receiver, 'off', kind, listener);
      return callbacks;
    },
    ready: () => ready(entrance),
    close: (graceMs?: number) => close(entrance, graceMs),
    async confirm() {
      await ready(entrance);
      await follower.confirm();
    },
    async catchUp() {
      await ready(entrance);
      await follower.catchUp();
    },
    async reconcile(query: Parameters<Reconciler['reconcile']>[0]) {
      await ready(entrance);
      return follower.reconcile(query);
    },
    async status() {
      await ready(entrance);
      return receiver.status();
    },
    raw: async (callbackId: string) => (await store.callback(callbackId))?.body,
    transfersIn: receiver.transfersIn,
    async idle() {
      while (entrance.requests > 0) await new Promise(setImmediate);
      await receiver.idle();
    },
    providers: providers.map(({ name }) => name),
    store,
    ...operations,
  });
  return callbacks;
}

type Listener = (...given: never[]) => unknown;

function subscribe<Tx>(
  { deliverer, news }: Receiver<Tx>,
  verb: 'on' | 'off',
  kind: EventKind | NewsKind,
  listener: Listener,
  given?: BatchOptions,
): void {
  checkSubscription(verb, kind, listener);
  if (!isEventKind(kind)) {
    if (given !== undefined) throw invalidOption(`on('${kind}') with batch`, 'news comes one at a time: leave it out');
    news[verb](kind, listener as (told: NewsMap[NewsKind]) => void);
  } else if (verb === 'off') deliverer.off(kind, listener as DepositListener<Tx>);
  else if (given === undefined) deliverer.on(kind, listener as DepositListener<Tx>);
  else deliverer.on(kind, listener as BatchListener<Tx>, given);
}

/** A listener of a misspelt event would never be called, and its deposits would stay owed. */
function checkSubscription(verb: 'on' | 'off', kind: unknown, listener: unknown): void {
  const name = `${verb}('${String(kind)}')`;
  const known = [...eventKinds, ...newsKinds];
  if (!known.some((one) => one === kind)) throw invalidOption(name, didYouMean(String(kind), known));
  if (typeof listener !== 'function') throw invalidOption(name, 'requires a listener function');
}
