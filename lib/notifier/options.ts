import { invalidOption } from '../errors.ts';
import { compileTrust, type Trust, type TrustProxy, trustsEverybody } from '../middleware/forwarded.ts';
import { type Logger, silentLogger } from '../observe/logger.ts';
import { decodeBase64, decodeHex } from '../signatures/decode.ts';
import { checkPostgresOptions } from '../stores/postgres/check-options.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import { type NetworkSettings, resolveNetwork, whole } from './network-options.ts';
import type { NotifierPostgres } from './store/postgres-database.ts';
import { secretsKeyBytes } from './store/secret-box.ts';
import type { WatchedNetwork } from './watched-network.ts';

/** Options of `createNotifier`. Times are in ms. */
export interface NotifierOptions {
  /** SQLite file of keys, watches and the outbox; one process at a time may hold it. Either this or `database`. */
  path?: string;
  /** PostgreSQL in its place, which several notifiers share: each network is read, and each URL sent to, by one of them at a time. */
  database?: NotifierPostgres;
  /** Networks to watch, each over the operator's own node. */
  networks: readonly WatchedNetwork[];
  /** Guards `POST` and `DELETE /v1/keys`; 16 characters or more, no blanks. Without it keys are made in the process alone. */
  adminSecret?: string;
  /**
   * Seals the signing secrets in the database: 32 random bytes in base64 or hex, from outside the host's disk. Of several the
   * first seals and each opens, so that it can be changed. Required, unless `allowPlainSecrets`.
   */
  secretsKey?: string | readonly string[] | undefined;
  /** Keeps the signing secrets in clear: whoever reads the file, or a backup of it, can sign deposits. Default false. */
  allowPlainSecrets?: boolean;
  /** Allows callback URLs with plain HTTP and private addresses. Default false. */
  allowPrivate?: boolean;
  /** Interval of heartbeats, which say of each network that a key watches how far it is read. Default 60000. */
  heartbeatMs?: number;
  /** For how long an undelivered callback is tried again. Default three days. */
  retryMs?: number;
  /** Time limit for a receiver to answer. Default 10000. */
  timeoutMs?: number;
  /** Callbacks to one URL at once. Default 8. */
  concurrency?: number;
  /** Interval at which a node is asked for new blocks. Default 1000. */
  pollMs?: number;
  /** Most blocks a minute that are read once more for those who ask to be told of older deposits, of each network. Default 3000. */
  backfillBlocksPerMinute?: number;
  /** For how long delivered callbacks are kept for `GET /v1/callbacks`. Default 7 days. */
  retainMs?: number;
  /**
   * Callbacks owed to one URL, from which on new deposits are not stored for it but read from the chain again once it takes what is
   * owed. Default 100000.
   */
  maxOwed?: number;
  /** Most addresses that one key may watch. Default 1000000. */
  maxWatches?: number;
  /**
   * Which proxies in front are believed about the address of a request, for keys with `allowedSources`: how many, or their addresses, as in
   * Express. Default: the app's `trust proxy`.
   */
  trustProxy?: TrustProxy;
  /** Certificate authorities to trust for callback URLs in place of the system's (PEM). */
  ca?: string;
  /** Default: silent. */
  logger?: Logger;
  /** The clock, epoch ms. */
  now?: () => number;
  random?: () => number;
}

export interface NotifierSettings {
  /** The path of a file, or a database that is shared. */
  readonly store: string | NotifierPostgres;
  readonly networks: readonly NetworkSettings[];
  readonly adminSecret: string | undefined;
  /** Empty: secrets stand in clear. */
  readonly secretsKeys: readonly Buffer[];
  readonly allowPrivate: boolean;
  readonly heartbeatMs: number;
  readonly retryMs: number;
  readonly timeoutMs: number;
  readonly concurrency: number;
  readonly pollMs: number;
  readonly backfillBlocksPerMinute: number;
  readonly retainMs: number;
  readonly maxOwed: number;
  readonly maxWatches: number;
  /** Undefined: the app's. */
  readonly trust: Trust | undefined;
  readonly ca: string | undefined;
  readonly logger: Logger;
  readonly now: () => number;
  readonly random: () => number;
}

const day = 86_400_000;

const databaseOptionNames: OptionNames<NotifierPostgres> = { pool: true, url: true, schema: true, acceptLoss: true };

