import type { EventKind } from '../deposits/deposit.ts';
import { DepositCallbackError, invalidOption } from '../errors.ts';
import { consoleLogger, type Logger, steadyLogger } from '../observe/logger.ts';
import { createNews, type News } from '../observe/news.ts';
import { logNews } from '../observe/news-log.ts';
import { createNotices } from '../observe/notices.ts';
import type { Store } from '../stores/store.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import type { Backoff } from './backoff.ts';
import { lookAfter, wake } from './claiming.ts';
import { type DelivererState, type DeliverySettings, report } from './deliverer-state.ts';
import { createLeases } from './leases.ts';
import { type BatchListener, type BatchOptions, createListeners, type DepositListener } from './listeners.ts';
import { createOrphans } from './orphans.ts';
import { createPace } from './pace.ts';
import { createShare } from './share.ts';
import { commitAndTake } from './take-new.ts';
import { createWaiters } from './waiters.ts';

/** Options of `createDeliverer`. Times are in ms. */
export interface DelivererOptions<Tx> {
  store: Store<Tx>;
  /** Deposits whose listeners run at once. Default 8. */
  concurrency?: number;
  /** Deliveries before an event is a dead letter. Default 12. */
  attempts?: number;
  backoff?: Partial<Backoff>;
  /** Time that a claim holds without renewal; it is renewed while a listener runs. Default 30000 ms. */
  leaseMs?: number;
  /** Interval at which the store is asked for due events if nothing wakes the deliverer. Default 1000 ms. */
  pollMs?: number;
  random?: () => number;
  /** Default: warnings and errors go to the console. */
  logger?: Logger;
}

const optionNames: OptionNames<DelivererOptions<unknown>> = {
  store: true,
  concurrency: true,
  attempts: true,
  backoff: true,
  leaseMs: true,
  pollMs: true,
  random: true,
  logger: true,
};

/** The deliverer: it hands owed events to listeners, independently of any request. */
export interface Deliverer<Tx> {
  on(kind: EventKind, listener: DepositListener<Tx>): void;
  on(kind: EventKind, listener: BatchListener<Tx>, options: BatchOptions): void;
  off(kind: EventKind, listener: DepositListener<Tx> | BatchListener<Tx>): void;
  /** Whether there is a listener of that kind. */
  listensTo(kind: EventKind): boolean;
  /** Looks for due events soon; also begins the polling. */
  wake(): void;
  /**
   * Resolves once each event was handled here, true, or its next attempt has failed, false. For stores in which nothing
   * is durable.
   */
  attempted(eventIds: readonly string[]): Promise<boolean>;
  /** Resolves when no event is due and none is being delivered here. */
  idle(): Promise<void>;
  /** Claims no more, waits for running listeners at most `graceMs` (default 10000), then aborts them and frees their leases. */
  close(graceMs?: number): Promise<void>;
}

/**
 * Creates a deliverer. `depositCallbacks` has one of its own; use this for a chain built by hand. Throws
 * `OPTION_INVALID`.
 */
export function createDeliverer<Tx>(options: DelivererOptions<Tx>): Deliverer<Tx> {
  checkOptions('createDeliverer', options, optionNames, '{ store }');
  if (typeof options.store?.claim !== 'function')
    throw invalidOption('store', "must be a store, for example sqliteStore({ path: 'deposits.db' })");
  const logger = steadyLogger(options.logger ?? consoleLogger);
  const news = createNews(logger);
  logNews(news, logger, Date.now);
  return delivererTelling(news, options);
}

/** A deliverer that is told of each commit, and takes the events that it makes. */
export interface TakingDeliverer<Tx> extends Deliverer<Tx> {
  /** The store to record in: new events for which there is room here need no claim. */
  readonly inbox: Pick<Store, 'load' | 'commit'>;
}

/** A deliverer that tells its alarms to a receiver's news. */
export function delivererTelling<Tx>(news: News, options: DelivererOptions<Tx>): TakingDeliverer<Tx> {
  const state = createState(news, options);
  const { listeners, waiters } = state;
  return {
    on(kind: EventKind, listener: DepositListener<Tx> | BatchListener<Tx>, given?: BatchOptions) {
      listeners.on(kind, listener, given);
      wake(state);
    },
    off: listeners.off,
    listensTo: listeners.has,
    wake: () => wake(state),
    attempted: waiters.wait,
    idle: () => idle(state),
    inbox: { load: (keys) => options.store.load(keys), commit: (batch) => commitAndTake(state, batch) },
    close: (graceMs) => close(state, graceMs),
  };
}

function createState<Tx>(news: News, options: DelivererOptions<Tx>): DelivererState<Tx> {
  const { store } = options;
  const logger = steadyLogger(options.logger ?? consoleLogger);
  const settings = settingsOf(options);
  const pace = createPace(settings.concurrency);
  const state: DelivererState<Tx> = {
    store,
    settings,
    logger,
    news,
    pace,
    share: createShare(),
    listeners: createListeners<Tx>(),
    waiters: createWaiters(!store.durable),
    orphans: createOrphans({ store, crashes: settings.attempts, news, logger }),
    leases: createLeases({
      store,
      leaseMs: settings.leaseMs,
      news,
      report: (message, cause) => report(state, message, cause),
      onGivenBack(held) {
        state.queue = state.queue.filter((one) => one !== held);
        pace.stalled();
      },
    }),
    failures: createNotices(logger, Date.now),
    queue: [],
    busy: 0,
    claiming: false,
    claimed: Promise.resolve(),
    claimAgain: false,
    asked: 0,
    promised: 0,
    isBehind: false,
    owedBehind: 0,
    opened: undefined,
    closed: false,
    poll: undefined,
    unsubscribe: undefined,
    onEnded: () => lookAfter(state),
    lookedAt: Number.NEGATIVE_INFINITY,
  };
  return state;
}

function settingsOf<Tx>(options: DelivererOptions<Tx>): DeliverySettings {
  return {
    concurrency: positive('delivery.concurrency', options.concurrency ?? 8),
    attempts: positive('delivery.attempts', options.attempts ?? 12),
    leaseMs: positive('delivery.leaseMs', options.leaseMs ?? 30_000),
    pollMs: positive('delivery.pollMs', options.pollMs ?? 1_000),
    backoff: {
      firstMs: positive('delivery.backoff.firstMs', options.backoff?.firstMs ?? 1_000),
      maxMs: positive('delivery.backoff.maxMs', options.backoff?.maxMs ?? 600_000),
    },
    random: options.random ?? Math.random,
  };
}

async function idle<Tx>(state: DelivererState<Tx>): Promise<void> {
  // Whoever asks wants to know now, also whether somebody listens.
  state.lookedAt = Number.NEGATIVE_INFINITY;
  wake(state);
  while (state.claiming || state.leases.size > 0) {
    await state.claimed;
    if (state.leases.size > 0) await new Promise(setImmediate);
  }
}

async function close<Tx>(state: DelivererState<Tx>, graceMs = 10_000): Promise<void> {
  const { leases } = state;
  state.closed = true;
  clearInterval(state.poll);
  state.unsubscribe?.();
  await state.claimed;
  const deadline = performance.now() + graceMs;
  await leases.giveBack(state.queue.splice(0));
  while (leases.size > 0 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
  await leases.abort(new DepositCallbackError('UNAVAILABLE', 'The deliverer is closing'));
  state.failures.close();
}

function positive(option: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1) throw invalidOption(option, 'must be a positive integer');
  return value;
}
