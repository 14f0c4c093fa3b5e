import type { EventKind } from '../deposits/deposit.ts';
import { DepositCallbackError, invalidOption, isDepositCallbackError } from '../errors.ts';
import { consoleLogger, type Logger, steadyLogger } from '../observe/logger.ts';
import { createNews, type Delivered, type News } from '../observe/news.ts';
import { logNews } from '../observe/news-log.ts';
import type { Claim, Store } from '../stores/store.ts';
import { type Backoff, backoffMs } from './backoff.ts';
import { createLeases, type Held } from './leases.ts';
import { createListeners, type DepositListener, type Functions, kindsThatWait } from './listeners.ts';
import { createOrphans } from './orphans.ts';
import { createPace } from './pace.ts';
import { createWaiters } from './waiters.ts';

/** How often the store is asked whether events are owed that nobody listens to. */
const alarmEveryMs = 5_000;

export interface DelivererOptions<Tx> {
  store: Store<Tx>;
  /** Deposits whose listeners run at once. Default 8. */
  concurrency?: number;
  /** Deliveries before an event is a dead letter. Default 12. */
  attempts?: number;
  backoff?: Partial<Backoff>;
  /** How long a claim holds without renewal; it is renewed while a listener runs. Default 30000 ms. */
  leaseMs?: number;
  /** How often the store is asked for due events when nothing wakes it. Default 1000 ms. */
  pollMs?: number;
  random?: () => number;
  /** Default: warnings and errors go to the console. */
  logger?: Logger;
  /** What `depositCallbacks` tells; by default its own, which goes to the log. */
  news?: News;
}

/** Hands events that are owed to listeners, apart from any request. */
export interface Deliverer<Tx> {
  on(kind: EventKind, listener: DepositListener<Tx>): void;
  off(kind: EventKind, listener: DepositListener<Tx>): void;
  /** Whether there is a listener of that kind. */
  listensTo(kind: EventKind): boolean;
  /** Looks for due events soon; also begins the polling. */
  wake(): void;
  /** Resolves once each event was handled here, true, or its next attempt has failed, false. For stores where nothing is durable. */
  attempted(eventIds: readonly string[]): Promise<boolean>;
  /** Resolves when no event is due and none is being delivered here. */
  idle(): Promise<void>;
  /** Claims no more, waits for running listeners at most `graceMs` (default 10000), then aborts them and frees their leases. */
  close(graceMs?: number): Promise<void>;
}

