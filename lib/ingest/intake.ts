import type { DepositAlarm } from '../deposits/alarms.ts';
import { depositRecordOf } from '../deposits/transaction-state.ts';
import type { NetworkTable } from '../networks/table.ts';
import { type Logger, silentLogger } from '../observe/logger.ts';
import type { News } from '../observe/news.ts';
import { type CompiledPolicy, compilePolicy } from '../policy/compile-policy.ts';
import type { Policy } from '../policy/policy.ts';
import type { Provider } from '../providers/kit/provider.ts';
import type { Store } from '../stores/store.ts';
import { inTime } from '../util/at-most.ts';
import type { Recorded } from './arrival.ts';
import { type ReadCallback, readCallback, type VerifiedCallback } from './read-callback.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { createStrangers } from './strangers.ts';
import { createUnknownNames } from './unknown-names.ts';

export interface IntakeOptions {
  store: Store;
  policy: Policy;
  /** The instances configured; one that is met later is added then, which a `quorum` over several may not allow. */
  providers?: readonly Provider[];
  /** Networks with a chain check. */
  chains?: ReadonlySet<string>;
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

export function createIntake(options: IntakeOptions): Intake {
  const { store, policy, chains = new Set(), policyMs = 30_000, logger = silentLogger, news, now = Date.now } = options;
  let providers = options.providers ?? [];
  const compile = (list: readonly Provider[]): CompiledPolicy =>
    compilePolicy(policy, list, {
      chains,
      warn: (message) => logger.warn({}, message),
      ...(options.networks === undefined ? {} : { networks: options.networks }),
    });
  let compiled = compile(providers);
  const tellCaution = ({ name, caution }: Provider): void => {
    if (caution !== undefined) logger.warn({ provider: name }, `${name}: ${caution}`);
  };
  providers.forEach(tellCaution);
  const recorder = createRecorder({
    store,
    policy: () => compiled,
    now,
    ...(options.batch === undefined ? {} : { batch: options.batch }),
    onAlarm({ code, deposit: stored }) {
      const deposit = depositRecordOf(stored);
      const message = `${deposit.id} ${meanings[code]} (${deposit.code ?? 'no code'}) until a person decides`;
      news?.tell('alarm', { code, message, network: deposit.network, deposit });
    },
  });

  /** Providers that have sent a kind of event that is not known. */
  const strange = new Set<string>();
  const tellUnknown = createUnknownNames({ news, now });

  const learn = (provider: Provider): void => {
    if (providers.includes(provider)) return;
    const all = [...providers, provider];
    compiled = compile(all);
    tellCaution(provider);
    providers = all;
  };

  const tell = ({ reading, unreadable }: ReadCallback, { provider, callback }: VerifiedCallback): void => {
    for (const hint of reading?.hints ?? []) {
      news?.tell('hint', { provider: provider.name, callbackId: callback.id, hint });
    }
    if (unreadable !== undefined) {
      news?.tell('alarm', {
        code: 'BODY_UNREADABLE',
        message: `A callback of ${provider.name} could not be read; it is kept, and reprocess reads it after an upgrade`,
        provider: provider.name,
        callbackId: callback.id,
        error: unreadable,
      });
    }
    const rows = reading?.unreadable ?? [];
    if (rows.length > 0) {
      const message = `${rows.length} of the rows of a callback of ${provider.name} could not be read, the first at ${rows[0]?.path}; the others are taken, and reprocess reads these after an upgrade`;
      logger.error({ provider: provider.name, callbackId: callback.id, rows: rows.slice(0, 10) }, message);
      news?.tell('alarm', { code: 'ROW_UNREADABLE', message, provider: provider.name, callbackId: callback.id });
    }
    // A provider may send many kinds of event that are no deposits, so it is told once a process.
    if (reading?.kind === 'unknown' && !strange.has(provider.name)) {
      strange.add(provider.name);
      news?.tell('alarm', {
        code: 'EVENT_UNKNOWN',
        message: `${provider.name} sends a kind of event that its reader does not know; if it may be a deposit, upgrade and run reprocess`,
        provider: provider.name,
        callbackId: callback.id,
      });
    }
    if (reading?.kind === 'notice') {
      news?.tell('alarm', {
        code: 'PROVIDER_NOTICE',
        message: reading.notice ?? 'The provider sent a notice',
        provider: provider.name,
        callbackId: callback.id,
      });
    }
  };

  const strangers = createStrangers({ news, policy: () => compiled, now });

  // The callback gets a 503 and comes again: nobody would hear of it but for this.
  const tellFailure = (error: unknown, { provider }: VerifiedCallback): void => {
    news?.tell('alarm', {
      code: 'POLICY_FAILED',
      message: `A callback of ${provider.name} gets a 503 until the policy can answer: ${error instanceof Error ? error.message : String(error)}`,
      provider: provider.name,
      error,
    });
  };

  const readByPolicy = async (callback: VerifiedCallback): Promise<ReadCallback> => {
    try {
      const read = readCallback(callback, compiled);
      return read instanceof Promise ? await inTime(policyMs, read, 'policy.accounts, isOurs or isOwnSender') : read;
    } catch (error) {
      tellFailure(error, callback);
      throw error;
    }
  };

  return {
    recorder,
    policy: () => compiled,
    async take(callback) {
      learn(callback.provider);
      const done = await readByPolicy(callback);
      const recorded = await recorder.record(done.arrival);
      if (done.reading) strangers.see(callback.provider, done.reading.transfers, done.arrival.assessments);
      tell(done, callback);
      tellUnknown({ provider: callback.provider.name, callbackId: callback.callback.id }, done.arrival.assessments);
      const { record, eventIds } = recorded;
      return done.reading ? { record, eventIds, reading: done.reading } : recorded;
    },
  };
}
