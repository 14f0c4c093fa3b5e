import type { ServerResponse } from 'node:http';
import { DepositCallbackError, type RefusalCode } from './errors.ts';
import { compileSources } from './middleware/address-rules.ts';
import { type BodyBudget, createBodyBudget } from './middleware/body-budget.ts';
import { refusedRecord } from './middleware/callback-record.ts';
import { dispatch } from './middleware/dispatch.ts';
import { joinLinks } from './middleware/join-links.ts';
import { keepUnverified } from './middleware/keep-unverified.ts';
import { createMount, type Mount } from './middleware/mount.ts';
import { whenOver } from './middleware/on-finished.ts';
import { rawBodyWithin } from './middleware/raw-body.ts';
import { guardOver } from './middleware/replay-guard.ts';
import type { CallbackRequest, Link, RequestState } from './middleware/request-state.ts';
import { answerNotFound, refuse } from './middleware/respond.ts';
import { signature } from './middleware/signature.ts';
import { filterSources } from './middleware/source-filter.ts';
import type { Settings } from './options.ts';
import type { Provider } from './providers/kit/provider.ts';
import type { Receiver } from './receiver.ts';
import { inTime } from './util/time-limit.ts';

type Next = (error?: unknown) => void;

/** The HTTP side of a receiver: the links of each provider, and the requests that are in them. */
export interface Entrance<Tx> {
  readonly receiver: Receiver<Tx>;
  readonly mount: Mount;
  readonly routes: ReadonlyMap<string, { provider: Provider; chain: Link }>;
  requests: number;
  waitingForStore: number;
  opening: Promise<void> | undefined;
  isReady: boolean;
  closing: Promise<void> | undefined;
  // One for all requests: a function that closes over its request keeps it through V8's quick collections, until the next
  // full one.
  readonly over: () => void;
  readonly logRefusal: NonNullable<RequestState['onRefused']>;
}

export function createEntrance<Tx>(receiver: Receiver<Tx>): Entrance<Tx> {
  const { settings, deliverer, intake, log } = receiver;
  const { store, policy, providers, limits, keepBodies, logger } = settings;
  const guard = guardOver({ intake, log }, { store, policy, providers, limits, keepBodies });
  const bodies = createBodyBudget(limits.budgetBytes);
  // Of a durable store, the deliverer has learned at the commit what is owed.
  const wake = store.durable ? () => {} : deliverer.wake;
  const dispatcher = dispatch({ deliverer: { attempted: deliverer.attempted, wake }, ackMs: limits.ackMs });
  const entrance: Entrance<Tx> = {
    receiver,
    mount: createMount(providers, logger),
    routes: new Map(
      providers.map((provider) => {
        const chain = joinLinks(...linksBefore(settings, provider, bodies), guard, dispatcher);
        return [provider.path, { provider, chain }];
      }),
    ),
    requests: 0,
    waitingForStore: 0,
    opening: undefined,
    isReady: false,
    closing: undefined,
    over() {
      entrance.requests -= 1;
    },
    logRefusal: (code, req, state) => logRefusal(receiver, code, req, state),
  };
  return entrance;
}

/** The links up to the signature, which differ from provider to provider. */
function linksBefore<Tx>(settings: Settings<Tx>, provider: Provider, bodies: BodyBudget): readonly Link[] {
  const { store, limits, requireHttps, trustProxy, sources, toleranceMs, quarantineUnverified: unverified } = settings;
  const { publishedSources } = provider;
  const allowed = [
    compileSources(sources, publishedSources, 'sources'),
    compileSources(provider.sources, publishedSources, `${provider.name}.sources`),
  ];
  return [
    filterSources(allowed, { requireHttps, ...(trustProxy === undefined ? {} : { trustProxy }) }),
    rawBodyWithin(bodies, {
      limit: limits.bodyBytes ?? provider.bodyBytes,
      receiveMs: limits.receiveMs,
      inflate: provider.inflate,
    }),
    signature({
      provider,
      toleranceMs,
      ...(unverified ? { keepUnverified: keepUnverified(store, unverified) } : {}),
    }),
  ];
}

