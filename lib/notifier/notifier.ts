import type { Router } from 'express';
import { DepositCallbackError } from '../errors.ts';
import { notifierRouter } from './api/router.ts';
import { type Inspection, type InspectionQuery, inspect, type NotifierStatus, statusOf } from './inspection.ts';
import { type NotifierState, type Parts, wake } from './notifier-state.ts';
import { openParts } from './open-parts.ts';
import { type NotifierOptions, resolveNotifierOptions } from './options.ts';
import type { Backfiller } from './reading/backfiller.ts';
import type { Watcher } from './reading/watcher.ts';
import type { NewApiKey } from './store/api-keys.ts';
import { TermOver } from './store/leadership.ts';

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

const dayMs = 86_400_000;
/** How often a process looks which networks are free, and gives up those of which it has too many. */
const lookMs = 1_000;

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
      const { watchers, backfillers, leadership } = await open(state);
      await leadership.look();
      for (const one of [...watchers, ...backfillers]) {
        const { id } = one.settings.network;
        for (let more = true; more; ) {
          const term = leadership.term(id);
          more = term !== undefined && (await one.step(term));
        }
      }
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

async function decorated({ settings, decorations }: NotifierState): Promise<void> {
  await Promise.all(settings.networks.map((one) => one.chain.facts.settled()));
  await Promise.all(decorations);
}

async function start(state: NotifierState): Promise<void> {
  const { pollMs, heartbeatMs, retainMs, now } = state.settings;
  const parts = await open(state);
  const { watchers, backfillers, outbox, backfills, sender } = parts;
  if (state.timers.length > 0) return;
  const lead = (): Promise<void> => parts.leadership.look();
  await lead();
  every(state, lookMs, lead, 'The database cannot be asked which networks are free');
  every(state, pollMs, async () => wake(state, sender), 'Callbacks could not be sent');
  const beatOn = async (): Promise<void> => (parts.leadership.isBeating() ? beat(state) : undefined);
  every(state, lookMs, () => parts.health.publish(), 'The state of the networks cannot be told to other processes');
  every(state, heartbeatMs, beatOn, 'A heartbeat could not be sent');
  every(state, 60_000, () => outbox.prune(now() - retainMs), 'Old callbacks could not be deleted');
  every(state, 60_000, () => backfills.prune(now() - retainMs), 'Old backfills could not be deleted');
  every(state, 60_000, () => parts.idempotency.prune(), 'Old answers could not be deleted');
  every(state, 60_000, () => forgetEnded(parts), 'Watches that have ended could not be deleted');
  state.loops.push(...watchers.map((watcher) => readOn(state, watcher, parts)));
  state.loops.push(...backfillers.map((one) => fillOn(state, one, parts)));
}

/** Watches end by the time of blocks: those stay that blocks may still come for, be it after a reorg. */
async function forgetEnded({ health, watches, settings }: Parts): Promise<void> {
  for (const { network, state, lag, ageMs } of await health.look()) {
    if (state === 'reading' && lag === 0) await watches.prune(network, settings.now() - (ageMs ?? 0) - dayMs);
  }
}

function every(state: NotifierState, ms: number, work: () => Promise<unknown>, failure: string): void {
  const { settings, timers } = state;
  const run = (): void =>
    void work().catch((error: unknown) => {
      if (!state.closed) settings.logger.error({ error }, failure);
    });
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
  parts?.leadership.close();
  await parts?.database.close();
}

async function readOn(state: NotifierState, watcher: Watcher, parts: Parts): Promise<void> {
  const { health, sender, leadership } = parts;
  const { id } = watcher.settings.network;
  while (!state.closed) {
    let more = false;
    const term = leadership.term(id);
    try {
      if (term !== undefined) {
        more = await watcher.step(term);
        health.note(watcher);
      }
    } catch (error) {
      health.note(watcher, error);
    }
    if (more) wake(state, sender);
    else await pause(state, state.settings.pollMs);
  }
}

async function fillOn(state: NotifierState, backfiller: Backfiller, { sender, leadership }: Parts): Promise<void> {
  const { id: network } = backfiller.settings.network;
  while (!state.closed) {
    let more = false;
    const term = leadership.term(network);
    try {
      more = term !== undefined && (await backfiller.step(term));
    } catch (error) {
      if (!(error instanceof TermOver))
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
  const networks = await health.look();
  await sender.beat(async ({ keyId, filters }) => {
    const watched = new Set(await watches.networksOf(keyId));
    const passes = (network: string): boolean => watched.has(network) && (filters.networks?.includes(network) ?? true);
    return { networks: networks.filter(({ network }) => passes(network)) };
  });
}
