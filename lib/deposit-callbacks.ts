import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Reconciler } from './chains/reconcile.ts';
import type { EventKind } from './deposits/deposit.ts';
import { DepositCallbackError, invalidOption, type RefusalCode } from './errors.ts';
import { refusedRecord } from './middleware/callback-record.ts';
import { dispatch } from './middleware/dispatch.ts';
import { keepUnverified } from './middleware/keep-unverified.ts';
import { createMount } from './middleware/mount.ts';
import { rawBody } from './middleware/raw-body.ts';
import { replayGuard } from './middleware/replay-guard.ts';
import type { CallbackRequest, Link, RequestState } from './middleware/request-state.ts';
import { answerNotFound, refuse } from './middleware/respond.ts';
import { signature } from './middleware/signature.ts';
import { sourceFilter } from './middleware/source-filter.ts';
import { whenOver } from './middleware/when-over.ts';
import { type NewsKind, type NewsMap, newsKinds } from './observe/news.ts';
import type { Operations } from './operator/operations.ts';
import type { Status } from './operator/status.ts';
import { type Options, resolveOptions } from './options.ts';
import { type DepositListener, eventKinds, isEventKind } from './outbox/listeners.ts';
import type { Provider } from './providers/kit/provider.ts';
import { createReceiver } from './receiver.ts';
import type { Store } from './stores/store.ts';
import { inTime } from './util/at-most.ts';
import { didYouMean } from './util/nearest.ts';

/** The middleware, and what belongs to it. Mount it with `app.use('/callbacks', callbacks)`. */
export interface DepositCallbacks<Tx = unknown> extends Operations, Reconciler {
  (req: IncomingMessage, res: ServerResponse, next?: (error?: unknown) => void): void;
  /** Durable events: each is awaited and retried. In-process news: told once. */
  on(kind: EventKind, listener: DepositListener<Tx>): DepositCallbacks<Tx>;
  on<K extends NewsKind>(kind: K, listener: (news: NewsMap[K]) => void): DepositCallbacks<Tx>;
  off(kind: EventKind, listener: DepositListener<Tx>): DepositCallbacks<Tx>;
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
  /** How the receiver stands: what needs a person, with the cure, and what there is. */
  status(): Promise<Status>;
  /** The raw body of a stored callback; undefined where none is kept. */
  raw(callbackId: string): Promise<Buffer | undefined>;
  /** Resolves when nothing is in flight, due or being delivered here: for tests and scripts. */
  idle(): Promise<void>;
  /** Names of the provider instances. */
  readonly providers: readonly string[];
  readonly store: Store<Tx>;
}

/**
 * Receives deposit callbacks: five links in order (`sourceFilter`, `rawBody`, `signature`, `replayGuard`, `dispatch`) and
 * a deliverer. Throws `OPTION_INVALID` for an option that cannot be understood.
 */