/** Takes a request into the links of its provider, or hands it on. */
export function enter<Tx>(
  entrance: Entrance<Tx>,
  req: CallbackRequest,
  res: ServerResponse,
  after: Next | undefined,
): void {
  const next = after ?? (() => answerNotFound(res));
  const route = entrance.routes.get(entrance.mount.pathOf(req) ?? '');
  if (!route) {
    entrance.mount.missed(req, after === undefined);
    next();
    return;
  }
  const { provider, chain } = route;
  begin(entrance, req, res, provider);
  if (!provider.methods.includes(req.method ?? '')) {
    const error = new DepositCallbackError(
      'METHOD_NOT_ALLOWED',
      `${provider.name} sends ${provider.methods.join(', ')}, not ${req.method}`,
    );
    refuse(req, res, error, { allow: provider.methods });
  } else if (entrance.closing !== undefined) {
    refuse(req, res, new DepositCallbackError('UNAVAILABLE', 'The receiver is closing'), { close: true });
  } else if (entrance.isReady) {
    chain(req, res, next);
  } else {
    waitForStore(entrance, req, res, () => chain(req, res, next));
  }
}

function begin<Tx>(entrance: Entrance<Tx>, req: CallbackRequest, res: ServerResponse, provider: Provider): void {
  const { news, notices, settings } = entrance.receiver;
  const { now, logger } = settings;
  const { notice } = notices;
  const onRefused = entrance.logRefusal;
  req.depositCallback = { receivedAt: now(), answered: false, provider, now, logger, news, notice, onRefused };
  entrance.requests += 1;
  whenOver(req, res, entrance.over);
}

function waitForStore<Tx>(
  entrance: Entrance<Tx>,
  req: CallbackRequest,
  res: ServerResponse,
  whenOpen: () => void,
): void {
  const { limits } = entrance.receiver.settings;
  if (entrance.waitingForStore >= limits.inFlight) {
    const message = `limits.inFlight (${limits.inFlight} callbacks) is reached while the store opens`;
    refuse(req, res, new DepositCallbackError('UNAVAILABLE', message));
    return;
  }
  entrance.waitingForStore += 1;
  inTime(limits.ackMs, ready(entrance), 'Opening the store')
    .finally(() => {
      entrance.waitingForStore -= 1;
    })
    .then(whenOpen, (cause: unknown) =>
      refuse(req, res, new DepositCallbackError('UNAVAILABLE', 'The store is not ready', { cause })),
    );
}

function logRefusal<Tx>(
  { log, news }: Receiver<Tx>,
  code: RefusalCode,
  req: CallbackRequest,
  state: RequestState,
): void {
  const { provider } = state;
  if (!provider) return;
  const record = refusedRecord(req, state, provider, code);
  log.add(record);
  news.tell('outcome', record);
  news.tell('rejected', record);
}

/** Opens the store, and starts what runs by itself. */
export async function ready<Tx>(entrance: Entrance<Tx>): Promise<void> {
  const { receiver } = entrance;
  entrance.opening ??= receiver.settings.store.ready();
  try {
    await entrance.opening;
    entrance.isReady = true;
  } catch (error) {
    // The next callback, or the next call, tries again: a database may come up after us.
    entrance.opening = undefined;
    throw error;
  }
  if (entrance.closing !== undefined) return;
  receiver.start();
}

/** Refuses what comes, finishes what is here, and closes the receiver; once. */
export function close<Tx>(entrance: Entrance<Tx>, graceMs = 10_000): Promise<void> {
  entrance.closing ??= finish(entrance, graceMs);
  return entrance.closing;
}

async function finish<Tx>(entrance: Entrance<Tx>, graceMs: number): Promise<void> {
  const until = performance.now() + graceMs;
  const left = (more = 0): number => Math.max(0, until - performance.now()) + more;
  while (entrance.requests > 0 && left() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await entrance.receiver.close(left);
}
