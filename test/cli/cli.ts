import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createOutput } from '../../lib/cli/output.ts';
import { run as runProgram } from '../../lib/cli/program.ts';
import { type DepositCallbacks, depositCallbacks } from '../../lib/deposit-callbacks.ts';
import type { Options } from '../../lib/options.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { type SqliteDatabase, type SqliteStore, sqliteStore } from '../../lib/stores/sqlite.ts';
import { alice, callbackBody, ether, type Sent, secret, signed, usdt } from '../helpers/deposits.ts';
import { keepLog, send, serve } from '../helpers/serve.ts';

const main = fileURLToPath(new URL('../../lib/cli/main.ts', import.meta.url));
const built = fileURLToPath(new URL('../../dist/cjs/cli/main.js', import.meta.url));
const tsx = import.meta.resolve('tsx');

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  env?: Record<string, string>;
  input?: string | Buffer;
  cwd?: string;
  /** The command as it is published: it starts faster. Default: unless there is a configuration, which imports sources. */
  isBuilt?: boolean;
  /** Of a person at a terminal, line by line; only of `runHere`. */
  answers?: readonly string[];
}

function start(
  args: readonly string[],
  { env = {}, cwd, isBuilt = !args.includes('--config') }: RunOptions,
): ChildProcessWithoutNullStreams {
  const { CALLBACK_SECRET: _, DEPOSIT_CALLBACK_STORE: _s, DEPOSIT_CALLBACK_CONFIG: _c, ...others } = process.env;
  // In English, whoever runs the tests.
  const { LC_ALL: _a, LC_MESSAGES: _m, LANG: _l, ...inherited } = others;
  const program = isBuilt ? [built] : ['--import', tsx, main];
  return spawn(process.execPath, [...program, ...args], {
    env: { ...inherited, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
}

/** Runs the command line as a process of its own, to its end. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const child = start(args, options);
  const ran: Ran = { code: null, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (ran.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (ran.stderr += text));
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  [ran.code] = (await once(child, 'close')) as [number | null];
  return ran;
}

/** Runs the command line in this process: for the many runs of which only the first must prove that the program starts. */
export async function runHere(
  args: readonly string[],
  { env = {}, input = '', answers }: RunOptions = {},
): Promise<Ran> {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const said = { stdout: text(streams.stdout), stderr: text(streams.stderr) };
  const terminal =
    answers === undefined ? undefined : { input: typed(answers, streams.stdout), output: streams.stdout };
  const code = await runProgram(args, {
    output: createOutput(streams.stdout, streams.stderr, env),
    env,
    stdin: async () => Buffer.from(input),
    stopped: () => new Promise(() => {}),
    now: Date.now,
    ...(terminal === undefined ? {} : { terminal }),
  });
  for (const stream of [streams.stdout, streams.stderr]) stream.end();
  const [stdout, stderr] = await Promise.all([said.stdout, said.stderr]);
  return { code, stdout, stderr };
}

/** What a person types: the next line once a question is there, and the end of input after the last. */
function typed(answers: readonly string[], shown: PassThrough): PassThrough {
  const input = new PassThrough();
  const left = [...answers];
  const write = shown.write.bind(shown);
  shown.write = (text: string) => {
    if (/: $/.test(text)) setImmediate(() => (left.length === 0 ? input.end() : input.write(`${left.shift()}\n`)));
    return write(text);
  };
  return input;
}

export interface Running {
  ran: Ran;
  /** Resolves with the match when either stream holds it. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  stop(): Promise<Ran>;
}

/** Starts the command line and leaves it running until the test is over. */
export function runOn(t: TestContext, args: readonly string[], options: RunOptions = {}): Running {
  const child = start(args, options);
  const ran: Ran = { code: null, stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  const hear = (name: 'stdout' | 'stderr') => (text: string) => {
    ran[name] += text;
    for (const look of waiting) look();
  };
  child.stdout.setEncoding('utf8').on('data', hear('stdout'));
  child.stderr.setEncoding('utf8').on('data', hear('stderr'));
  const closed = once(child, 'close').then(([code]) => {
    ran.code = code as number | null;
    for (const look of waiting) look();
  });
  t.after(() => void child.kill('SIGKILL'));
  return {
    ran,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        // Only where the test fails already.
        const tooLong = setTimeout(() => reject(new Error(`${pattern} did not come: ${ran.stderr}`)), 20_000);
        const look = (): void => {
          const found = pattern.exec(ran.stdout) ?? pattern.exec(ran.stderr);
          if (found === null && ran.code === null) return;
          waiting.delete(look);
          clearTimeout(tooLong);
          if (found === null) reject(new Error(`It ended with ${ran.code} before ${pattern}: ${ran.stderr}`));
          else resolve(found);
        };
        waiting.add(look);
        look();
      }),
    async stop() {
      child.kill('SIGTERM');
      await closed;
      return ran;
    },
  };
}

export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'deposit-callback-cli-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface Service {
  callbacks: DepositCallbacks<SqliteDatabase>;
  store: SqliteStore;
  path: string;
  folder: string;
  port: number;
  /** Signs and sends a callback of the imToken profile; resolves when what it caused is over. */
  receive(sent?: Sent & { symbol?: string }, over?: { secret?: string; id?: string; now?: number }): Promise<number>;
}

/** A service with a SQLite store that the command line looks into. */
export async function service(t: TestContext, options: Partial<Options<SqliteDatabase>> = {}): Promise<Service> {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'deposits.db');
  const store = sqliteStore({ path });
  const callbacks = depositCallbacks({
    providers: [imtoken({ secrets: [secret] })],
    store,
    policy,
    logger: keepLog(),
    ...options,
  });
  await callbacks.ready();
  t.after(() => callbacks.close());
  const port = await serve(t, callbacks);
  return {
    callbacks,
    store,
    path,
    folder,
    port,
    async receive({ symbol, ...sent } = {}, over) {
      const body = callbackBody(sent) as { data: object };
      if (symbol !== undefined) body.data = { ...body.data, symbol };
      const { status } = await send(port, { path: '/imtoken', ...signed(body, over) });
      await callbacks.idle();
      return status;
    },
  };
}

export const policy: Options['policy'] = {
  assets: [
    { asset: usdt, decimals: 6 },
    { asset: ether, decimals: 18 },
  ],
  isOurs: ({ address }) => address === alice,
};

const lib = new URL('../../lib/', import.meta.url).href;

/** A module with the options of a service over the store at `path`, as an operator would write it. */
export async function writeConfig(folder: string, path: string, more = ''): Promise<string> {
  const file = join(folder, 'callbacks.config.mjs');
  await writeFile(
    file,
    `import { imtoken } from '${lib}providers/imtoken.ts';
import { sqliteStore } from '${lib}stores/sqlite.ts';
export const options = {
  providers: [imtoken({ secrets: [${JSON.stringify(secret)}] })],
  store: sqliteStore({ path: ${JSON.stringify(path)} }),
  policy: {
    assets: [{ asset: '${usdt}', decimals: 6 }, { asset: '${ether}', decimals: 18 }],
    isOurs: ({ address }) => address === '${alice}',
  },
  ${more}
};
`,
  );
  return file;
}
