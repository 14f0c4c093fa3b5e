import type { Router } from 'express';
import { createBlockPace } from '../chains/follow/block-pace.ts';
import { DepositCallbackError } from '../errors.ts';
import type { RouterParts } from './api/access.ts';
import { createRequestPace } from './api/request-pace.ts';
import { notifierRouter } from './api/router.ts';
import { createSourceCheck } from './api/sources.ts';
import { type Inspection, type InspectionQuery, inspect, type NotifierStatus, statusOf } from './inspection.ts';
import { type NotifierOptions, type NotifierSettings, resolveNotifierOptions } from './options.ts';
import { type Backfiller, createBackfiller } from './reading/backfiller.ts';
import { createHealth } from './reading/health.ts';
import { createWatcher, type Watcher } from './reading/watcher.ts';
import { createSender, type Sender } from './sending/sender.ts';
import { createApiKeys, type NewApiKey } from './store/api-keys.ts';
import { createBackfills } from './store/backfills.ts';
import { createCallbackSearch } from './store/callback-search.ts';
import type { NotifierDatabase } from './store/database.ts';
import { createEndpoints } from './store/endpoints.ts';
import { createIdempotency } from './store/idempotency.ts';
import { createLedger } from './store/ledger.ts';
import { openNotifierDatabase } from './store/open-database.ts';
import { createOutbox, type Outbox } from './store/outbox.ts';
import { finishRevocations } from './store/revocation.ts';
import { createSecretBox, sealStored } from './store/secret-box.ts';
import { loadWatchList } from './store/watch-list.ts';
import { createWithheld } from './store/withheld.ts';

/** The sending side: it watches addresses on your own nodes and sends signed callbacks about incoming transfers. */
export interface Notifier {
  /** The API, to mount in an Express app: `app.use('/notifier', notifier.router)`. */
  readonly router: Router;
  /** Opens the database. Rejects with `STORE_BUSY` when another notifier holds it. */
  ready(): Promise<void>;
  /** Reads the chains and sends callbacks from now on, until `close`. */
  start(): Promise<void>;
  /** Ends reading and sending, waits for what is under way, and closes the database. */
  close(): Promise<void>;
  /** Makes an API key, as `POST /v1/keys` does. */
  createKey(name: string): Promise<NewApiKey>;
  /** Reads every new block, and those of backfills; resolves when there is none left. For scripts and tests: `start` does so by itself. */
  catchUp(): Promise<void>;
  /** Sends all that is due. For scripts and tests. */
  deliver(): Promise<void>;
  /** Sends a heartbeat. For scripts and tests. */
  beat(): Promise<void>;
  /** How it stands; rejects when its database does not answer. */
  status(): Promise<NotifierStatus>;
  /** The keys and callbacks that its page shows. */
  inspect(query: InspectionQuery): Promise<Inspection>;
}

interface Parts extends RouterParts {
  watchers: readonly Watcher[];
  backfillers: readonly Backfiller[];
  sender: Sender;
}

/** One notifier: its settings, and what is open, running and waiting. */
interface NotifierState {
  readonly settings: NotifierSettings;
  readonly timers: NodeJS.Timeout[];
  readonly loops: Promise<void>[];
  /** Ends each pause that is being waited for. */
  readonly pauses: Set<() => void>;
  opening: Promise<Parts> | undefined;
  closed: boolean;
  /** Ends pauses between blocks. */
  readonly closing: AbortController;
  /** What is being set going. */
  readonly deliveries: Set<Promise<void>>;
  readonly decorations: Set<Promise<void>>;
}

const dayMs = 86_400_000;

