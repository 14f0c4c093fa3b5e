import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PerformanceObserver, performance } from 'node:perf_hooks';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type DepositCallbacks, depositCallbacks } from '../../lib/deposit-callbacks.ts';
import { keccak256 } from '../../lib/signatures/keccak.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import { openPolicy } from '../deposits/attacks.ts';
import { costOf, unitOfCost } from '../helpers/cost.ts';
import { providerOf } from './targets.ts';

// The receiver under measurement, in a process of its own, so that what sending costs is not counted. Run with --expose-gc.

/** What the parent asks for. */
export type Asked =
  /** A receiver with this provider alone, on a new store. */
  | { do: 'open'; target: string; secret: string; sources?: readonly string[] }
  /** Counts from here: what the processor does in all, and in the longest turn of the event loop if `turns`. */
  | { do: 'start'; turns: boolean }
  | { do: 'stop' }
  /** What a unit of cost takes, and in such units Keccak-256 over 64 KiB and inflating 1 MiB. */
  | { do: 'calibrate' }
  /** Bytes of the heap after a collection, and of the store's files; once more after all is written, if it `closes`. */
  | { do: 'weigh'; closes: boolean }
  | { do: 'end' };

/** What it answers, in microseconds of the processor, and in bytes. */
export interface Told {
  port: number;
  cpu: number;
  longestTurn: number;
  unit: number;
  keccakUnits: number;
  inflateUnits: number;
  disk: number;
  heap: number;
  path: string;
  methods: readonly string[];
}

const zeros = gzipSync(Buffer.alloc(2 ** 20));
const root = mkdtempSync(join(tmpdir(), 'deposit-callback-budget-'));
let folder = root;
let callbacks: DepositCallbacks | undefined;
// A slow parent must find its connection open.
const server = createServer({ keepAliveTimeout: 600_000 }, (req, res) => callbacks?.(req, res));
server.listen(0, '127.0.0.1');
await once(server, 'listening');

async function open({ target, secret, sources }: Extract<Asked, { do: 'open' }>): Promise<Partial<Told>> {
  await callbacks?.close(0);
  folder = mkdtempSync(join(root, 'store-'));
  const provider = await providerOf(target, secret);
  callbacks = depositCallbacks({
    providers: [{ ...provider, trustMined: true }],
    store: sqliteStore({ path: join(folder, 'deposits.db') }),
    policy: openPolicy,
    ...(sources === undefined ? {} : { sources }),
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  callbacks.on('deposit', () => {});
  await callbacks.ready();
  return { path: provider.path, methods: provider.methods };
}

const spent = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return user + system;
};
let from = process.cpuUsage();
let turn = { cpu: from, at: performance.now() };
let turns: { from: number; to: number; cpu: number }[] = [];
let collections: { from: number; to: number }[] = [];
let isWatching = false;

// What the engine collects, and when, is not the request's to answer for.
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) {
    collections.push({ from: startTime, to: startTime + duration });
  }
}).observe({ entryTypes: ['gc'] });

function watch(): void {
  const now = performance.now();
  turns.push({ from: turn.at, to: now, cpu: spent(turn.cpu) });
  turn = { cpu: process.cpuUsage(), at: performance.now() };
  if (isWatching) setImmediate(watch);
}

async function longestTurn(): Promise<number> {
  // Collections are told with a delay.
  for (let round = 0; round < 4; round += 1) await new Promise((resolve) => setTimeout(resolve, 1));
  const own = turns.filter((one) => !collections.some(({ from, to }) => from < one.to && to > one.from));
  return own.reduce((most, { cpu }) => Math.max(most, cpu), 0);
}

async function stop(): Promise<Partial<Told>> {
  const cpu = spent(from);
  if (!isWatching) return { cpu };
  isWatching = false;
  return { cpu, longestTurn: await longestTurn() };
}

async function weigh(closes: boolean): Promise<Partial<Told>> {
  await callbacks?.idle();
  for (let round = 0; round < 4; round += 1) {
    global.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const heap = process.memoryUsage().heapUsed;
  // The log of callbacks is written behind, the last of it when the receiver closes.
  if (closes) await callbacks?.close(0);
  const disk = readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
  return { disk, heap };
}

async function answer(asked: Asked): Promise<Partial<Told>> {
  switch (asked.do) {
    case 'open':
      return open(asked);
    case 'start':
      turns = [];
      collections = [];
      isWatching = asked.turns;
      from = process.cpuUsage();
      turn = { cpu: from, at: performance.now() };
      if (isWatching) setImmediate(watch);
      return {};
    case 'stop':
      return { ...(await stop()), unit: unitOfCost() };
    case 'calibrate':
      return {
        unit: unitOfCost(),
        keccakUnits: costOf(() => keccak256(Buffer.alloc(65_536, 7))),
        inflateUnits: costOf(() => gunzipSync(zeros)),
      };
    case 'weigh':
      return weigh(asked.closes);
    case 'end':
      await callbacks?.close(0);
      rmSync(root, { recursive: true, force: true });
      process.exit(0);
  }
}

process.on('message', async (asked: Asked) => void process.send?.(await answer(asked)));
process.send?.({ port: (server.address() as AddressInfo).port } satisfies Partial<Told>);
