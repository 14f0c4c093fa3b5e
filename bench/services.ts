import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '../test/helpers/postgres-server.ts';
import type { StoreName } from './ours.ts';

/** The database servers that are needed, each empty for each measurement. */
export interface Services {
  /** Whether what this store needs is there. */
  has(store: StoreName | undefined): boolean;
  /** Where a server that is measured keeps its data: a path or a URL. */
  place(store: StoreName | undefined, directory: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startServices(stores: Iterable<StoreName | undefined>): Promise<Services> {
  const needed = new Set(stores);
  const postgres = needed.has('postgres') ? await startPostgres() : undefined;
  const redis =
    needed.has('redis') && spawnSync('redis-server', ['--version']).status === 0 ? await startRedis() : undefined;
  let databases = 0;
  return {
    has: (store) => store !== 'redis' || redis !== undefined,
    async place(store, directory) {
      switch (store) {
        case 'postgres':
          databases += 1;
          return emptyDatabase(postgres as PostgresServer, `bench_${databases}`);
        case 'redis':
          await redis?.flush();
          return redis?.url ?? '';
        default:
          return join(directory, 'deposits.db');
      }
    },
    async stop() {
      await postgres?.remove();
      await redis?.stop();
    },
  };
}

/** A new folder for one measurement, removed after it, and the place of a store in it. */
export async function withPlace<T>(
  services: Services,
  store: StoreName | undefined,
  measure: (place: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'deposit-callback-bench-'));
  try {
    return await measure(await services.place(store, directory));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function emptyDatabase(server: PostgresServer, name: string): Promise<string> {
  const pool = server.pool({ max: 1 });
  await pool.query(`CREATE DATABASE ${name}`);
  await pool.end();
  return server.url.replace('/postgres?', `/${name}?`);
}

async function startRedis(): Promise<{ url: string; flush(): Promise<void>; stop(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'deposit-callback-redis-'));
  const socket = join(directory, 'redis.sock');
  const server = spawn(
    'redis-server',
    [
      '--port',
      '0',
      '--unixsocket',
      socket,
      '--dir',
      directory,
      '--appendonly',
      'yes',
      '--appendfsync',
      'always',
      '--save',
      '',
    ],
    { stdio: 'ignore' },
  );
  while ((await ask(socket, 'PING')) === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
  return {
    url: socket,
    flush: async () => void (await ask(socket, 'FLUSHALL')),
    async stop() {
      server.kill('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function ask(path: string, command: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('error', () => resolve(undefined));
    socket.on('data', (answer) => {
      resolve(String(answer));
      socket.destroy();
    });
    socket.write(`${command}\r\n`);
  });
}