export function depositCallbacks<Tx = unknown>(options: Options<Tx>): DepositCallbacks<Tx> {
  const settings = resolveOptions(options);
  const receiver = createReceiver(settings);
  const { providers, store, policy, limits, logger, now } = settings;
  const { news, deliverer, intake, log, follower, operations } = receiver;
  let requests = 0;
  let waitingForStore = 0;
  let closing: Promise<void> | undefined;
  let opening: Promise<void> | undefined;
  let isReady = false;

  const guard = replayGuard({ store, policy, providers, intake, log, limits, keepBodies: settings.keepBodies });
  const dispatcher = dispatch({ deliverer, ackMs: limits.ackMs });
  const mount = createMount(providers, logger);
  const routes = new Map(providers.map((provider) => [provider.path, { provider, links: linksOf(provider) }]));

  function linksOf(provider: Provider): readonly Link[] {
    const { requireHttps, trustProxy, sources, toleranceMs, quarantineUnverified: unverified } = settings;
    return [
      sourceFilter({
        allow: { all: [sources, provider.sources] },
        published: provider.publishedSources,
        requireHttps,
        ...(trustProxy === undefined ? {} : { trustProxy }),
      }),
      rawBody({ limit: limits.bodyBytes, receiveMs: limits.receiveMs, inflate: provider.inflate }),
      signature({
        provider,
        toleranceMs,
        ...(unverified ? { keepUnverified: keepUnverified(store, unverified) } : {}),
      }),
      guard,
      dispatcher,
    ];
  }

  function depositCallbacksMiddleware(
    req: CallbackRequest,
    res: ServerResponse,
    after?: (error?: unknown) => void,
  ): void {
    const next = after ?? (() => answerNotFound(res));
    const route = routes.get(mount.pathOf(req) ?? '');
    if (!route) {
      mount.missed(req, after === undefined);
      next();
      return;
    }
    const { provider, links } = route;
    begin(req, res, provider);
    if (!provider.methods.includes(req.method ?? '')) {
      const error = new DepositCallbackError(
        'METHOD_NOT_ALLOWED',
        `${provider.name} sends ${provider.methods.join(', ')}, not ${req.method}`,
      );
      refuse(req, res, error, { allow: provider.methods });
    } else if (closing !== undefined) {
      refuse(req, res, new DepositCallbackError('UNAVAILABLE', 'The receiver is closing'), { close: true });
    } else if (isReady) {
      runLinks(links, req, res, next);
    } else if (waitingForStore >= limits.inFlight) {
      const message = `limits.inFlight of ${limits.inFlight} callbacks wait for the store to open`;
      refuse(req, res, new DepositCallbackError('UNAVAILABLE', message));
    } else {
      waitingForStore += 1;
      inTime(limits.ackMs, ready(), 'The opening of the store')
        .finally(() => {
          waitingForStore -= 1;
        })
        .then(
          () => runLinks(links, req, res, next),
          (cause: unknown) =>
            refuse(req, res, new DepositCallbackError('UNAVAILABLE', 'The store is not ready', { cause })),
        );
    }
  }

  function begin(req: CallbackRequest, res: ServerResponse, provider: Provider): void {
    req.depositCallback = { receivedAt: now(), answered: false, provider, now, logger, news, onRefused: logRefusal };
    requests += 1;
    whenOver(req, res, over);
  }

  // One for all requests, like `logRefusal`: a function that closes over its request keeps it through V8's quick
  // collections, until the next full one.
  function over(): void {
    requests -= 1;
  }

  function logRefusal(code: RefusalCode, req: CallbackRequest, state: RequestState): void {
    const { provider } = state;
    if (!provider) return;
    const record = refusedRecord(req, state, provider, code);
    log.add(record);
    news.tell('outcome', record);
    news.tell('rejected', record);
  }

  async function ready(): Promise<void> {
    opening ??= store.ready();
    try {
      await opening;
      isReady = true;
    } catch (error) {
      // The next callback, or the next call, tries again: a database may come up after us.
      opening = undefined;
      throw error;
    }
    if (closing !== undefined) return;
    receiver.start();
  }

  async function close(graceMs = 10_000): Promise<void> {
    const until = performance.now() + graceMs;
    const left = (more = 0): number => Math.max(0, until - performance.now()) + more;
    while (requests > 0 && left() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await receiver.close(left);
  }

  const callbacks: DepositCallbacks<Tx> = Object.assign(depositCallbacksMiddleware, {
    on(kind: EventKind | NewsKind, listener: (...given: never[]) => unknown) {
      checkSubscription('on', kind, listener);
      if (isEventKind(kind)) deliverer.on(kind, listener as DepositListener<Tx>);
      else news.on(kind, listener as (told: NewsMap[NewsKind]) => void);
      return callbacks;
    },
    off(kind: EventKind | NewsKind, listener: (...given: never[]) => unknown) {
      checkSubscription('off', kind, listener);
      if (isEventKind(kind)) deliverer.off(kind, listener as DepositListener<Tx>);
      else news.off(kind, listener as (told: NewsMap[NewsKind]) => void);
      return callbacks;
    },
    ready,
    close: (graceMs?: number) => {
      closing ??= close(graceMs);
      return closing;
    },
    async confirm() {
      await ready();
      await follower.confirm();
    },
    async reconcile(query: Parameters<Reconciler['reconcile']>[0]) {
      await ready();
      return follower.reconcile(query);
    },
    async status() {
      await ready();
      return receiver.status();
    },
    raw: async (callbackId: string) => (await store.callback(callbackId))?.body,
    async idle() {
      while (requests > 0) await new Promise(setImmediate);
      await receiver.idle();
    },
    providers: providers.map(({ name }) => name),
    store,
    ...operations,
  });
  return callbacks;
}

/** A link that fails is our own trouble: neither the app's error page nor what comes behind us answers for it. */
function runLinks(links: readonly Link[], req: CallbackRequest, res: ServerResponse, next: () => void): void {
  const fail = (cause: unknown): void =>
    refuse(req, res, new DepositCallbackError('UNAVAILABLE', 'The callback could not be handled', { cause }));
  const run = (index: number): void => {
    const link = links[index];
    if (!link) {
      next();
      return;
    }
    try {
      link(req, res, (error) => (error === undefined ? run(index + 1) : fail(error)));
    } catch (error) {
      fail(error);
    }
  };
  run(0);
}

/** A listener of a misspelt event would never be called, and its deposits would stay owed. */
function checkSubscription(verb: 'on' | 'off', kind: unknown, listener: unknown): void {
  const name = `${verb}('${String(kind)}')`;
  const known = [...eventKinds, ...newsKinds];
  if (!known.some((one) => one === kind)) throw invalidOption(name, didYouMean(String(kind), known));
  if (typeof listener !== 'function') throw invalidOption(name, 'needs a function as its listener');
}
