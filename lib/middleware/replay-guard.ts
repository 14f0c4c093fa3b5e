import { hash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import { DepositCallbackError, invalidOption, isDepositCallbackError, isRefusalCode } from '../errors.ts';
import type { Recorded } from '../ingest/arrival.ts';
import { type CallbackLog, createCallbackLog } from '../ingest/callback-log.ts';
import { createIntake, type Intake } from '../ingest/intake.ts';
import type { VerifiedCallback } from '../ingest/read-callback.ts';
import type { ReceivedCallback } from '../ingest/received-callback.ts';
import { type NetworkDefinition, tableWith } from '../networks/define-network.ts';
import { consoleLogger, type Logger, silentLogger, steadyLogger } from '../observe/logger.ts';
import { createNews } from '../observe/news.ts';
import { logNews } from '../observe/news-log.ts';
import type { Policy } from '../policy/policy.ts';
import type { Provider } from '../providers/kit/provider.ts';
import type { CallbackRecord, Store } from '../stores/store.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import { duplicateRecord, pingRecord, receivedCallback } from './callback-record.ts';
import { createDeadlines, type Deadlines } from './deadlines.ts';
import { type CallbackRequest, type Link, placed, type RequestState, stateOf } from './request-state.ts';
import { refuse } from './respond.ts';

/** Options of `replayGuard`. */
export interface ReplayGuardOptions {
  store: Store;
  policy: Policy;
  /** All provider instances that share the store: what each counts for must be known before it speaks. */
  providers: readonly Provider[];
  /** Networks beside those of the package, as the option `networks` of `depositCallbacks`. */
  networks?: readonly NetworkDefinition[];
  limits?: { inFlight?: number; ackMs?: number };
  /** How many deliveries are remembered in memory, the latest ones. Default 100000. */
  rememberedIds?: number;
  /** The logger for alarms. Default: the console. */
  logger?: Logger;
  /** Whether the stored callback has its body. Default true; `reprocess` needs it. A quarantined one has it in any case. */
  keepBodies?: boolean;
}

/** One guard: what it was made of, and what is in it. */
interface Guard {
  readonly store: Store;
  readonly providers: readonly Provider[];
  readonly intake: Intake;
  readonly log: CallbackLog;
  readonly keepBodies: boolean;
  readonly inFlightLimit: number;
  readonly deadlines: Deadlines;
  // A fast path only: filled after the commit, with deliveries that need not be read again. Statements decide.
  readonly remembered: LRUCache<string, true> | undefined;
  inFlight: number;
}

const optionNames: OptionNames<ReplayGuardOptions> = {
  store: true,
  policy: true,
  providers: true,
  networks: true,
  limits: true,
  rememberedIds: true,
  logger: true,
  keepBodies: true,
};

/**
 * Creates the link that reads the callback, runs the checks, and stores the callback with all its effects in one
 * durable step. A repetition is accepted and changes nothing.
 */
export function replayGuard(options: ReplayGuardOptions): Link {
  checkOptions('replayGuard', options, optionNames, '{ providers, store, policy }');
  requireProviders(options.providers);
  const log = createCallbackLog({ store: options.store, logger: silentLogger });
  return guardOver({ intake: createLoggingIntake(options), log }, options);
}

/** The same over what a receiver has made of store and policy already. */
export function guardOver({ intake, log }: { intake: Intake; log: CallbackLog }, options: ReplayGuardOptions): Link {
  const providers = requireProviders(options.providers);
  const { store, limits = {}, keepBodies = true } = options;
  const guard: Guard = {
    store,
    providers,
    intake,
    log,
    keepBodies,
    inFlightLimit: atLeastOne('limits.inFlight', limits.inFlight ?? 1_000),
    deadlines: createDeadlines(atLeastOne('limits.ackMs', limits.ackMs ?? 3_000)),
    remembered: store.durable ? new LRUCache<string, true>({ max: options.rememberedIds ?? 100_000 }) : undefined,
    inFlight: 0,
  };

  return placed('replayGuard', function replayGuardLink(req, res, next) {
    const state = stateOf(req);
    const { provider, inbound, verified } = state;
    if (!provider || !inbound || !verified) {
      const message = 'replayGuard() found no verified callback; put signature() before it';
      refuse(req, res, new DepositCallbackError('LINK_ORDER', message));
      return;
    }
    if (!providers.includes(provider)) {
      refuse(req, res, unavailable(`replayGuard() does not know ${provider.name}; add it to providers`));
      return;
    }
    if (guard.inFlight >= guard.inFlightLimit) {
      refuse(req, res, unavailable(`limits.inFlight (${guard.inFlightLimit} callbacks) is reached`));
      return;
    }
    const callback = receivedCallback(state, provider, inbound, verified);
    if (provider.isUnsignedPing?.(inbound)) {
      logOnly(guard, state, pingRecord(callback, state.now()));
      next();
      return;
    }
    callback.keepsBody = keepBodies;
    const rememberedAs = guard.remembered && rememberedKey(callback);
    // `get` and not `has`: what comes again counts as used.
    if (rememberedAs !== undefined && guard.remembered?.get(rememberedAs)) {
      logOnly(guard, state, duplicateRecord(callback, state.now()));
      next();
      return;
    }
    record(guard, { provider, inbound, verified, callback }, rememberedAs, { req, res, next });
  });
}

/** What carries no duty costs no commit. */
function logOnly(guard: Guard, state: RequestState, record: CallbackRecord): void {
  state.record = record;
  guard.log.add(record);
}

/** Has the callback stored, and hands the request on, or refuses it when that fails or takes too long. */
function record(
  guard: Guard,
  callback: VerifiedCallback,
  rememberedAs: string | undefined,
  { req, res, next }: { req: CallbackRequest; res: ServerResponse; next: (error?: unknown) => void },
): void {
  const { store, remembered } = guard;
  const state = stateOf(req);
  guard.inFlight += 1;
  const deadline = guard.deadlines.add(() => {
    if (!state.answered) refuse(req, res, unavailable('The store took longer than limits.ackMs'));
  });
  guard.intake
    .take(callback)
    .then(
      async (recorded) => {
        guard.inFlight -= 1;
        deadline.cancel();
        if (rememberedAs !== undefined && recorded.record.finished) remembered?.set(rememberedAs, true);
        state.record = recorded.record;
        if (recorded.reading) state.reading = recorded.reading;
        if (store.durable) state.eventIds = recorded.eventIds;
        else {
          state.waitForListeners = true;
          state.eventIds = await owedEventIds(store, recorded);
        }
        if (!state.answered) next();
      },
      (error: unknown) => {
        guard.inFlight -= 1;
        deadline.cancel();
        if (!state.answered) refuse(req, res, ourTrouble(error));
      },
    )
    .catch(next);
}

function unavailable(message: string): DepositCallbackError {
  return new DepositCallbackError('UNAVAILABLE', message);
}

/** Of a chain that is built by hand: its alarms go to the log, and nowhere else. */
function createLoggingIntake({
  store,
  policy,
  providers,
  networks,
  logger: given = consoleLogger,
}: ReplayGuardOptions): Intake {
  const logger = steadyLogger(given);
  const news = createNews(logger);
  logNews(news, logger, Date.now);
  return createIntake({ store, policy, providers, networks: tableWith(networks), logger, news });
}

function requireProviders(providers: unknown): readonly Provider[] {
  if (Array.isArray(providers) && providers.length > 0) return providers;
  throw invalidOption('providers', 'must list every provider instance that shares the store, on any route');
}

/** One short key of equal size for provider, id and body, however long the id: about 115 bytes of heap with its entry. */
function rememberedKey({ provider, deliveryId, bodyHash }: ReceivedCallback): string | undefined {
  return deliveryId === undefined ? undefined : hash('sha256', `${provider}\n${deliveryId}\n${bodyHash}`, 'binary');
}

/** Where nothing is durable, a repetition waits for what its first sending left owed. */
async function owedEventIds(store: Store, { record, eventIds }: Recorded): Promise<readonly string[]> {
  if (record.outcome !== 'duplicate') return eventIds;
  const deposits = new Set(record.transfers.flatMap((one) => (one.depositId === undefined ? [] : [one.depositId])));
  const states = ['owed', 'leased'] as const;
  const queries = [...deposits].flatMap((depositId) => states.map((state) => ({ depositId, state, limit: 100 })));
  const events = await Promise.all(queries.map((query) => store.events(query)));
  return events.flat().map((event) => event.id);
}

function ourTrouble(error: unknown): DepositCallbackError {
  return isDepositCallbackError(error) && isRefusalCode(error.code)
    ? error
    : new DepositCallbackError('UNAVAILABLE', 'The callback could not be stored', { cause: error });
}

function atLeastOne(option: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1) throw invalidOption(option, 'must be a positive integer');
  return value;
}
