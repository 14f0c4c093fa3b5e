import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis, type RedisOptions } from 'ioredis';

/** A Redis server of its own behind a Unix socket in a temporary folder, which keeps what it acknowledged. */
export interface RedisServer {
  /** Path of the socket: what `ioredis` takes for a URL. */
  path: string;
  /** A client that does not end the process when the server goes away. */
  client(options?: RedisOptions): Redis;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

/** Why tests that start, stop and set up a Redis of their own cannot run; undefined where they can. */
export function redisServerMissing(): string | undefined {
  if (spawnSync('redis-server', ['--version']).status === 0) return undefined;
  return 'no redis-server on the PATH: install Redis 6.2 or newer';
}

/** Why tests that only use a Redis cannot run: a server at `REDIS_URL` will do. */
export function redisMissing(): string | undefined {
  return process.env.REDIS_URL === undefined ? redisServerMissing() : undefined;
}

/** A new server, or the one at `REDIS_URL` where there is no other: that cannot be stopped. */
export async function findRedis(): Promise<Pick<RedisServer, 'client' | 'remove'>> {
  const url = process.env.REDIS_URL;
  if (url === undefined || redisServerMissing() === undefined) return startRedis();
  const clients: Redis[] = [];
  return {
    client(options = {}) {
      const client = new Redis(url, options);
      clients.push(client);
      return client;
    },
    async remove() {
      for (const client of clients) client.disconnect();
    },
  };
}

export async function startRedis(settings: Record<string, string> = {}): Promise<RedisServer> {
  const directory = mkdtempSync(join(tmpdir(), 'dc-redis-'));
  const path = join(directory, 'redis.sock');
  const args = Object.entries({
    port: '0',
    unixsocket: path,
    dir: directory,
    save: '',
    appendonly: 'yes',
    appendfsync: 'always',
    ...settings,
  }).flatMap(([name, value]) => [`--${name}`, value]);
  const clients = new Set<Redis>();
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let log = '';
    await new Promise<void>((resolve, reject) => {
      server?.on('exit', () => reject(new Error(`Redis did not start: ${log}`)));
      server?.stdout?.on('data', (chunk: Buffer) => {
        if (log.length < 100_000) log += chunk;
        if (/ready to accept connections/i.test(log)) resolve();
      });
    });
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = server;
    server = undefined;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    ending.kill(signal);
    await once(ending, 'exit');
  }

  process.once('exit', () => server?.kill('SIGKILL'));
  await start();
  return {
    path,
    client(options) {
      const client = new Redis(path, { maxRetriesPerRequest: 2, ...options });
      client.on('error', () => {});
      clients.add(client);
      return client;
    },
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async remove() {
      for (const client of clients) client.disconnect();
      await end('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
