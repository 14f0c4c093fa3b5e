import { Counter, type Registry } from 'prom-client';
import { invalidOption } from '../errors.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import { askedOnce, type Gauged, gaugesByNetwork, gaugesOf } from './gauges.ts';

/** Options of `notifierMetrics`. */
export interface NotifierMetricsOptions {
  /** A registry of `prom-client`; its `metrics()` is what Prometheus reads. */
  registry: Registry;
  /** Default `deposit_notifier_`. */
  prefix?: string;
}

const optionNames: OptionNames<NotifierMetricsOptions> = { registry: true, prefix: true };

/** The notifier to measure: the return value of `createNotifier`. */
export interface MeasuredNotifier {
  status(): Promise<NotifierFigures>;
}

interface NotifierFigures {
  keys: number;
  watches: number;
  disabledUrls: number;
  owed: number;
  oldestOwedAt: number | null;
  networks: readonly {
    network: string;
    block: string | null;
    head: string | null;
    ageMs: number | null;
    lag: number | null;
    state: string;
  }[];
  attempts: Readonly<Record<'accepted' | 'failed' | 'dead', number>>;
}

/**
 * Registers the metrics of a notifier in a registry of `prom-client`. They are asked of it when the registry is read, once for
 * all. `docs/metrics.md` lists them.
 *
 * @example
 * notifierMetrics(notifier, { registry: register });
 */
export function notifierMetrics(notifier: MeasuredNotifier, options: NotifierMetricsOptions): void {
  checkOptions('notifierMetrics', options, optionNames, '{ registry }');
  if (typeof options.registry?.registerMetric !== 'function')
    throw invalidOption('registry', 'must be a registry of prom-client');
  if (typeof notifier?.status !== 'function') throw invalidOption('notifier', 'must be what createNotifier() returned');
  const { registry, prefix = 'deposit_notifier_' } = options;
  const gauged: Gauged<NotifierFigures> = {
    ask: askedOnce(() => notifier.status()),
    registers: [registry],
    prefix,
  };
  measureStore(gauged);
  measureNetworks(gauged);
  new Counter({
    name: `${prefix}attempts_total`,
    help: 'Attempts to send a callback, by result',
    labelNames: ['result'],
    registers: [registry],
    async collect() {
      const found = await gauged.ask();
      this.reset();
      for (const [result, count] of Object.entries(found?.attempts ?? {})) this.inc({ result }, count);
    },
  });
}

function measureStore(gauged: Gauged<NotifierFigures>): void {
  const gauge = gaugesOf(gauged);
  gauge('keys', 'API keys in force', ({ keys }) => keys);
  gauge('watches', 'Watched addresses, each once per key', ({ watches }) => watches);
  gauge('urls_disabled', 'Callback URLs that are disabled', ({ disabledUrls }) => disabledUrls);
  gauge('callbacks_owed', 'Callbacks that are owed', ({ owed }) => owed);
  gauge(
    'oldest_owed_timestamp_seconds',
    'Creation time of the oldest callback that is owed; 0 if none is',
    ({ oldestOwedAt }) => (oldestOwedAt ?? 0) / 1_000,
  );
}

function measureNetworks(gauged: Gauged<NotifierFigures>): void {
  const gauge = gaugesByNetwork(gauged, ({ networks }) => networks);
  const numberOf = (block: string | null): number | null => (block === null ? null : Number(block));
  gauge('network_block', 'Number of the newest block that was read', ({ block }) => numberOf(block));
  gauge('network_head', "Number of the chain's newest block, as its node says", ({ head }) => numberOf(head));
  gauge('network_head_age_seconds', 'Age of that block', ({ ageMs }) => (ageMs === null ? null : ageMs / 1_000));
  gauge('network_lag_blocks', 'Blocks between the two', ({ lag }) => lag);
  gauge('network_reading', '1 if the network is read and goes on, else 0', ({ state }) =>
    state === 'reading' ? 1 : 0,
  );
}
