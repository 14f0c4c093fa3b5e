import { connect, type Socket } from 'node:net';
import { makeRequests, type Scheme } from './requests.ts';

// A closed-loop sender: each connection sends its next request when the answer is there. It runs as a process of its own
// on another core than the server; told by its argument, it prints `measuring` when it begins to measure, and then one line of JSON.

export interface LoadOptions {
  port: number;
  path: string;
  scheme: Scheme;
  connections: number;
  warmMs: number;
  measureMs: number;
  requests: number;
  /** Sends this many requests and stops, in place of a time: a burst. */
  burst?: number;
  /** How long a connection rests between an answer and its next request. Default 0. */
  pauseMs?: number;
}

export interface LoadResult {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  worstMs: number;
  answers: number;
  /** Answers that were no 2xx. */
  errors: number;
  seconds: number;
}

const options = JSON.parse(process.argv[2] ?? '{}') as LoadOptions;
const pool = makeRequests(options.scheme, options.requests, options.path);
let next = 0;
let measuring = options.burst !== undefined;
let stopped = false;
let errors = 0;
const latencies: number[] = [];
let startedAt = performance.now();
let finish: (() => void) | undefined;

function run(): void {
  const socket: Socket = connect(options.port, '127.0.0.1');
  socket.setNoDelay(true);
  let sentAt = 0;
  let pending = '';
  const send = (): void => {
    if (stopped || next >= (options.burst ?? Number.POSITIVE_INFINITY)) {
      socket.destroy();
      return;
    }
    const request = pool[next % pool.length];
    next += 1;
    sentAt = performance.now();
    if (request) socket.write(request);
  };
  socket.on('connect', send);
  socket.on('error', () => {
    errors += 1;
  });
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    pending += text;
    if (!isWhole(pending)) return;
    if (measuring) {
      latencies.push(performance.now() - sentAt);
      if (!pending.startsWith('HTTP/1.1 2')) errors += 1;
      if (latencies.length === options.burst) finish?.();
    }
    pending = '';
    if (options.pauseMs === undefined) send();
    else setTimeout(send, options.pauseMs);
  });
}

function isWhole(answer: string): boolean {
  const end = answer.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(answer);
  if (length) return answer.length >= end + 4 + Number(length[1]);
  return /\r\ntransfer-encoding: chunked/i.test(answer) ? answer.endsWith('0\r\n\r\n') : true;
}

const over = new Promise<void>((resolve) => {
  finish = resolve;
});
startedAt = performance.now();
if (options.burst !== undefined) process.stdout.write('measuring\n');
for (let index = 0; index < options.connections; index += 1) run();
if (options.burst === undefined) {
  await new Promise((resolve) => setTimeout(resolve, options.warmMs));
  measuring = true;
  process.stdout.write('measuring\n');
  startedAt = performance.now();
  setTimeout(() => finish?.(), options.measureMs);
}
await over;
const seconds = (performance.now() - startedAt) / 1_000;
stopped = true;
const sorted = latencies.sort((a, b) => a - b);
const result: LoadResult = {
  perSecond: sorted.length / seconds,
  p50Ms: sorted[Math.floor(sorted.length * 0.5)] ?? 0,
  p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
  worstMs: sorted.at(-1) ?? 0,
  answers: sorted.length,
  errors,
  seconds,
};
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