/** Creates a notifier. Throws `OPTION_INVALID` for an invalid option. */
export function createNotifier(options: NotifierOptions): Notifier {
  const settings = resolveNotifierOptions(options);
  const state: NotifierState = {
    settings,
    timers: [],
    loops: [],
    pauses: new Set(),
    opening: undefined,
    closed: false,
    closing: new AbortController(),
    deliveries: new Set(),
    decorations: new Set(),
  };
  return {
    router: notifierRouter(settings, () => open(state)),
    ready: async () => void (await open(state)),
    start: () => start(state),
    close: () => close(state),
    createKey: async (name) => (await open(state)).keys.create(name),
    async catchUp() {
      const { watchers, backfillers } = await open(state);
      for (const one of [...watchers, ...backfillers]) while (await one.step());
      await decorated(state);
    },
    deliver: async () => (await open(state)).sender.run(),
    beat: () => beat(state),
    status: async () => statusOf(await open(state)),
    inspect: async (query) => inspect(await open(state), query),
  };
}

function open(state: NotifierState): Promise<Parts> {
  if (state.closed) return Promise.reject(new DepositCallbackError('UNAVAILABLE', 'The notifier is closed'));
  state.opening ??= openParts(state).catch((error: unknown) => {
    state.opening = undefined;
    throw error;
  });
  return state.opening;
}

async function openParts(state: NotifierState): Promise<Parts> {
  const { settings } = state;
  const { now, retryMs, logger } = settings;
  const database: NotifierDatabase = await openNotifierDatabase(settings.path);
  const box = createSecretBox(settings.secretsKeys);
  try {
    await sealStored(database, box);
  } catch (error) {
    await database.close();
    throw error;
  }
  const outbox = createOutbox(database, now, retryMs);
  const endpoints = createEndpoints(database, box, now, retryMs);
  await finishRevocations(database);
  await endpoints.removeRest();
  const watches = await loadWatchList(database, now);
  const backfills = createBackfills(database, now);
  const withheld = createWithheld({ database, outbox, backfills, maxOwed: settings.maxOwed, logger });
  const reading = settings.networks.map((one) => {
    const ledger = createLedger({ database, settings: one, outbox, withheld, now });
    const { rest } = createBlockPace(settings.backfillBlocksPerMinute);
    const closing = { rest: () => rest(state.closing.signal), isClosed: () => state.closed };
    return {
      watcher: createWatcher({ settings: one, ledger, watches, logger, now }),
      backfiller: createBackfiller({
        ...{ settings: one, database, ledger, backfills, outbox, withheld, watches, logger },
        ...closing,
        maxOwed: settings.maxOwed,
      }),
    };
  });
  const watchers = reading.map((one) => one.watcher);
  const backfillers = reading.map((one) => one.backfiller);
  const sender = createSender(settings, endpoints, outbox, logger);
  const keys = createApiKeys(database, box, now);
  const health = createHealth(watchers, logger, now);
  decorateFor(state, outbox, sender);
  const callbacks = createCallbackSearch(database);
  const stored = { database, keys, watches, backfills, withheld, endpoints, outbox, callbacks };
  return {
    ...stored,
    ...{ settings, health, watchers, backfillers, sender, pace: createRequestPace(now) },
    idempotency: createIdempotency(database, now),
    checkSource: createSourceCheck(settings.trust, logger),
    reach: (network) => watchers.find((one) => one.settings.network.id === network)?.reach(),
    forget: (endpointId) => void sender.forget(endpointId),
    wake(endpointId) {
      sender.resume(endpointId);
      wake(state, sender);
    },
  };
}

/** What tokens say of themselves goes into the callbacks that wait for it. */
function decorateFor(state: NotifierState, outbox: Outbox, sender: Sender): void {
  const { networks, logger } = state.settings;
  for (const { chain } of networks) {
    chain.facts.onLearned((asset, facts) => {
      if (state.closed) return;
      const work = outbox
        .decorate(asset, facts)
        .then(() => wake(state, sender))
        .catch((error: unknown) =>
          logger.error({ asset, error }, 'Callbacks could not be decorated; they go out as they are'),
        )
        .finally(() => state.decorations.delete(work));
      state.decorations.add(work);
    });
  }
}

async function decorated({ settings, decorations }: NotifierState): Promise<void> {
  await Promise.all(settings.networks.map((one) => one.chain.facts.settled()));
  await Promise.all(decorations);
}

