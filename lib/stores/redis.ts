import { randomUUID } from 'node:crypto';
import type { TransactionState } from '../deposits/transaction-state.ts';
import { DepositCallbackError, invalidOption } from '../errors.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import { stateFromReply } from './redis/batch.ts';
import { createRedisConnection, type RedisClient, type RedisConnection } from './redis/client.ts';
import { createCommit } from './redis/commit.ts';
import { cursorMethods } from './redis/cursors.ts';
import { assertDurable, roomOf } from './redis/durability.ts';
import { eventMethods } from './redis/events.ts';
import { createRedisHolder } from './redis/holder.ts';
import { prune } from './redis/prune.ts';
import { queryMethods } from './redis/queries.ts';
import { unverifiedMethods } from './redis/unverified.ts';
import { createRedisWake } from './redis/wake.ts';
import { columnText } from './shared/column-text.ts';
import { openedOnce } from './shared/opened-once.ts';
import type { Store } from './store.ts';

export type { IoredisClient, NodeRedisClient, RedisClient } from './redis/client.ts';

interface CommonOptions {
  /** In front of every key. Default `deposit-callback:`. */
  prefix?: string;
  /**
   * Accepts a server that may lose an acknowledged callback: for tests, and if losing one does no harm. Default false.
   */
  acceptLoss?: boolean;
  /** Epoch ms, for tests; default: the server's clock, which all processes share. */
  now?: () => number;
}

/** Options of `redisStore`: a client that you manage, or a URL for a client of the store's own. */
export type RedisStoreOptions = CommonOptions &
  (
    | {
        /** Of `ioredis` 5, or a connected one of `redis` 4 or newer. It stays open at `close()`. */
        client: RedisClient;
      }
    | {
        /** For example `redis://host:6379/0`; opened with `ioredis`, which must be installed. */
        url: string;
      }
  );

/** 2: facts of pruned events. What an older version kept needs no change, so its number is raised. */
const schemaVersion = 2;

const optionNames: OptionNames<RedisStoreOptions> = {
  client: true,
  url: true,
  prefix: true,
  acceptLoss: true,
  now: true,
};

/**
 * Creates a store in Redis 6.2 or newer, a single primary with `appendonly yes` and `appendfsync always`, for any
 * number of receivers and deliverers. It has no transaction to share, so `atomically` is refused with
 * `ATOMICALLY_UNSUPPORTED`: listeners are called at least once, and a ledger of your own keyed by `eventId` makes it
 * exactly once. Throws `OPTION_INVALID`; `ready()` rejects with `STORE_DRIVER_MISSING`, `STORE_NOT_DURABLE` or
 * `STORE_SCHEMA_NEWER`; any method with `STORE_NOT_READY`, `STORE_BUSY`, `STORE_FULL` or an error of the client.
 */
export function redisStore(options: RedisStoreOptions): Store<never> {
  checkOptions('redisStore', options, optionNames, '{ client }');
  const { prefix = 'deposit-callback:', acceptLoss = false } = options;
  checkValues(options, prefix);
  const now = (): string => (options.now ? String(options.now()) : '');
  const self = randomUUID();

  let current: RedisConnection | undefined;
  let own: { disconnect(): void } | undefined;
  const wake = createRedisWake(`${prefix}owed`, self);
  const holder = createRedisHolder(prefix);
  const connection = (): RedisConnection => {
    if (!current)
      throw new DepositCallbackError('STORE_NOT_READY', 'redisStore: await ready() first; unusable after close()');
    return current;
  };

  async function open(): Promise<void> {
    const opened = 'url' in options ? await openClient(options.url) : undefined;
    const client = 'client' in options ? options.client : opened;
    if (!client) throw invalidOption('client', 'set either client or url');
    try {
      const candidate = await prepare(client, { prefix, acceptLoss, now });
      current = candidate;
      own = opened;
      wake.open(candidate);
    } catch (error) {
      opened?.disconnect();
      throw error;
    }
  }

  async function close(): Promise<void> {
    wake.close();
    // Best effort: the key runs out by itself.
    if (current) await holder.leave(current).catch(() => {});
    current = undefined;
    own?.disconnect();
    own = undefined;
  }

  const commit = createCommit(connection, self, holder);

  return {
    name: 'redis',
    durable: true,

    ...openedOnce(open, close),

    load: async (keys) => load(connection(), keys),
    commit,
    log: async (callbacks) => void (await commit({ callbacks, changes: [] })),
    ...eventMethods(connection, self, holder),

    onEvents: wake.hear,

    ...unverifiedMethods(connection, prefix),
    ...queryMethods(connection, prefix),
    ...cursorMethods(connection, prefix),
    prune: (before, options) => prune(connection, prefix, before, options),
    room: () => roomOf(connection()),
  };
}

async function load(connection: RedisConnection, keys: readonly string[]): Promise<TransactionState[]> {
  if (keys.length === 0) return [];
  const replies = (await connection.run('load', [keys.length, ...keys.map(columnText)])) as unknown[];
  return keys.map((key, index) => stateFromReply(key, replies[index]));
}

function checkValues(options: RedisStoreOptions, prefix: string): void {
  const given: { client?: RedisClient; url?: string } = options;
  if ((given.client === undefined) === (given.url === undefined))
    throw invalidOption('client', 'set either client or url');
  if (typeof prefix !== 'string' || prefix === '')
    throw invalidOption('prefix', 'must be a non-empty string; it is put before each key');
}

/** A connection to a server that keeps what it acknowledges, with the data in the schema of this version. */
async function prepare(
  client: RedisClient,
  { prefix, acceptLoss, now }: { prefix: string; acceptLoss: boolean; now: () => string },
): Promise<RedisConnection> {
  // A server that goes away must not end the process: the next command shows it.
  client.on('error', () => {});
  const connection = createRedisConnection(client, prefix, now);
  await assertDurable(connection, acceptLoss);
  await connection.command('SET', `${prefix}schema`, String(schemaVersion), 'NX');
  const version = Number(await connection.command('GET', `${prefix}schema`));
  if (version > schemaVersion) {
    throw new DepositCallbackError(
      'STORE_SCHEMA_NEWER',
      `redisStore: the data has schema ${version}, this version of deposit-callback knows ${schemaVersion}; upgrade deposit-callback`,
    );
  }
  if (version < schemaVersion) await connection.command('SET', `${prefix}schema`, String(schemaVersion));
  return connection;
}

async function openClient(url: string): Promise<RedisClient & { disconnect(): void }> {
  try {
    const { Redis } = await import('ioredis');
    return new Redis(url, { maxRetriesPerRequest: 2, connectTimeout: 5_000 });
  } catch (cause) {
    throw new DepositCallbackError('STORE_DRIVER_MISSING', 'redisStore: install ioredis, or pass a client', { cause });
  }
}
