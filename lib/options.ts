import { type ReconcileOptions, readReconcileOptions } from './chains/follow/reconcile-options.ts';
import type { ChainCheck } from './chains/kit/chain-check.ts';
import { invalidOption } from './errors.ts';
import { type NetworkDefinition, tableWith } from './networks/define-network.ts';
import type { NetworkTable } from './networks/table.ts';
import { consoleLogger, type Logger, steadyLogger } from './observe/logger.ts';
import { checkKinds } from './options/kinds.ts';
import type { Policy } from './policy/policy.ts';
import type { Provider } from './providers/kit/provider.ts';
import { memoryStore } from './stores/memory.ts';
import type { Store } from './stores/store.ts';
import { refuseUnknownKeys } from './util/known-keys.ts';
import { checkPath } from './util/paths.ts';

/** Options of `depositCallbacks`. Times are in ms, sizes in bytes. An option set to undefined counts as omitted. */
export interface Options<Tx = unknown> {
  /** The senders of callbacks; each instance has a name and a path of its own. */
  providers: readonly Provider[];
  /**
   * The durable inbox. Default `memoryStore()`, with which nothing is durable and the answer waits for the listeners.
   */
  store?: Store<Tx>;
  /** The policy: what may be credited, and when. */
  policy: Policy;
  /** Networks beside those of the package, or the same with other numbers or more names. See `docs/networks.md`. */
  networks?: readonly NetworkDefinition[];
  /** IP addresses, CIDRs and domains that may send to any provider; a provider's own list must allow too. Default: all. */
  sources?: readonly string[];
  /** Proxies in front: hops, or their addresses. Default: Express's `trust proxy`. */
  trustProxy?: number | string | readonly string[] | false;
  /** Default true; loopback is excepted if no proxy is in front. */
  requireHttps?: boolean;
  limits?: {
    /** Largest body, whoever sends it. Default 1 MiB, and 8 MiB for providers that send batches. */
    bodyBytes?: number;
    /** For how long a body may arrive. Default 5000. */
    receiveMs?: number;
    /** Bytes that all bodies may hold while they are received and answered; more get a 503. Default 64 MiB. */
    budgetBytes?: number;
    /** Callbacks between signature and commit; more get a 503. Default 1000. */
    inFlight?: number;
    /** For how long a sender waits for the commit before it gets a 503. Default 3000. */
    ackMs?: number;
  };
  /** Maximum difference between a signed time and now, in either direction. Default 300000. */
  toleranceMs?: number;
  /**
   * Keeps callbacks from allowed sources whose signature does not match, until `reverify`. Needs `sources`. Default
   * false.
   */
  quarantineUnverified?: boolean | Partial<UnverifiedLimits>;
  /** On-chain checks; a deposit on their networks is credited only when they agree. */
  chains?: readonly ChainCheck[];
  /** How the blocks of `chains` are read for deposits that no callback reported. Default true; false: only by command. */
  reconcile?: boolean | ReconcileOptions;
  delivery?: {
    /** Deposits that are handed out at once. Default 8. */
    concurrency?: number;
    /** Deliveries before an event is a dead letter. Default 12. */
    attempts?: number;
    /** Default 1000 to 600000, full jitter. */
    backoff?: { firstMs?: number; maxMs?: number };
    /** Default 30000, renewed while a listener runs. */
    leaseMs?: number;
  };
  /** Raises `silence` when a provider has said nothing for so long. Default: off. */
  silenceMs?: number;
  /**
   * Forgets callbacks, and deposits that were never credited, after this time. Never a quarantined callback,
   * and never the evidence: the callbacks that a credit rests on. Default: never.
   */
  retainMs?: number;
  /** Forgets evidence after this time too; at least `retainMs`. Default: never. */
  retainEvidenceMs?: number;
  /** Forgets lines that never were money (refusals, repetitions, heartbeats) after this time. Default 30 days. */
  retainRefusalsMs?: number;
  /** Whether stored callbacks keep their bodies. Default true; `reprocess` needs them. A quarantined one keeps it anyway. */
  keepBodies?: boolean;
  /** Default: warnings and errors go to the console. */
  logger?: Logger;
  /** The clock, epoch ms. */
  now?: () => number;
}

