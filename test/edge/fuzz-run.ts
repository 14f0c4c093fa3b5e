import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { secrets } from './fuzz-senders.ts';
import type { FuzzReport } from './fuzz-server.ts';
import { makeSession, type Session } from './fuzz-session.ts';
import { type Response, readResponses } from './responses.ts';

/** What a run has done, and what was wrong: nothing, or lines that begin with the seed that shows it again. */
export interface FuzzResult {
  /** Those that reached the receiver. */
  requests: number;
  sessions: number;
  taken: number;
  credited: number;
  statuses: Readonly<Record<string, number>>;
  faults: readonly string[];
}

export interface FuzzOptions {
  /** The first session's seed; the others follow by one. */
  seed: number;
  requests: number;
  /** Sessions at the same time. */
  connections?: number;
  /** Seeds that are run first: those that once found something. */
  kept?: readonly number[];
}

/** How long a connection may be without an answer before it counts as hung. */
const hungMs = 20_000;
const everySessions = 100;
// A stack, a path of a file, or the name of a module: nothing of it is a sender's business.
const inside = /node_modules|\bat \S+ \(|\.[cm]?[jt]s:\d|Error:/;

/** Sends a server in a process of its own what senders should not send, and looks at all that comes back. */
export async function fuzz({ seed, requests, connections = 24, kept = [] }: FuzzOptions): Promise<FuzzResult> {
  const server = await startServer();
  const result = { requests: 0, sessions: 0, taken: 0, credited: 0, statuses: {} as Record<string, number> };
  const faults: string[] = [];
  const genuine = new Set<string>();
  const seeds = [...kept].reverse();
  let next = seed;

  const runOne = async (): Promise<void> => {
    const session = makeSession(seeds.pop() ?? next++);
    result.sessions += 1;
    for (const request of session.requests) if (request.genuine !== undefined) genuine.add(request.genuine);
    const { text, hung } = await converse(server.ports[session.server] ?? 0, session);
    const responses = responsesOf(session, text);
    for (const { status } of responses) result.statuses[status] = (result.statuses[status] ?? 0) + 1;
    faults.push(...faultsOf(session, responses, text, hung).map((fault) => `seed ${session.seed}: ${fault}`));
  };

  const check = async (last: boolean): Promise<void> => {
    const report = await server.ask(last ? 'end' : 'report');
    result.requests += report.requests;
    result.taken += report.taken.length;
    result.credited += report.credited.length;
    for (const key of report.taken) if (!genuine.has(key)) faults.push(`a forgery was taken: ${key}`);
    for (const line of report.leaks) faults.push(`a secret is in the log: ${line}`);
  };

  const work = async (): Promise<void> => {
    while (result.requests < requests && faults.length === 0 && server.fault() === undefined) {
      await runOne();
      if (result.sessions % everySessions === 0) await check(false);
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, work));
    // One that is at fault is not asked to end, and would never.
    if (server.fault() === undefined) await check(true);
    else server.process.kill('SIGKILL');
    await server.ended();
  } finally {
    server.process.kill('SIGKILL');
  }
  const fault = server.fault();
  if (fault !== undefined) faults.push(`sessions up to seed ${next}: ${fault}`);
  return { ...result, faults };
}

/** Writes the session's bytes, and reads until each request has its answer or the connection is closed. */
async function converse(port: number, session: Session): Promise<{ text: string; hung: boolean }> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.setNoDelay(true).on('error', () => {});
  const methods = session.requests.map((request) => request.method);
  const chunks: string[] = [];
  let hung = false;
  const over = new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      hung = true;
      socket.destroy();
    }, hungMs);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    chunks.push(chunk);
    if (session.kind === 'framed' && readResponses(chunks.join(''), methods).length >= methods.length) socket.destroy();
  });
  // The server has said all that it will.
  socket.once('end', () => socket.destroy());
  for (const part of session.writes) {
    if (!socket.writable) break;
    socket.write(part);
    if (session.writes.length > 1) await turn();
  }
  if (session.after === 'half-close') socket.end();
  // After the bytes have left: what is destroyed at once would never be sent.
  if (session.after === 'destroy') socket.end(() => socket.destroy());
  await over;
  return { text: chunks.join(''), hung };
}

function responsesOf(session: Session, text: string): Response[] {
  // Of bytes that are no requests, nobody can say which answer belongs to a HEAD.
  return readResponses(text, session.kind === 'broken' ? [] : session.requests.map((request) => request.method));
}

function faultsOf(session: Session, responses: readonly Response[], text: string, hung: boolean): string[] {
  const faults: string[] = [];
  const { requests, kind } = session;
  if (hung) faults.push(`a connection of kind ${kind} hung with ${responses.length} of ${requests.length} answers`);
  const leaked = secrets.find((secret) => text.includes(secret)) ?? inside.exec(text)?.[0];
  if (leaked !== undefined) faults.push(`the answer holds ${leaked}`);
  responses.forEach((response, index) => {
    const request = kind === 'broken' ? undefined : requests[index];
    const ours = response.status === 503 && session.forwards && response.body.includes('"SOURCE_UNKNOWN"');
    const told = `request ${index} (${request?.method} ${request?.target.slice(0, 80)}): ${response.status} ${response.body.slice(0, 200)}`;
    if (response.status >= 500 && !ours) faults.push(`a 5xx that is not ours to give; ${told}`);
    if (request === undefined || kind !== 'framed') return;
    if (request.expect === 'taken' && response.status !== 200) faults.push(`a right callback was not taken; ${told}`);
    if (request.expect === 'refused' && response.status < 400) faults.push(`it should be refused; ${told}`);
  });
  const mayEnd = requests.slice(0, responses.length + 1).some((request) => request.mayClose);
  if (kind === 'framed' && responses.length < requests.length && !mayEnd) {
    faults.push(`the connection ended after ${responses.length} of ${requests.length} answers`);
  }
  return faults;
}

interface Server {
  process: ChildProcess;
  ports: readonly number[];
  ask(what: 'report' | 'end'): Promise<FuzzReport>;
  /** Resolves when the process has ended. */
  ended(): Promise<unknown>;
  /** What is wrong with the process: that it ended, or what it wrote on stderr. */
  fault(): string | undefined;
}

async function startServer(): Promise<Server> {
  const child = fork(new URL('./fuzz-server.ts', import.meta.url), {
    // Express reads a request's target by Node's old parser, which warns of an impossible port once in a process.
    execArgv: ['--import', 'tsx', '--disable-warning=DEP0170'],
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  let written = '';
  let exit: string | undefined;
  let asking: Promise<unknown> = Promise.resolve();
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    written += text;
  });
  const ended = once(child, 'exit').then(([code, signal]) => {
    exit = `${code ?? signal}`;
  });
  const hear = async (): Promise<unknown> => {
    const [message] = await Promise.race([once(child, 'message'), ended.then(() => [undefined])]);
    return message;
  };
  const told = (await hear()) as { ports: number[] } | undefined;
  assert.ok(told, `The server did not start: ${written}`);
  return {
    process: child,
    ports: told.ports,
    ask(what) {
      const answer = asking.then(async () => {
        child.send(what);
        return ((await hear()) ?? { taken: [], credited: [], leaks: [], requests: 0 }) as FuzzReport;
      });
      asking = answer;
      return answer;
    },
    ended: () => ended,
    fault: () => {
      if (exit !== undefined && exit !== '0') return `the server ended with ${exit}: ${written.slice(0, 2_000)}`;
      return written === '' ? undefined : `the server wrote on stderr: ${written.slice(0, 2_000)}`;
    },
  };
}
