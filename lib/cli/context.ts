import type { Command } from 'commander';
import { createOutput, type Output } from './output.ts';

/** What a verb gets from the process. */
export interface Context {
  output: Output;
  env: Readonly<Record<string, string | undefined>>;
  /** Whole standard input. */
  stdin(): Promise<Buffer>;
  /** Where a person can be asked: undefined if input or output is no terminal. */
  terminal?: { input: NodeJS.ReadableStream; output: NodeJS.WritableStream };
  /** Resolves when the process is asked to stop. */
  stopped(): Promise<void>;
  now(): number;
}

/** Puts one verb on the program; its action returns the exit code through `finish`. */
export type AddVerb = (program: Command, context: Context, finish: (code: number) => void) => void;

/** The context of this process. A reader that goes away (`log | head`) ends it quietly. */
export function createContext(process: NodeJS.Process): Context {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 3);
  });
  return {
    output: createOutput(process.stdout, process.stderr, process.env),
    env: process.env,
    async stdin() {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
      return Buffer.concat(chunks);
    },
    ...(process.stdin.isTTY && process.stdout.isTTY
      ? { terminal: { input: process.stdin, output: process.stdout } }
      : {}),
    stopped: () =>
      new Promise((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
      }),
    now: Date.now,
  };
}