async function start(state: NotifierState): Promise<void> {
  const { pollMs, heartbeatMs, retainMs, now } = state.settings;
  const parts = await open(state);
  const { watchers, backfillers, outbox, backfills, sender } = parts;
  if (state.timers.length > 0) return;
  every(state, pollMs, async () => wake(state, sender), 'Callbacks could not be sent');
  every(state, heartbeatMs, () => beat(state), 'A heartbeat could not be sent');
  every(state, 60_000, () => outbox.prune(now() - retainMs), 'Old callbacks could not be deleted');
  every(state, 60_000, () => backfills.prune(now() - retainMs), 'Old backfills could not be deleted');
  every(state, 60_000, () => parts.idempotency.prune(), 'Old answers could not be deleted');
  every(state, 60_000, () => forgetEnded(parts), 'Watches that have ended could not be deleted');
  state.loops.push(...watchers.map((watcher) => readOn(state, watcher, parts)));
  state.loops.push(...backfillers.map((one) => fillOn(state, one, parts)));
}

/** Watches end by the time of blocks: those stay that blocks may still come for, be it after a reorg. */
async function forgetEnded({ health, watches, settings }: Parts): Promise<void> {
  for (const { network, state, lag, ageMs } of health.look()) {
    if (state === 'reading' && lag === 0) await watches.prune(network, settings.now() - (ageMs ?? 0) - dayMs);
  }
}

function every({ settings, timers }: NotifierState, ms: number, work: () => Promise<unknown>, failure: string): void {
  const run = (): void => void work().catch((error: unknown) => settings.logger.error({ error }, failure));
  timers.push(setInterval(run, ms).unref());
}

async function close(state: NotifierState): Promise<void> {
  if (state.closed) return;
  const parts = state.opening && (await state.opening.catch(() => undefined));
  state.closed = true;
  state.closing.abort();
  for (const timer of state.timers) clearInterval(timer);
  for (const end of [...state.pauses]) end();
  await Promise.all([...state.loops, ...state.decorations]);
  await Promise.all(state.deliveries);
  await parts?.sender.stop();
  await parts?.database.close();
}

function wake({ deliveries, settings, closed }: NotifierState, sender: Sender): void {
  if (closed) return;
  const delivery = sender
    .wake()
    .catch((error: unknown) => settings.logger.error({ error }, 'Callbacks could not be sent; they stay owed'))
    .finally(() => deliveries.delete(delivery));
  deliveries.add(delivery);
}

async function readOn(state: NotifierState, watcher: Watcher, { health, sender }: Parts): Promise<void> {
  while (!state.closed) {
    let more = false;
    try {
      more = await watcher.step();
      health.note(watcher);
    } catch (error) {
      health.note(watcher, error);
    }
    if (more) wake(state, sender);
    else await pause(state, state.settings.pollMs);
  }
}

async function fillOn(state: NotifierState, backfiller: Backfiller, { sender }: Parts): Promise<void> {
  while (!state.closed) {
    let more = false;
    try {
      more = await backfiller.step();
    } catch (error) {
      const { id: network } = backfiller.settings.network;
      state.settings.logger.error({ network, error }, 'A backfill failed; it goes on');
    }
    if (more) wake(state, sender);
    else await pause(state, state.settings.pollMs);
  }
}

function pause({ pauses }: NotifierState, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      pauses.delete(end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    pauses.add(end);
  });
}

/** Each key hears of the networks that it watches, of one that stands still too: what is silent there it can tell itself. */
async function beat(state: NotifierState): Promise<void> {
  const { sender, health, watches } = await open(state);
  const networks = health.look();
  await sender.beat(({ keyId, filters }) => {
    const watched = new Set(watches.networksOf(keyId));
    const passes = (network: string): boolean => watched.has(network) && (filters.networks?.includes(network) ?? true);
    return { networks: networks.filter(({ network }) => passes(network)) };
  });
}
