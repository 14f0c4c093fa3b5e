import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { invalidOption } from '../errors.ts';
import type { CallbackRecord, StoreCounts } from '../stores/store.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import { askedOnce, type Gauged, gaugesByNetwork, gaugesOf } from './gauges.ts';
import type { NewsKind, NewsMap } from './news.ts';

export { type MeasuredNotifier, type NotifierMetricsOptions, notifierMetrics } from './notifier-metrics.ts';

/** Options of `metrics`. */
export interface MetricsOptions {
  /** A registry of `prom-client`; its `metrics()` is what Prometheus reads. */
  registry: Registry;
  /** Default `deposit_callback_`. */
  prefix?: string;
}

const optionNames: OptionNames<MetricsOptions> = { registry: true, prefix: true };

/** The receiver to measure: the return value of `depositCallbacks`. */
export interface Measured {
  on<K extends NewsKind>(kind: K, listener: (news: NewsMap[K]) => void): unknown;
  status(): Promise<Asked>;
}

interface Asked {
  needs: readonly { kind: string; count: number }[];
  counts: StoreCounts;
  chains: readonly { network: string; block: string; behind: number }[];
}

/**
 * Registers the metrics of a receiver in a registry of `prom-client`. Counts of the store are read when the registry
 * is. `docs/metrics.md` lists the metrics.
 *
 * @example
 * metrics(callbacks, { registry: register });
 */
export function metrics(callbacks: Measured, options: MetricsOptions): void {
  checkOptions('metrics', options, optionNames, '{ registry }');
  if (typeof options.registry?.registerMetric !== 'function')
    throw invalidOption('registry', 'must be a registry of prom-client');
  if (typeof callbacks?.status !== 'function')
    throw invalidOption('callbacks', 'must be what depositCallbacks() returned');
  const { registry, prefix = 'deposit_callback_' } = options;
  const registers = [registry];
  const answered = new Counter({
    name: `${prefix}callbacks_total`,
    help: 'Callbacks by outcome',
    labelNames: ['provider', 'outcome', 'code'],
    registers,
  });
  const seconds = new Histogram({
    name: `${prefix}callback_seconds`,
    help: 'Time from the first byte of a callback to its outcome',
    labelNames: ['provider', 'outcome'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3],
    registers,
  });
  const heardAt = new Gauge({
    name: `${prefix}last_callback_timestamp_seconds`,
    help: "Time of a provider's last callback that was not refused",
    labelNames: ['provider'],
    registers,
  });
  const alarms = new Counter({
    name: `${prefix}alarms_total`,
    help: 'Alarms by code',
    labelNames: ['code'],
    registers,
  });
  const deadLetters = new Counter({
    name: `${prefix}dead_letters_total`,
    help: 'Events that became dead letters',
    labelNames: ['kind'],
    registers,
  });
  const silences = new Counter({
    name: `${prefix}silences_total`,
    help: 'Number of times that a provider, or a network of it, fell silent',
    labelNames: ['provider', 'network'],
    registers,
  });
  const stuck = new Counter({
    name: `${prefix}stuck_total`,
    help: 'Deposits pending or held for too long',
    labelNames: ['network'],
    registers,
  });

  callbacks.on('outcome', ({ provider, outcome, code = '', tookMs, receivedAt }: CallbackRecord) => {
    answered.inc({ provider, outcome, code });
    seconds.observe({ provider, outcome }, tookMs / 1_000);
    if (outcome !== 'rejected') heardAt.set({ provider }, receivedAt / 1_000);
  });
  callbacks.on('alarm', ({ code }) => alarms.inc({ code }));
  callbacks.on('dead-letter', ({ kind }) => deadLetters.inc({ kind }));
  callbacks.on('silence', ({ provider, network = '' }) => silences.inc({ provider, network }));
  callbacks.on('stuck', ({ deposit }) => stuck.inc({ network: deposit.network }));
  const gauged: Gauged<Asked> = { ask: askedOnce(() => callbacks.status()), registers, prefix };
  measureStore(gauged);
  measureChains(gauged);
}

function measureStore(gauged: Gauged<Asked>): void {
  const { ask, registers, prefix } = gauged;
  const add = gaugesOf(gauged);
  const gauge = (name: string, help: string, figureOf: (counts: StoreCounts) => number): void =>
    add(name, help, ({ counts }) => figureOf(counts));
  gauge('events_owed', 'Events owed to the listeners', ({ owed }) => owed);
  gauge('events_dead', 'Dead letters', ({ dead }) => dead);
  gauge(
    'oldest_owed_timestamp_seconds',
    'Creation time of the oldest owed event; 0 if none is owed',
    ({ oldestOwedAt = 0 }) => oldestOwedAt / 1_000,
  );
  gauge('unread', 'Quarantined callbacks that could not be read completely', ({ unread }) => unread);
  gauge('unverified', 'Callbacks kept until reverify', ({ unverified }) => unverified);
  new Gauge({
    name: `${prefix}deposits`,
    help: 'Deposits by status',
    labelNames: ['status'],
    registers,
    async collect() {
      const found = await ask();
      // The counts leave out a status without deposits, and a gauge would keep its last figure.
      this.reset();
      for (const [name, count] of Object.entries(found?.counts.deposits ?? {})) this.set({ status: name }, count);
    },
  });
  new Gauge({
    name: `${prefix}needs_a_person`,
    help: 'Items that need attention, by kind',
    labelNames: ['kind'],
    registers,
    async collect() {
      const found = await ask();
      this.reset();
      // Of one kind there may be several: two providers are silent.
      for (const { kind, count } of found?.needs ?? []) this.inc({ kind }, count);
    },
  });
}

function measureChains(gauged: Gauged<Asked>): void {
  const gauge = gaugesByNetwork(gauged, ({ chains }) => chains);
  gauge('chain_cursor_block', 'Number of the block up to which all were read', ({ block }) => Number(block));
  gauge('chain_blocks_behind', 'Final blocks that are not read yet', ({ behind }) => behind);
}
