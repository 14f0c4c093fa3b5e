import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { LoadOptions, LoadResult } from './load.ts';
import { pinned } from './machine.ts';

/** A server under measurement, in a process of its own. */
export interface ServerProcess {
  port: number;
  /** Sends it a question and resolves with its answer. */
  ask<T>(question: object): Promise<T>;
  /** `kill -9`: what is to be kept is kept already. Idempotent. */
  stop(): Promise<void>;
}

/** Starts a file of this folder that tells its port, on the first core where processes can be kept on one. */
export async function startServer(
  file: string,
  args: readonly string[],
  flags: readonly string[] = [],
): Promise<ServerProcess> {
  const node = [...flags, '--import', 'tsx'];
  const server = fork(new URL(file, import.meta.url), args, {
    execPath: pinned ? 'taskset' : process.execPath,
    execArgv: pinned ? ['-c', '0', process.execPath, ...node] : node,
  });
  const started = await Promise.race([once(server, 'message'), once(server, 'exit')]);
  const { port } = started[0] as { port?: number };
  if (port === undefined) throw new Error(`${file} ${args.join(' ')} ended before it listened`);
  return {
    port,
    async ask<T>(question: object): Promise<T> {
      server.send(question);
      const [answer] = await once(server, 'message');
      return answer as T;
    },
    async stop() {
      if (server.signalCode !== null || server.exitCode !== null) return;
      // Node writes a profile when it ends by itself, which it does when its parent lets go of it.
      if (flags.includes('--cpu-prof')) server.disconnect();
      else server.kill('SIGKILL');
      await once(server, 'exit');
    },
  };
}

/** Called when the sender begins to measure, and when it has ended. */
export interface Moments {
  begun?(): void;
  ended?(): void;
}

/** Runs the sender of load.ts. */
export function sendLoad(load: LoadOptions, moments: Moments = {}): Promise<LoadResult> {
  return runSender<LoadResult>('./load.ts', load, (line) => {
    if (line === 'measuring') moments.begun?.();
    if (line === 'measured') moments.ended?.();
  });
}

/** Runs a file of this folder on another core than the server, told by one argument; resolves with its last line of output. */
export async function runSender<T>(file: string, options: object, onLine = (_line: string): void => {}): Promise<T> {
  const node = ['--import', 'tsx', new URL(file, import.meta.url).pathname, JSON.stringify(options)];
  const sender = pinned ? spawn('taskset', ['-c', '1', process.execPath, ...node]) : spawn(process.execPath, node);
  sender.stderr.pipe(process.stderr);
  let last = '';
  for await (const line of createInterface({ input: sender.stdout })) {
    onLine(line);
    last = line;
  }
  return JSON.parse(last) as T;
}
