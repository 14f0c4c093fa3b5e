import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
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

/** Runs the sender on another core than the server. `onBegin` is called when it begins to measure. */
export async function sendLoad(load: LoadOptions, onBegin = (): void => {}): Promise<LoadResult> {
  const node = ['--import', 'tsx', new URL('./load.ts', import.meta.url).pathname, JSON.stringify(load)];
  const sender = pinned ? spawn('taskset', ['-c', '1', process.execPath, ...node]) : spawn(process.execPath, node);
  sender.stderr.pipe(process.stderr);
  let printed = '';
  sender.stdout.on('data', (chunk: Buffer) => {
    if (printed === '') onBegin();
    printed += chunk;
  });
  await once(sender, 'close');
  return JSON.parse(printed.slice(printed.indexOf('\n'))) as LoadResult;
}
