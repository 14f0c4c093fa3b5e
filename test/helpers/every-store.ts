import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { memoryStore } from '../../lib/stores/memory.ts';
import { postgresStore } from '../../lib/stores/postgres.ts';
import { redisStore } from '../../lib/stores/redis.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import type { Store } from '../../lib/stores/store.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';
import { findRedis, redisMissing } from './redis-server.ts';

export type Engine = 'memory' | 'sqlite' | 'postgres' | 'redis';

/** Opens a store of a kind over fresh data; what it stands on is removed after the last test of the file. */
export type OpenStore = (options?: { now?: () => number }) => Store<unknown>;

/**
 * Every store of this package, for tests of what all of them must do; Redis where there is one. To be called while a
 * test file is loaded.
 */
export async function everyStore(): Promise<readonly [Engine, OpenStore][]> {
  const directory = mkdtempSync(join(tmpdir(), 'every-store-'));
  const redis = redisMissing() === undefined ? await findRedis() : undefined;
  let postgres: PostgresServer | undefined;
  let opened = 0;
  const next = (): number => {
    opened += 1;
    return opened;
  };
  before(async () => {
    postgres = await startPostgres();
  });
  after(async () => {
    await postgres?.remove();
    await redis?.remove();
    rmSync(directory, { recursive: true, force: true });
  });
  const stores: [Engine, OpenStore][] = [
    ['memory', (options) => memoryStore(options) as Store<unknown>],
    ['sqlite', (options) => sqliteStore({ path: join(directory, `${next()}.db`), ...options }) as Store<unknown>],
    [
      'postgres',
      (options) => {
        if (!postgres) throw new Error('PostgreSQL runs within tests');
        return postgresStore({ pool: postgres.pool(), schema: `every_${next()}`, ...options }) as Store<unknown>;
      },
    ],
  ];
  if (redis) {
    const prefix = `every:${process.pid}:`;
    stores.push([
      'redis',
      (options) =>
        redisStore({
          client: redis.client(),
          prefix: `${prefix}${next()}:`,
          acceptLoss: true,
          ...options,
        }) as Store<unknown>,
    ]);
  }
  return stores;
}