export function createDeliverer<Tx>(options: DelivererOptions<Tx>): Deliverer<Tx> {
  const { store, random = Math.random } = options;
  const logger = steadyLogger(options.logger ?? consoleLogger);
  const concurrency = positive('delivery.concurrency', options.concurrency ?? 8);
  const attempts = positive('delivery.attempts', options.attempts ?? 12);
  const leaseMs = positive('delivery.leaseMs', options.leaseMs ?? 30_000);
  const pollMs = positive('delivery.pollMs', options.pollMs ?? 1_000);
  const backoff: Backoff = {
    firstMs: positive('delivery.backoff.firstMs', options.backoff?.firstMs ?? 1_000),
    maxMs: positive('delivery.backoff.maxMs', options.backoff?.maxMs ?? 600_000),
  };
  const news = options.news ?? loggedNews(logger);
  const listeners = createListeners<Tx>();
  const pace = createPace(concurrency);
  const waiters = createWaiters(!store.durable);
  const orphans = createOrphans({ store, crashes: attempts, news, logger });
  const leases = createLeases({
    store,
    leaseMs,
    news,
    report,
    onGivenBack(held) {
      queue = queue.filter((one) => one !== held);
      pace.stalled();
    },
  });
  /** Claimed, and waiting for a place among those that are handed out at once. */
  let queue: Held[] = [];
  let busy = 0;
  let claiming = false;
  let claimed: Promise<void> = Promise.resolve();
  let claimAgain = false;
  let opened: Promise<void> | undefined;
  let closed = false;
  let poll: NodeJS.Timeout | undefined;
  let unsubscribe: (() => void) | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;

  const wake = (): void => {
    if (closed) return;
    poll ??= setInterval(pump, pollMs).unref();
    unsubscribe ??= store.onEvents?.(pump);
    pump();
  };

  const pump = (): void => {
    claimAgain = true;
    if (claiming || !hasRoom()) return;
    claiming = true;
    claimed = claimWhileDue();
  };

  const room = (): number => concurrency + pace.ahead - leases.size;
  // Not for one or two: what is being settled makes room for many at a time.
  const hasRoom = (): boolean =>
    !closed && queue.length === 0 && busy < concurrency && room() >= Math.max(1, pace.ahead / 2);

  const claimWhileDue = async (): Promise<void> => {
    while (claimAgain && hasRoom()) {
      claimAgain = false;
      const except = kindsThatWait.filter((kind) => !listeners.has(kind));
      try {
        await openStore();
        await orphans.look();
        // A suspect may end this process: nothing else is held beside it.
        const suspects = orphans.suspected;
        if (suspects && leases.size > 0) break;
        const limit = suspects ? 1 : room();
        const claims = await store.claim({ limit, leaseMs, except, ...(suspects && { suspects }) });
        const batch = pace.claimed(claims.length, limit);
        for (const claim of claims) queue.push(leases.hold(claim, batch));
        startNext();
        if (suspects && claims.length === 0) orphans.cleared();
        if (claims.length > 0 || suspects) claimAgain = true;
        else await alarmIfNobodyListens(except);
      } catch (error) {
        // A listener may be added before ready(): the poll asks again.
        const notYet = isDepositCallbackError(error) && error.code === 'STORE_NOT_READY';
        if (!notYet) report('Events could not be claimed; they stay owed', error);
      }
    }
    // In the same turn as the last look at claimAgain: a pump in between would be lost.
    claiming = false;
  };

  // A listener may be there before the store is; `ready` again and again is the store's own affair.
  const openStore = (): Promise<void> => {
    opened ??= store.ready().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };

  const startNext = (): void => {
    while (busy < concurrency && !closed) {
      const held = queue.shift();
      if (!held) break;
      busy += 1;
      held.start();
      void deliver(held);
    }
  };

  const leave = (): void => {
    busy -= 1;
    startNext();
    pump();
  };

  const deliver = async (held: Held): Promise<void> => {
    const { claim } = held;
    const { functions, errors } = await listeners.run(claim, held.signal);
    pace.ended(held.batch);
    // What runs inside the settling is the listeners' work too, and keeps its place.
    if (functions.length === 0) leave();
    const handled = await settle(claim, functions, errors);
    held.drop();
    waiters.tell(claim.event.id, handled);
    if (functions.length === 0) pump();
    else leave();
  };

  const settle = async (claim: Claim, functions: Functions<Tx>, errors: unknown[]): Promise<boolean> => {
    if (errors.length === 0) {
      try {
        const kept = await store.settle(claim, functions);
        if (kept) tellDelivery(claim, 'handled');
        else
          logger.warn({ eventId: claim.event.id }, 'A delivery ended after its lease; another one settles the event');
        return kept;
      } catch (error) {
        errors.push(error);
      }
    }
    await giveBack(claim, errors);
    return false;
  };

  const giveBack = async (claim: Claim, errors: unknown[]): Promise<void> => {
    const error = errors.map(textOf).join('; ').slice(0, 1_000);
    const dead = claim.attempt >= attempts;
    logger.warn({ eventId: claim.event.id, attempt: claim.attempt, dead, errors }, 'A delivery failed');
    try {
      const kept = await store.fail(claim, {
        error,
        delayMs: dead ? 0 : backoffMs(claim.attempt, backoff, random),
        dead,
      });
      if (kept) tellDelivery(claim, dead ? 'dead' : 'failed', error);
      if (kept && dead) {
        const { id: eventId, kind, deposit } = claim.event;
        news.tell('dead-letter', { eventId, kind, deposit, error });
      }
    } catch (cause) {
      report('A failed delivery could not be given back; its lease will run out', cause);
    }
  };

  const tellDelivery = ({ event, attempt }: Claim, result: Delivered['result'], error?: string): void => {
    const { id: eventId, kind, deposit } = event;
    const told: Delivered = { eventId, kind, deposit, attempt, result };
    if (error !== undefined) told.error = error;
    news.tell('event', told);
  };

  const alarmIfNobodyListens = async (kinds: readonly EventKind[]): Promise<void> => {
    if (kinds.length === 0 || performance.now() - lookedAt < alarmEveryMs) return;
    lookedAt = performance.now();
    for (const kind of kinds) {
      if ((await store.events({ state: 'owed', kind, limit: 1 })).length === 0) continue;
      news.tell('alarm', {
        code: 'NO_LISTENER',
        message: `Events of kind ${kind} are owed and nobody listens: add on('${kind}', ...)`,
      });
    }
  };

  function report(message: string, cause: unknown): void {
    logger.error({ error: cause }, message);
    news.tell(
      'error',
      isDepositCallbackError(cause) ? cause : new DepositCallbackError('UNAVAILABLE', message, { cause }),
    );
  }

  return {
    on(kind, listener) {
      listeners.on(kind, listener);
      wake();
    },
    off: listeners.off,
    listensTo: listeners.has,
    wake,
    attempted: waiters.wait,
    async idle() {
      // Whoever asks wants to know now, also whether somebody listens.
      lookedAt = Number.NEGATIVE_INFINITY;
      wake();
      while (claiming || leases.size > 0) {
        await claimed;
        if (leases.size > 0) await new Promise(setImmediate);
      }
    },
    async close(graceMs = 10_000) {
      closed = true;
      clearInterval(poll);
      unsubscribe?.();
      await claimed;
      const deadline = performance.now() + graceMs;
      await leases.giveBack(queue.splice(0));
      while (leases.size > 0 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
      await leases.abort(new DepositCallbackError('UNAVAILABLE', 'The deliverer is closing'));
    },
  };
}

/** Of a deliverer that stands alone: its alarms go to the log, and nowhere else. */
function loggedNews(logger: Logger): News {
  const news = createNews(logger);
  logNews(news, logger, Date.now);
  return news;
}

function positive(option: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1) throw invalidOption(option, 'must be a whole number of at least 1');
  return value;
}

/** Listeners may throw anything, also what has no text. */
function textOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return 'what was thrown has no text';
  }
}