export const notifierOptionNames: OptionNames<NotifierOptions> = {
  path: true,
  database: true,
  networks: true,
  adminSecret: true,
  secretsKey: true,
  allowPlainSecrets: true,
  allowPrivate: true,
  heartbeatMs: true,
  retryMs: true,
  timeoutMs: true,
  concurrency: true,
  pollMs: true,
  backfillBlocksPerMinute: true,
  retainMs: true,
  maxOwed: true,
  maxWatches: true,
  trustProxy: true,
  ca: true,
  logger: true,
  now: true,
  random: true,
};

/** Fills in the defaults. Throws `OPTION_INVALID` for what cannot be understood. */
export function resolveNotifierOptions(options: NotifierOptions): NotifierSettings {
  checkOptions('createNotifier', options, notifierOptionNames, "{ path: 'notifier.db', networks: [...] }");
  const { networks, adminSecret } = options;
  const store = readStore(options);
  if (!Array.isArray(networks) || networks.length === 0)
    throw invalidOption('networks', 'must list at least one network');
  if (adminSecret !== undefined && !/^\S{16,256}$/.test(adminSecret)) {
    throw invalidOption('adminSecret', 'must have 16 to 256 characters and no spaces');
  }
  const { logger = silentLogger } = options;
  const resolved = networks.map((one) => resolveNetwork(one, logger));
  if (new Set(resolved.map((one) => one.network.id)).size < resolved.length) {
    throw invalidOption('networks', 'lists a network twice');
  }
  return Object.freeze({
    store,
    networks: resolved,
    adminSecret,
    secretsKeys: readSecretsKeys(options),
    allowPrivate: options.allowPrivate ?? false,
    heartbeatMs: whole('heartbeatMs', options.heartbeatMs ?? 60_000),
    retryMs: whole('retryMs', options.retryMs ?? 3 * day),
    timeoutMs: whole('timeoutMs', options.timeoutMs ?? 10_000),
    concurrency: whole('concurrency', options.concurrency ?? 8),
    pollMs: whole('pollMs', options.pollMs ?? 1_000),
    backfillBlocksPerMinute: whole('backfillBlocksPerMinute', options.backfillBlocksPerMinute ?? 3_000),
    retainMs: whole('retainMs', options.retainMs ?? 7 * day),
    maxOwed: whole('maxOwed', options.maxOwed ?? 100_000),
    maxWatches: whole('maxWatches', options.maxWatches ?? 1_000_000),
    trust: readTrust(options.trustProxy),
    ca: options.ca,
    logger,
    now: options.now ?? Date.now,
    random: options.random ?? Math.random,
  });
}

function readStore({ path, database }: NotifierOptions): string | NotifierPostgres {
  if (database === undefined) {
    if (typeof path === 'string' && path !== '') return path;
    throw invalidOption('path', 'must be the path of the SQLite file; or set database, for PostgreSQL');
  }
  if (path !== undefined) throw invalidOption('database', 'contradicts path; remove one of them');
  checkOptions('createNotifier database', database, databaseOptionNames, '{ pool }');
  checkPostgresOptions('database', database);
  return database;
}

function readTrust(trustProxy: TrustProxy | undefined): Trust | undefined {
  const trust = compileTrust(trustProxy);
  if (trust === undefined || !trustsEverybody(trust)) return trust;
  throw invalidOption(
    'trustProxy',
    'trusts every sender, so anyone could put an allowed address into X-Forwarded-For; set the number of proxies or their addresses',
  );
}

function readSecretsKeys({ secretsKey, allowPlainSecrets = false }: NotifierOptions): readonly Buffer[] {
  if (typeof allowPlainSecrets !== 'boolean') throw invalidOption('allowPlainSecrets', 'must be true or false');
  if (secretsKey === undefined) {
    if (allowPlainSecrets) return [];
    const fix = 'set 32 random bytes (`openssl rand -base64 32`) that are kept elsewhere, or set allowPlainSecrets';
    throw invalidOption('secretsKey', `is missing, so signing secrets would be stored in plain text: ${fix}`);
  }
  if (allowPlainSecrets) throw invalidOption('allowPlainSecrets', 'contradicts secretsKey; remove one of them');
  const given: readonly unknown[] = Array.isArray(secretsKey) ? secretsKey : [secretsKey];
  if (given.length === 0) throw invalidOption('secretsKey', 'the list is empty; give at least one key');
  return given.map((key) => {
    const bytes = typeof key === 'string' ? (decodeHex(key) ?? decodeBase64(key)) : undefined;
    if (bytes?.length === secretsKeyBytes) return bytes;
    throw invalidOption(
      'secretsKey',
      `must be ${secretsKeyBytes} bytes in base64 or hex; is its environment variable set?`,
    );
  });
}
