import { findIdOn } from './chains/follow/find-id.ts';
import { type ChainFollower, followChains } from './chains/follow/follow-chains.ts';
import type { EventKind } from './deposits/deposit.ts';
import { type CallbackLog, createCallbackLog } from './ingest/callback-log.ts';
import { createIntake, type Intake } from './ingest/intake.ts';
import { type ReportedTransfer, transfersInStore } from './ingest/transfers-in.ts';
import { publishNews } from './observe/channels.ts';
import type { Logger } from './observe/logger.ts';
import { createNews, type News } from './observe/news.ts';
import { logNews } from './observe/news-log.ts';
import type { Notices } from './observe/notices.ts';
import { createLastCallbacks } from './operator/last-callbacks.ts';
import { createOperations, type Operations } from './operator/operations.ts';
import { createRefused } from './operator/refused.ts';
import { createRetention } from './operator/retention.ts';
import { createStatus, type Status } from './operator/status.ts';
import { createWatchdog } from './operator/watchdog.ts';
import type { Settings } from './options.ts';
import { type Deliverer, delivererTelling } from './outbox/deliverer.ts';
import { createTicker } from './util/ticker.ts';
import { atMost } from './util/time-limit.ts';

export type { ReportedTransfer } from './ingest/transfers-in.ts';

/** A receiver without HTTP: the middleware, the command line and the inspector all stand on it. */
export interface Receiver<Tx> {
  readonly settings: Settings<Tx>;
  readonly news: News;
  readonly notices: Notices;
  readonly intake: Intake;
  readonly log: CallbackLog;
  /** Of a durable store, it knows by itself of what is recorded here. */
  readonly deliverer: Deliverer<Tx>;
  readonly follower: ChainFollower;
  readonly operations: Operations;
  readonly status: () => Promise<Status>;
  /** The transfers in a stored callback, read again; none if it cannot be. */
  readonly transfersIn: (callbackId: string) => Promise<ReportedTransfer[]>;
  /** Starts what runs by itself: deliveries, the watchdog, chain checks, pruning. Needs a store that is ready. */
  start(): void;
  /** Resolves when nothing is being recorded, due, being delivered or waiting for the log here. */
  idle(): Promise<void>;
  /** Ends what runs by itself and closes the store. `left` gives the ms that remain, plus so many more. */
  close(left: (more?: number) => number): Promise<void>;
}

/** How long each step of closing may take when the grace is over: freeing leases, writing the log, closing the store. */
const freeingMs = 250;

/** Wires a receiver from its settings. Nothing runs before `start()`, so one that is not started delivers nothing. */
export function createReceiver<Tx>(settings: Settings<Tx>): Receiver<Tx> {
  const { providers, store, policy, networks, logger, now } = settings;
  const news = createNews(logger);
  publishNews(news);
  const notices = logNews(news, logger, now);
  const deliverer = delivererTelling(news, { store, ...settings.delivery, logger });
  const chains = new Set(settings.chains.map((check) => check.network));
  const intake = createIntake({
    store: deliverer.inbox,
    policy,
    providers,
    chains,
    findId: findIdOn(settings.chains),
    networks,
    logger,
    news,
    now,
  });
  const log = createCallbackLog({ store, logger, now });
  let isStarted = false;
  const wake = (): void => {
    if (isStarted) deliverer.wake();
  };
  const operations = createOperations({ store, intake, providers, toleranceMs: settings.toleranceMs, now, wake });
  const { chains: checks, blocksPerMinute, silenceMs } = settings;
  const follower = followChains({ chains: checks, blocksPerMinute, store, intake, news, logger, now, wake });
  const refused = createRefused(store, createLastCallbacks(store));
  const watching = { providers, store, networks: intake.policy().watched, silenceMs, refused, flushLog: log.flush };
  const watchdog = createWatchdog({ ...watching, news, logger, now });
  const retention = createTicker(60_000, createRetention(settings), logger, 'Pruning');

  const status = createStatus({ ...watching, silentNetworks: watchdog.silentNetworks, listensTo, now });

  // Only of one that runs can it be said that nobody listens.
  function listensTo(kind: EventKind): boolean {
    return !isStarted || deliverer.listensTo(kind);
  }

  return {
    settings,
    status,
    news,
    notices,
    intake,
    log,
    deliverer,
    follower,
    operations,
    transfersIn: transfersInStore({ store, providers, policy: intake.policy }),
    start() {
      isStarted = true;
      deliverer.wake();
      watchdog.start();
      follower.start();
      retention.start();
    },
    async idle() {
      await intake.recorder.idle();
      await deliverer.idle();
      await log.flush();
    },
    async close(left) {
      const deliveries = (): Promise<void> => deliverer.close(left());
      const steps = [follower.close, intake.recorder.idle, deliveries, watchdog.close, retention.close, log.flush];
      await closeAll([...steps, store.close], left, logger);
      notices.close();
    },
  };
}

// Each step is tried, whatever hangs before it: a lease that is not freed holds its event back until it runs out.
async function closeAll(
  steps: readonly (() => Promise<void>)[],
  left: (more?: number) => number,
  logger: Logger,
): Promise<void> {
  let hung = 0;
  for (const step of steps) {
    try {
      if (!(await atMost(left(freeingMs), step()))) hung += 1;
    } catch (error) {
      logger.error({ error }, 'A part of the receiver failed to close');
    }
  }
  if (hung > 0) logger.warn({ hung }, 'Closed without waiting for a store or policy function that does not return');
}