export interface UnverifiedLimits {
  /** Default 64 MiB in all. */
  bytes: number;
  /** Default 4 MiB for one address. */
  bytesPerAddress: number;
  /** Default 600 an hour for one address. */
  perAddressPerHour: number;
}

/** Options with every default filled in. */
export interface Settings<Tx> {
  readonly providers: readonly Provider[];
  readonly store: Store<Tx>;
  readonly policy: Policy;
  readonly networks: NetworkTable;
  readonly sources: readonly string[];
  readonly trustProxy: Options['trustProxy'];
  readonly requireHttps: boolean;
  readonly limits: Readonly<Required<Omit<NonNullable<Options['limits']>, 'bodyBytes'>>> & {
    /** Undefined: what each provider may send. */
    readonly bodyBytes: number | undefined;
  };
  readonly toleranceMs: number;
  readonly quarantineUnverified: UnverifiedLimits | undefined;
  readonly chains: readonly ChainCheck[];
  /** Blocks of a network that are read in a minute at the most; false for none. */
  readonly blocksPerMinute: (network: string) => number | false;
  readonly delivery: NonNullable<Options['delivery']>;
  readonly silenceMs: number | undefined;
  readonly retainMs: number | undefined;
  readonly retainEvidenceMs: number | undefined;
  readonly retainRefusalsMs: number;
  readonly keepBodies: boolean;
  readonly logger: Logger;
  readonly now: () => number;
}

const knownOptions = {
  top: [
    'providers',
    'store',
    'policy',
    'networks',
    'sources',
    'trustProxy',
    'requireHttps',
    'limits',
    'toleranceMs',
    'quarantineUnverified',
    'chains',
    'reconcile',
    'delivery',
    'silenceMs',
    'retainMs',
    'retainEvidenceMs',
    'retainRefusalsMs',
    'keepBodies',
    'logger',
    'now',
  ],
  limits: ['bodyBytes', 'receiveMs', 'budgetBytes', 'inFlight', 'ackMs'],
  delivery: ['concurrency', 'attempts', 'backoff', 'leaseMs'],
  quarantineUnverified: ['bytes', 'bytesPerAddress', 'perAddressPerHour'],
};

const unverifiedDefaults: UnverifiedLimits = {
  bytes: 64 * 2 ** 20,
  bytesPerAddress: 4 * 2 ** 20,
  perAddressPerHour: 600,
};

/** Fills in the defaults, and refuses what cannot be understood: a wrong option never weakens a check. */
export function resolveOptions<Tx>(options: Options<Tx>): Settings<Tx> {
  if (typeof options !== 'object' || options === null) {
    throw invalidOption('options', 'must be an object: depositCallbacks({ providers: [...], policy: { ... } })');
  }
  refuseUnknownKeys(options, knownOptions.top, '');
  checkKinds(options);
  refuseUnknownKeys(options.limits ?? {}, knownOptions.limits, 'limits');
  refuseUnknownKeys(options.delivery ?? {}, knownOptions.delivery, 'delivery');
  const { providers, policy, limits = {}, chains = [], sources = [], now = Date.now } = options;
  checkProviders(providers);
  if (options.store && chains.length > 0 && !options.store.durable) throw chainsNeedDurable();
  if (!options.store && chains.length > 0) throw chainsNeedDurable();
  const networks = tableWith(options.networks);
  const unverified = options.quarantineUnverified === undefined ? false : options.quarantineUnverified;
  if (unverified !== false && sources.length === 0 && providers.some((one) => one.sources.length === 0)) {
    throw invalidOption('quarantineUnverified', 'requires sources: without them anyone could fill the quarantine');
  }

  return Object.freeze({
    providers,
    store: options.store ?? (memoryStore({ now }) as Store<Tx>),
    policy,
    networks,
    sources,
    trustProxy: options.trustProxy,
    requireHttps: options.requireHttps ?? true,
    limits: {
      bodyBytes: limits.bodyBytes === undefined ? undefined : whole('limits.bodyBytes', limits.bodyBytes),
      receiveMs: whole('limits.receiveMs', limits.receiveMs ?? 5_000),
      budgetBytes: whole('limits.budgetBytes', limits.budgetBytes ?? 64 * 2 ** 20),
      inFlight: whole('limits.inFlight', limits.inFlight ?? 1_000),
      ackMs: whole('limits.ackMs', limits.ackMs ?? 3_000),
    },
    toleranceMs: whole('toleranceMs', options.toleranceMs ?? 300_000),
    quarantineUnverified: unverified === false ? undefined : unverifiedLimits(unverified),
    chains,
    blocksPerMinute: readReconcileOptions(options.reconcile, chains, networks),
    delivery: options.delivery ?? {},
    silenceMs: options.silenceMs === undefined ? undefined : whole('silenceMs', options.silenceMs),
    ...retentionOf(options),
    keepBodies: options.keepBodies ?? true,
    logger: steadyLogger(options.logger ?? consoleLogger),
    now,
  });
}

