import type { DepositAlarm } from '../deposits/alarms.ts';
import type { DepositRecord } from '../deposits/deposit.ts';
import { depositRecordOf } from '../deposits/transaction-state.ts';
import type { NetworkTable } from '../networks/table.ts';
import { type Logger, silentLogger } from '../observe/logger.ts';
import type { News } from '../observe/news.ts';
import { type CompiledPolicy, compilePolicy } from '../policy/compile-policy.ts';
import type { Policy } from '../policy/policy.ts';
import type { Provider } from '../providers/kit/provider.ts';
import { shortKeys } from '../providers/kit/short-keys.ts';
import type { Store } from '../stores/store.ts';
import { inTime } from '../util/time-limit.ts';
import type { Recorded } from './arrival.ts';
import { type FindId, findIds } from './find-ids.ts';
import { type ReadCallback, readCallback, type VerifiedCallback } from './read-callback.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { createStrangers } from './strangers.ts';
import { createUnknownEvents, type UnknownEvents } from './unknown-events.ts';
import { createUnknownNames } from './unknown-names.ts';

export interface IntakeOptions {
  store: Pick<Store, 'load' | 'commit'>;
  policy: Policy;
  /** The instances configured; one that is met later is added then, which a `quorum` over several may not allow. */
  providers?: readonly Provider[];
  /** Networks with a chain check. */
  chains?: ReadonlySet<string>;
  /** Finds transactions that a provider names by a hash alone. Default: none is found. */
  findId?: FindId;
  /** The networks that the receiver knows. Default: those of the package. */
  networks?: NetworkTable;
  /** Most callbacks in one commit; default the recorder's. */
  batch?: number;
  /** How long a function of the policy may take before it counts as failed. Default 30000 ms. */
  policyMs?: number;
  logger?: Logger;
  news?: News;
  now?: () => number;
}

const meanings: Readonly<Record<DepositAlarm['code'], string>> = {
  DEPOSIT_QUARANTINED: 'is not credited',
  DEPOSIT_HELD: 'is not credited',
  CREDIT_IN_DOUBT: 'is credited, and more than is due',
};

/** From an authentic callback to a stored one: reads, assesses, records. */
export interface Intake {
  readonly recorder: Recorder;
  policy(): CompiledPolicy;
  take(callback: VerifiedCallback): Promise<Recorded & { reading?: ReadCallback['reading'] }>;
}

/** One intake: what it was made of, and the providers that it has met. */
interface IntakeState {
  readonly options: IntakeOptions;
  readonly logger: Logger;
  readonly news: News | undefined;
  providers: readonly Provider[];
  compiled: CompiledPolicy;
  readonly tellUnknownEvent: UnknownEvents;
}

export function createIntake(options: IntakeOptions): Intake {
  const { store, logger = silentLogger, news, now = Date.now } = options;
  const providers = options.providers ?? [];
  const compiled = compile(options, logger, providers);
  const tellUnknownEvent = createUnknownEvents(news);
  const state: IntakeState = { options, logger, news, providers, compiled, tellUnknownEvent };
  const policy = (): CompiledPolicy => state.compiled;
  for (const provider of providers) tellCaution(logger, provider);
  const recorder = createRecorder({
    store,
    policy,
    now,
    ...(options.batch === undefined ? {} : { batch: options.batch }),
    onAlarm: (alarm) => tellAlarm(news, alarm),
    onHoldFailed: (error, [deposit]) => tellHoldFailed(news, error, deposit),
  });
  const tellUnknown = createUnknownNames({ news, now });
  const strangers = createStrangers({ news, policy, now });

  return {
    recorder,
    policy,
    async take(callback) {
      learn(state, callback.provider);
      const done = await readWithIds(state, callback);
      const recorded = await recorder.record(done.arrival);
      if (done.reading) strangers.see(callback.provider, done.reading.transfers, done.arrival.assessments);
      tell(state, done, callback);
      tellUnknown({ provider: callback.provider.name, callbackId: callback.callback.id }, done.arrival.assessments);
      const { record, eventIds } = recorded;
      return done.reading ? { record, eventIds, reading: done.reading } : recorded;
    },
  };
}

function compile(options: IntakeOptions, logger: Logger, providers: readonly Provider[]): CompiledPolicy {
  return compilePolicy(options.policy, providers, {
    chains: options.chains ?? new Set(),
    warn: (message) => logger.warn({}, message),
    ...(options.networks === undefined ? {} : { networks: options.networks }),
  });
}

/** Adds a provider that was not configured to those that the policy knows. */
function learn(state: IntakeState, provider: Provider): void {
  if (state.providers.includes(provider)) return;
  const all = [...state.providers, provider];
  state.compiled = compile(state.options, state.logger, all);
  tellCaution(state.logger, provider);
  state.providers = all;
}

