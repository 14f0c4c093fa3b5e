import { connect, type Socket } from 'node:net';
import { makeRequests, type Scheme } from './requests.ts';

// The sender, a process of its own on another core than the server. A closed loop: each connection sends its next request when
// the answer is there; or, told how many a second, an open one: requests are due when they are due, and one for which no
// connection is free waits here. Told by its argument, it prints `measuring` when it begins to measure, `measured` when that has
// ended, and then one line of JSON.

export interface LoadOptions {
  port: number;
  path: string;
  scheme: Scheme;
  connections: number;
  warmMs: number;
  measureMs: number;
  /** How many different requests there are; they are sent again when all have been. */
  requests: number;
  /** The number of the first request, where a server is measured more than once. Default 0. */
  from?: number;
  /** Sends this many requests and stops, in place of a time: a burst. */
  burst?: number;
  /** How long a connection rests between an answer and its next request. Default 0. */
  pauseMs?: number;
  /** An open loop: requests that are due each second, whether or not the earlier ones are answered. */
  perSecond?: number;
}

export interface LoadResult {
  /** Answers a second. */
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  worstMs: number;
  answers: number;
  /** Answers that were no 2xx. */
  errors: number;
  seconds: number;
  /** Of an open loop: requests that were due at the end and had not been sent. */
  unsent: number;
  /** Answers with 2xx from the first request on, before the measurement too. */
  acceptedInAll: number;
}

interface Connection {
  socket: Socket;
  /** When the request was sent, or was due in an open loop. */
  since: number;
  pending: string;
}

const options = JSON.parse(process.argv[2] ?? '{}') as LoadOptions;
const pool = makeRequests(options.scheme, options.requests, options.path, options.from);
const isOpen = options.perSecond !== undefined;
const free: Connection[] = [];
const due: number[] = [];
/** Those before it are sent: a long list is slow to shift. */
let firstDue = 0;
const latencies: number[] = [];
let next = 0;
let measuring = options.burst !== undefined;
let stopped = false;
let errors = 0;
let acceptedInAll = 0;
let connected = 0;
let allConnected: (() => void) | undefined;
let finish: (() => void) | undefined;

function send(connection: Connection, since: number): void {
  const { socket } = connection;
  if (stopped || next >= (options.burst ?? Number.POSITIVE_INFINITY)) {
    socket.destroy();
    return;
  }
  const request = pool[next % pool.length];
  next += 1;
  connection.since = since;
  if (request) socket.write(request);
}

/** In an open loop the oldest that is due, if any is; otherwise the next at once. */
function sendNext(connection: Connection): void {
  if (!isOpen) {
    if (options.pauseMs === undefined) send(connection, performance.now());
    else setTimeout(() => send(connection, performance.now()), options.pauseMs);
    return;
  }
  const since = due[firstDue];
  if (since === undefined) {
    free.push(connection);
    return;
  }
  firstDue += 1;
  send(connection, since);
}

function open(): void {
  const socket: Socket = connect(options.port, '127.0.0.1');
  const connection: Connection = { socket, since: 0, pending: '' };
  socket.setNoDelay(true);
  socket.on('connect', () => {
    connected += 1;
    if (connected === options.connections) allConnected?.();
    if (isOpen) sendNext(connection);
    else send(connection, performance.now());
  });
  socket.on('error', () => {
    errors += 1;
  });
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    connection.pending += text;
    if (!isWhole(connection.pending)) return;
    count(connection);
    connection.pending = '';
    sendNext(connection);
  });
}

function count({ pending, since }: Connection): void {
  const isAccepted = pending.startsWith('HTTP/1.1 2');
  if (isAccepted) acceptedInAll += 1;
  if (!measuring) return;
  latencies.push(performance.now() - since);
  if (!isAccepted) errors += 1;
  if (latencies.length === options.burst) finish?.();
}

function isWhole(answer: string): boolean {
  const end = answer.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(answer);
  if (length) return answer.length >= end + 4 + Number(length[1]);
  return /\r\ntransfer-encoding: chunked/i.test(answer) ? answer.endsWith('0\r\n\r\n') : true;
}

/** Makes requests due, a few each millisecond. */
function keepDue(perSecond: number): void {
  const begun = performance.now();
  let made = 0;
  setInterval(() => {
    const now = performance.now();
    for (const until = ((now - begun) * perSecond) / 1_000; made < until; made += 1) {
      const connection = free.pop();
      if (connection) send(connection, now);
      else due.push(now);
    }
  }, 1);
}

const over = new Promise<void>((resolve) => {
  finish = resolve;
});
let startedAt = performance.now();
if (options.burst !== undefined) process.stdout.write('measuring\n');
const opened = new Promise<void>((resolve) => {
  allConnected = resolve;
});
for (let index = 0; index < options.connections; index += 1) open();
if (options.perSecond !== undefined) {
  // Hundreds of connections that begin at once hold a server up for longer than any of their requests.
  await opened;
  keepDue(options.perSecond);
}
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
process.stdout.write('measured\n');
const sorted = latencies.sort((a, b) => a - b);
const result: LoadResult = {
  perSecond: sorted.length / seconds,
  p50Ms: sorted[Math.floor(sorted.length * 0.5)] ?? 0,
  p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
  worstMs: sorted.at(-1) ?? 0,
  answers: sorted.length,
  errors,
  seconds,
  unsent: due.length - firstDue,
  acceptedInAll,
};
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
