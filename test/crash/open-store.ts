import { postgresStore } from '../../lib/stores/postgres.ts';
import { redisStore } from '../../lib/stores/redis.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import type { Store } from '../../lib/stores/store.ts';

/** A store by name, over the data at `where`: a file, a URL, a socket. */
export function openCrashStore(engine: string, where: string): Store<unknown> {
  switch (engine) {
    case 'sqlite':
      return sqliteStore({ path: where }) as Store<unknown>;
    case 'postgres':
      return postgresStore({ url: where }) as Store<unknown>;
    case 'redis':
      return redisStore({ url: where }) as Store<unknown>;
    default:
      throw new TypeError(`no store ${engine}`);
  }
}