function tellCaution(logger: Logger, provider: Provider): void {
  const { name, caution } = provider;
  if (caution !== undefined) logger.warn({ provider: name }, `${name}: ${caution}`);
  for (const text of shortKeys(provider)) logger.warn({ provider: name }, text);
}

/** Reads a callback; once more with the ids of its transactions if the provider has only their hashes and the chain knows them. */
async function readWithIds(state: IntakeState, callback: VerifiedCallback): Promise<ReadCallback> {
  const { compiled: policy, logger } = state;
  const { findId: find } = state.options;
  const read = readByPolicy(state, callback);
  const done = read instanceof Promise ? await read : read;
  const isHashOnly = done.arrival.assessments.some(({ code }) => code === 'TRANSACTION_HASH_ONLY');
  if (find === undefined || !isHashOnly) return done;
  const ids = await findIds(done.reading?.transfers ?? [], callback.provider, { policy, find, logger });
  if (ids.size === 0) return done;
  return readByPolicy(state, callback, ids);
}

/** Synchronous if the policy is. */
function readByPolicy(
  state: IntakeState,
  callback: VerifiedCallback,
  ids?: ReadonlyMap<number, string>,
): ReadCallback | Promise<ReadCallback> {
  const { policyMs = 30_000 } = state.options;
  const fail = (error: unknown): never => {
    tellPolicyFailed(state, callback.provider.name, error);
    throw error;
  };
  try {
    const read = readCallback(callback, state.compiled, ids);
    if (!(read instanceof Promise)) return read;
    return inTime(policyMs, read, 'policy.accounts, isOurs or isOwnSender').catch(fail);
  } catch (error) {
    return fail(error);
  }
}

/** The callback gets a 503 and comes again: nobody would hear of it but for this. */
function tellPolicyFailed({ news }: IntakeState, provider: string, error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  const message = `A callback of ${provider} gets a 503 until the policy can answer: ${reason}`;
  news?.tell('alarm', { code: 'POLICY_FAILED', message, provider, error });
}

function tellAlarm(news: News | undefined, { code, deposit: stored }: DepositAlarm): void {
  const deposit = depositRecordOf(stored);
  const message = `${deposit.id} ${meanings[code]} (${deposit.code ?? 'no code'}) until an operator decides`;
  news?.tell('alarm', { code, message, network: deposit.network, deposit });
}

/** What reports the deposit gets a 503 and comes again, or is a chain check that looks again: nobody would hear of it. */
function tellHoldFailed(news: News | undefined, error: unknown, deposit: DepositRecord | undefined): void {
  const reason = error instanceof Error ? error.message : String(error);
  news?.tell('alarm', {
    code: 'POLICY_FAILED',
    message: `${deposit?.id} is not credited until policy.hold can answer: ${reason}`,
    ...(deposit === undefined ? {} : { network: deposit.network }),
    error,
  });
}

/** Tells what a callback holds beside transfers that could be read. */
function tell(state: IntakeState, { reading, unreadable }: ReadCallback, verified: VerifiedCallback): void {
  const { news, tellUnknownEvent } = state;
  const provider = verified.provider.name;
  const callbackId = verified.callback.id;
  if (reading?.kind === 'heartbeat') {
    const at = verified.verified.signedAt ?? verified.callback.receivedAt;
    news?.tell('heartbeat', { provider, callbackId, at, heads: reading.heads ?? [] });
  }
  for (const hint of reading?.hints ?? []) news?.tell('hint', { provider, callbackId, hint });
  if (unreadable !== undefined) {
    const message = `A callback of ${provider} could not be read; it is kept, and reprocess reads it after an upgrade`;
    news?.tell('alarm', { code: 'BODY_UNREADABLE', message, provider, callbackId, error: unreadable });
  }
  const rows = reading?.unreadable ?? [];
  if (rows.length > 0) {
    const message = `${rows.length} rows of a callback of ${provider} could not be read, the first at ${rows[0]?.path}; the others are recorded, and reprocess reads these after an upgrade`;
    state.logger.error({ provider, callbackId, rows: rows.slice(0, 10) }, message);
    news?.tell('alarm', { code: 'ROW_UNREADABLE', message, provider, callbackId });
  }
  if (reading?.kind === 'unknown') tellUnknownEvent({ provider, callbackId }, reading.event);
  if (reading?.kind === 'notice') {
    const message = reading.notice ?? 'The provider sent a notice';
    news?.tell('alarm', { code: 'PROVIDER_NOTICE', message, provider, callbackId });
  }
}
