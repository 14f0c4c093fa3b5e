import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DepositCallbacks, depositCallbacks } from '../../lib/deposit-callbacks.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import { openPolicy } from '../deposits/attacks.ts';
import { unitOfCost } from '../helpers/cost.ts';
import { bareHeader, readAndRefuse } from './bare.ts';
import { loopTime } from './loop-time.ts';
import { providerOf } from './targets.ts';

// The receiver under measurement, in a process of its own, so that what sending costs is not counted. Measured is how long the event
// loop is held: what threads of the pool do meanwhile is nobody's wait. Run with --expose-gc.

/** What the parent asks for. */
export type Asked =
  /** A receiver with these providers alone, on a new store. */
  | { do: 'open'; targets: readonly Target[]; sources?: readonly string[] }
  /** Counts from here how long the event loop is held. */
  | { do: 'start' }
  | { do: 'stop' }
  /** What a unit of cost takes. */
  | { do: 'calibrate' }
  /** Bytes of the heap after a collection, and of the store's files; once more after all is written, if it `closes`. */
  | { do: 'weigh'; closes: boolean }
  | { do: 'end' };

/** One of the names of what is measured, and its secret. */
export interface Target {
  name: string;
  secret: string;
}

/** What it answers, in microseconds and in bytes. */
export interface Told {
  port: number;
  held: number;
  unit: number;
  disk: number;
  heap: number;
  opened: readonly { path: string; methods: readonly string[] }[];
}

const root = mkdtempSync(join(tmpdir(), 'deposit-callback-budget-'));
let folder = root;
let callbacks: DepositCallbacks | undefined;
// A slow parent must find its connection open.
const server = createServer({ keepAliveTimeout: 600_000 }, (req, res) => {
  if (req.headers[bareHeader] === undefined) callbacks?.(req, res);
  else readAndRefuse(req, res);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');

async function open({ targets, sources }: Extract<Asked, { do: 'open' }>): Promise<Partial<Told>> {
  await callbacks?.close(0);
  folder = mkdtempSync(join(root, 'store-'));
  const providers = await Promise.all(targets.map(({ name, secret }) => providerOf(name, secret)));
  callbacks = depositCallbacks({
    providers: providers.map((provider) => ({ ...provider, trustMined: true })),
    store: sqliteStore({ path: join(folder, 'deposits.db') }),
    policy: openPolicy,
    ...(sources === undefined ? {} : { sources }),
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  callbacks.on('deposit', () => {});
  await callbacks.ready();
  return { opened: providers.map(({ path, methods }) => ({ path, methods })) };
}

let before = 0;

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
      before = await loopTime();
      return {};
    case 'stop':
      return { held: (await loopTime()) - before, unit: unitOfCost() };
    case 'calibrate':
      return { unit: unitOfCost() };
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
