import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { type LocalRegistry, startRegistry } from './local-registry.ts';

/** An empty folder and a shell in it, for which npm has a registry of its own. */
export interface EmptyProject {
  folder: string;
  /** Types a line into the shell, and gives what it printed; fails if it does not exit with 0. */
  type(line: string): Promise<string>;
  /** Types a line that goes on, and resolves once it prints this. */
  start(line: string, until: RegExp): Promise<RunningLine>;
}

/** A line that has been typed and goes on. */
export interface RunningLine {
  /** Resolves once it has printed this. */
  until(pattern: RegExp): Promise<void>;
}

let shared: Promise<{ registry: LocalRegistry; cache: string }> | undefined;

async function share(): Promise<{ registry: LocalRegistry; cache: string }> {
  const [registry, cache] = await Promise.all([
    startRegistry(),
    mkdtemp(join(freeFolder(), 'deposit-callback-cache-')),
  ]);
  return { registry, cache };
}

/** Ends what the projects share: the registry, and npm's cache. */
export async function closeRegistry(): Promise<void> {
  const { registry, cache } = (await shared) ?? {};
  registry?.close();
  if (cache !== undefined) await rm(cache, { recursive: true, force: true });
  shared = undefined;
}

export async function emptyProject(t: TestContext, env: Readonly<Record<string, string>> = {}): Promise<EmptyProject> {
  shared ??= share();
  const { registry, cache } = await shared;
  const base = await mkdtemp(join(freeFolder(), 'deposit-callback-project-'));
  t.after(() => rm(base, { recursive: true, force: true }));
  const folder = join(base, 'deposits');
  await mkdir(folder);
  // What is installed here was built here: its scripts need not run.
  const settings = { registry: registry.url, cache, 'ignore-scripts': true, audit: false, fund: false };
  const npmrc = join(base, 'npmrc');
  await writeFile(
    npmrc,
    Object.entries({ ...settings, 'update-notifier': false })
      .map((one) => one.join('='))
      .join('\n'),
  );
  const { NODE_TEST_CONTEXT: _, CALLBACK_SECRET: _s, ...inherited } = process.env;
  const shell = (line: string): ChildProcess =>
    spawn('sh', ['-c', line], {
      cwd: folder,
      env: { ...inherited, HOME: base, NPM_CONFIG_USERCONFIG: npmrc, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
  return {
    folder,
    async type(line) {
      const child = shell(line);
      const said = hear(child);
      const [code] = (await once(child, 'close')) as [number | null];
      if (code !== 0) throw new Error(`${line} ended with ${code}: ${said.text}`);
      return said.text;
    },
    async start(line, until) {
      const child = shell(line);
      const said = hear(child);
      t.after(async () => {
        if (child.exitCode !== null || child.pid === undefined) return;
        process.kill(-child.pid, 'SIGKILL');
        await once(child, 'close');
      });
      const running: RunningLine = {
        async until(pattern) {
          while (!pattern.test(said.text)) {
            if (child.exitCode !== null) throw new Error(`${line} ended with ${child.exitCode}: ${said.text}`);
            await Promise.race([said.more(), once(child, 'close')]);
          }
        },
      };
      await running.until(until);
      return running;
    },
  };
}

/** Text that a process has written to both of its outputs. */
function hear(child: ChildProcess): { text: string; more(): Promise<unknown> } {
  const said = {
    text: '',
    more: () => Promise.race([child.stdout, child.stderr].map((stream) => stream && once(stream, 'data'))),
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said.text += text;
    });
  }
  return said;
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('No port');
  return address.port;
}

// npm takes the nearest folder above that has a package.json for the project.
function freeFolder(): string {
  const found = [tmpdir(), '/var/tmp', '/dev/shm'].find((folder) => existsSync(folder) && isFree(folder));
  if (found === undefined) throw new Error(`There is a package.json in or above ${tmpdir()}: remove it`);
  return found;
}

function isFree(folder: string): boolean {
  if (existsSync(join(folder, 'package.json')) || existsSync(join(folder, 'node_modules'))) return false;
  return dirname(folder) === folder || isFree(dirname(folder));
}
