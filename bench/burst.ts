import { parseArgs } from 'node:util';
import type { LoadOptions, LoadResult } from './load.ts';
import { openStore } from './ours.ts';
import { partOptions } from './parts.ts';
import { sendLoad, startServer } from './processes.ts';
import { type ReceiverName, receivers, storeOf } from './receivers.ts';
import { type Goal, report, type Table } from './report.ts';
import { startServices, withPlace } from './services.ts';
import { figure, median, spread } from './statistics.ts';

// What comes at once, and what comes alone: a burst into a server that has only just started, and one callback at a time.

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    callbacks: { type: 'string' },
    ...partOptions,
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 1 : 2));
const callbacks = Number(values.callbacks ?? (values.quick ? 5_000 : 20_000));
const alone = values.quick ? 200 : 500;

type Load = Pick<LoadOptions, 'connections' | 'burst' | 'pauseMs'>;
const burst: Load & { burst: number } = { connections: 200, burst: callbacks };
const idle: Load & { burst: number } = { connections: 1, burst: alone, pauseMs: 10 };
const burstTargets = [
  'express5-by-hand',
  'ours-memory-express5',
  'ours-sqlite-express5',
  'ours-postgres-express5',
  'ours-redis-express5',
] as const;
const idleTargets = [
  ...burstTargets.slice(0, 3),
  'ours-sqlite-commit-each-express5',
  ...burstTargets.slice(3),
] as const;

interface Sample extends LoadResult {
  target: ReceiverName;
  kind: 'burst' | 'idle';
  round: number;
  /** Callbacks found in the store after the server was killed; undefined where it keeps none. */
  kept: number | undefined;
}

const samples: Sample[] = [];
const services = await startServices(idleTargets.map(storeOf));
try {
  for (let round = 1; round <= rounds; round += 1) {
    for (const target of burstTargets) await measure('burst', target, round);
    for (const target of idleTargets) await measure('idle', target, round);
  }
} finally {
  await services.stop();
}
await report(
  'burst',
  {
    title: 'A burst, and one at a time',
    notes: [
      `Burst: ${figure(callbacks)} callbacks over 200 connections into a server that has just started, cold. Where the store is durable, the server is killed with SIGKILL after the last answer and the callbacks in the store are counted.`,
      `One at a time: ${alone} callbacks over one connection, 10 ms between an answer and the next; the first of them find a cold server.`,
      `Rounds: ${rounds}.`,
    ],
    tables: [burstTable(), idleTable()],
    goals: goals(),
    samples,
  },
  values.out,
);

async function measure(kind: Sample['kind'], target: ReceiverName, round: number): Promise<void> {
  if (!services.has(storeOf(target))) return;
  await withPlace(services, storeOf(target), async (place) => {
    const server = await startServer('./server.ts', [target, place]);
    try {
      const { scheme } = receivers[target];
      const load = kind === 'burst' ? burst : idle;
      const sent = { port: server.port, path: '/callbacks/imtoken', scheme, warmMs: 0, measureMs: 0 };
      const result = await sendLoad({ ...sent, requests: load.burst, ...load });
      await server.stop();
      samples.push({ target, kind, round, kept: await keptIn(target, place), ...result });
      const { seconds, p99Ms } = result;
      console.log(`${kind}, round ${round}: ${target} ${seconds.toFixed(2)} s, p99 ${p99Ms.toFixed(1)} ms`);
    } finally {
      await server.stop();
    }
  });
}

async function keptIn(target: ReceiverName, place: string): Promise<number | undefined> {
  const name = storeOf(target);
  if (name === undefined || name === 'memory') return undefined;
  const store = await openStore(name, place);
  await store.ready();
  const { callbacks: kept } = await store.counts();
  await store.close();
  return kept;
}

function of(kind: Sample['kind'], target: ReceiverName): Sample[] {
  return samples.filter((one) => one.kind === kind && one.target === target);
}

function burstTable(): Table {
  const rows = burstTargets.flatMap((target) => {
    const own = of('burst', target);
    if (own.length === 0) return [];
    const kept = own.map((one) => one.kept);
    return [
      [
        target,
        spread(
          own.map((one) => one.seconds),
          2,
        ),
        figure(median(own.map((one) => one.p99Ms)), 1),
        figure(median(own.map((one) => one.worstMs)), 1),
        String(own.reduce((sum, one) => sum + one.errors, 0)),
        kept[0] === undefined ? '' : figure(Math.min(...kept.map(Number))),
      ],
    ];
  });
  const columns = ['target', 'seconds, median (min to max)', 'p99 ms', 'worst ms', 'errors', 'kept, at least'];
  return { caption: `A burst of ${figure(callbacks)}`, columns, rows };
}

function idleTable(): Table {
  const rows = idleTargets.flatMap((target) => {
    const own = of('idle', target);
    if (own.length === 0) return [];
    return [
      [
        target,
        spread(
          own.map((one) => one.p50Ms),
          2,
        ),
        figure(median(own.map((one) => one.p99Ms)), 2),
      ],
    ];
  });
  return { caption: 'One at a time', columns: ['target', 'p50 ms, median (min to max)', 'p99 ms'], rows };
}

function goals(): Goal[] {
  return burstTargets.flatMap((target) => {
    const own = of('burst', target).filter((one) => one.kept !== undefined);
    if (own.length === 0) return [];
    const kept = Math.min(...own.map((one) => Number(one.kept)));
    return [
      {
        what: `burst, ${target}: answered with 2xx and kept`,
        found: figure(kept),
        asked: figure(callbacks),
        met: kept === callbacks && own.every((one) => one.errors === 0),
      },
    ];
  });
}
