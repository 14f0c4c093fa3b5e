import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { Store } from '../stores/store.ts';
import { phrase } from './words/phrases.ts';
import { refuse } from './words/refuse.ts';

/** Adds `--store`, which may come from the environment: a URL with a password is not for the list of processes. */
export function addStoreOption(command: Command): Command {
  return command.addOption(
    new Option('--store <where>', 'path of a SQLite file, or a postgres:// or redis:// URL').env(
      'DEPOSIT_CALLBACK_STORE',
    ),
  );
}

/**
 * Opens the store that `where` names and awaits its `ready()`. `create`: also a SQLite file that is not there; else a
 * slip of the pen would make an empty one. Throws `OPTION_INVALID`, or what the store's `ready()` rejects with.
 */
export async function openStore(where: string | undefined, options: { create?: boolean } = {}): Promise<Store> {
  const store = await makeStore(where, options.create === true);
  try {
    await store.ready();
  } catch (error) {
    await store.close().catch(() => {});
    throw error;
  }
  return store;
}

async function makeStore(where: string | undefined, create: boolean): Promise<Store> {
  if (where === undefined || where === '') {
    throw refuse(
      '--store',
      phrase('is required, or set DEPOSIT_CALLBACK_STORE: a path, postgres://... or redis://...'),
    );
  }
  const scheme = /^([a-z][a-z0-9+]+):\/\//.exec(where)?.[1];
  switch (scheme) {
    case 'postgres':
    case 'postgresql': {
      const { postgresStore } = await import('../stores/postgres.ts');
      return postgresStore({ url: where }) as Store;
    }
    case 'redis':
    case 'rediss': {
      const { redisStore } = await import('../stores/redis.ts');
      return redisStore({ url: where }) as Store;
    }
    case undefined: {
      if (!create && !existsSync(where)) throw refuse('--store', phrase('there is no file {file}', { file: where }));
      const { sqliteStore } = await import('../stores/sqlite.ts');
      return sqliteStore({ path: where }) as Store;
    }
    default:
      throw refuse(
        '--store',
        phrase('{scheme}:// is not supported; use a path, postgres://... or redis://...', { scheme }),
      );
  }
}

/** Runs `use` with the store that is named, and closes it whatever happens. */
export async function withStore<T>(where: string | undefined, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(where);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