const monthMs = 30 * 86_400_000;

function retentionOf<Tx>({
  retainMs,
  retainEvidenceMs,
  retainRefusalsMs = monthMs,
}: Options<Tx>): Pick<Settings<Tx>, 'retainMs' | 'retainEvidenceMs' | 'retainRefusalsMs'> {
  if (retainEvidenceMs !== undefined && (retainMs === undefined || retainEvidenceMs < retainMs)) {
    throw invalidOption('retainEvidenceMs', 'requires retainMs, and must not be shorter than it');
  }
  return {
    retainMs: retainMs === undefined ? undefined : whole('retainMs', retainMs),
    retainEvidenceMs: retainEvidenceMs === undefined ? undefined : whole('retainEvidenceMs', retainEvidenceMs),
    retainRefusalsMs: whole('retainRefusalsMs', retainRefusalsMs),
  };
}

function unverifiedLimits(given: true | Partial<UnverifiedLimits>): UnverifiedLimits {
  if (given === true) return unverifiedDefaults;
  if (typeof given !== 'object' || given === null) {
    throw invalidOption('quarantineUnverified', 'must be true, false or an object of limits');
  }
  refuseUnknownKeys(given, knownOptions.quarantineUnverified, 'quarantineUnverified');
  const limit = (name: keyof UnverifiedLimits): number =>
    whole(`quarantineUnverified.${name}`, given[name] ?? unverifiedDefaults[name]);
  return {
    bytes: limit('bytes'),
    bytesPerAddress: limit('bytesPerAddress'),
    perAddressPerHour: limit('perAddressPerHour'),
  };
}

function checkProviders(providers: readonly Provider[]): void {
  if (!Array.isArray(providers) || providers.length === 0)
    throw invalidOption('providers', 'must list at least one provider, for example [imtoken({ secrets: [...] })]');
  providers.forEach((given: unknown, index) => {
    const option = `providers[${index}]`;
    if (typeof given === 'function') {
      const name = given.name === '' ? 'the provider' : given.name;
      throw invalidOption(option, `is a function: call it with its options, ${name}({ secrets: [...] })`);
    }
    if (typeof given !== 'object' || given === null || !('verify' in given) || !('read' in given))
      throw invalidOption(option, 'must be a provider, for example imtoken({ secrets: [...] })');
    checkPath((given as Provider).path, `${option}.path`);
  });
  for (const field of ['name', 'path'] as const) {
    const values = providers.map((one) => one[field]);
    const twice = values.find((value, index) => values.indexOf(value) !== index);
    if (twice !== undefined)
      throw invalidOption('providers', `two providers have the ${field} ${twice}; give each its own ${field}`);
  }
}

function chainsNeedDurable(): Error {
  return invalidOption('chains', 'requires a durable store: waiting for confirmations may outlive the process');
}

function whole(option: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1) throw invalidOption(option, 'must be a positive integer');
  return value;
}
