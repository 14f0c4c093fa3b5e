import { parseArgs } from 'node:util';
import { type CrediterName, crediters } from './crediters.ts';
import type { Question } from './crediting-server.ts';
import type { LoadResult } from './load.ts';
import { partOptions } from './parts.ts';
import { type ServerProcess, sendLoad, startServer } from './processes.ts';
import { type Figure, report, type Table } from './report.ts';
import { startServices, withPlace } from './services.ts';
import { figure, median } from './statistics.ts';

// More than a receiver can take: what it answers and credits, and how long an event waits, from a quarter of the load that
// saturates it to twice that. An open loop: callbacks come when they come.

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    /** How long each load lasts; an event can only be seen to wait for as long. */
    seconds: { type: 'string' },
    connections: { type: 'string' },
    /** `SQLite,Redis` */
    stores: { type: 'string', default: 'SQLite,PostgreSQL,Redis,memory' },
    ...partOptions,
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 1 : 2));
const seconds = Number(values.seconds ?? (values.quick ? 2 : 11));
const warm = values.quick ? 1 : 3;
/** A load has gone on for so long when it is measured: its beginning is a burst. */
const rampMs = 1_000;
// Fewer than `limits.inFlight`, so that nothing is refused: what finds no connection waits at the sender.
const connections = Number(values.connections ?? 400);
const loads = [0.25, 0.5, 1, 1.5, 2] as const;
const targets = values.stores.split(',').map((store) => ({ store, target: `ours over ${store}` as CrediterName }));

interface Sample {
  store: string;
  round: number;
  /** As a share of what saturates it. */
  load: number;
  offered: number;
  answered: number;
  credited: number;
  /** Owed and not credited when the load ended. */
  behind: number;
  oldestOwedMs: number;
  p50Ms: number;
  p99Ms: number;
}

const samples: Sample[] = [];
const services = await startServices(targets.map(({ target }) => crediters[target].store));
const present = targets.filter(({ target }) => services.has(crediters[target].store));
try {
  for (let round = 1; round <= rounds; round += 1) {
    for (const { store, target } of present) {
      await withPlace(services, crediters[target].store, (place) => measure(store, target, place, round));
    }
  }
} finally {
  await services.stop();
}
await report(
  'overload',
  {
    title: 'Overload',
    notes: [
      `Callbacks that come at a fixed rate, whether or not earlier ones are answered, over at most ${connections} connections; what finds none free waits at the sender, and its wait counts. The load that saturates is what 50 connections in a closed loop get answered just before. Each load lasts ${seconds} s after one that is not measured, over connections that are open before, and all that is owed is delivered before the next; a store grows through all of them. Credits are counted in the ledger; the oldest owed event is asked for twice a second. Rounds: ${rounds}.`,
    ],
    tables: present.map(({ store }) => table(store)),
    figures: Object.assign({}, ...present.map(({ store }) => figures(store))),
    goals: [],
    samples,
  },
  values.out,
);

function table(store: string): Table {
  return {
    caption: `Over ${store}`,
    columns: ['load', 'offered/s', 'answered/s', 'credited/s', 'behind', 'oldest owed, s', 'p50 ms', 'p99 ms'],
    rows: loads.map((load) => {
      const value = (field: keyof Sample): number => middle(store, load, (one) => Number(one[field]));
      return [
        `${load} x`,
        ...(['offered', 'answered', 'credited', 'behind'] as const).map((field) => figure(value(field))),
        (value('oldestOwedMs') / 1_000).toFixed(2),
        value('p50Ms').toFixed(1),
        value('p99Ms').toFixed(1),
      ];
    }),
  };
}

function middle(store: string, load: number, value: (sample: Sample) => number): number {
  return median(samples.filter((one) => one.store === store && one.load === load).map(value));
}

function figures(store: string): Record<string, Figure> {
  const byRound = Array.from({ length: rounds }, (_, index) =>
    samples.filter((one) => one.store === store && one.round === index + 1),
  );
  const kept = byRound.map((round) => {
    const peak = Math.max(...round.map(({ credited }) => credited));
    return Math.min(...round.map(({ credited, offered }) => credited / Math.min(offered, peak)));
  });
  const oldest = byRound.map((round) => Math.max(...round.map(({ oldestOwedMs }) => oldestOwedMs / 1_000)));
  const p50 = middle(store, 0.5, ({ p50Ms }) => p50Ms);
  const p99 = middle(store, 0.5, ({ p99Ms }) => p99Ms);
  return {
    [`${store}: credited at any load / what is offered, or the peak`]: { value: median(kept) },
    [`${store}: oldest owed event, s`]: { value: median(oldest) },
    [`${store}: p99 / p50 at half load`]: {
      value: middle(store, 0.5, (one) => one.p99Ms / one.p50Ms),
      from: `${p99.toFixed(1)} to ${p50.toFixed(1)} ms`,
    },
  };
}

async function measure(store: string, target: CrediterName, place: string, round: number): Promise<void> {
  const server = await startServer('./crediting-server.ts', [target, place]);
  try {
    let from = 0;
    const closed = { connections: 50, warmMs: warm * 1_000, measureMs: warm * 1_000, requests: 80_000 };
    const saturating = (await sendLoad({ ...to(server), ...closed })).perSecond;
    from += closed.requests;
    await idle(server);
    for (const load of loads) {
      const offered = saturating * load;
      const requests = Math.ceil(offered * (seconds + rampMs / 1_000 + 0.5));
      const sample = await underLoad(server, { offered, requests, from });
      samples.push({ store, round, load, offered, ...sample });
      console.log(
        `round ${round}, ${store}, ${load} x ${figure(saturating)}/s: answered ${figure(sample.answered)}/s, credited ${figure(sample.credited)}/s, ${figure(sample.behind)} behind, oldest owed ${(sample.oldestOwedMs / 1_000).toFixed(2)} s`,
      );
      from += requests;
      await idle(server);
    }
  } finally {
    await server.stop();
  }
}

async function underLoad(
  server: ServerProcess,
  { offered, requests, from }: { offered: number; requests: number; from: number },
): Promise<Omit<Sample, 'store' | 'round' | 'load' | 'offered'>> {
  const startedAt = await credited(server);
  // One question at a time: the server answers in order, and does not say which.
  let watch: ReturnType<typeof watchOldest> | undefined;
  let begunAt: Promise<number> | undefined;
  let endedAt: Promise<number> | undefined;
  const load: LoadResult = await sendLoad(
    { ...to(server), connections, warmMs: rampMs, measureMs: seconds * 1_000, perSecond: offered, requests, from },
    {
      begun() {
        begunAt = credited(server).finally(() => {
          watch = watchOldest(server);
        });
      },
      ended() {
        endedAt = watch?.end().then(() => credited(server));
      },
    },
  );
  const first = (await begunAt) ?? startedAt;
  const last = (await endedAt) ?? 0;
  if (load.errors > 0) throw new Error(`${load.errors} callbacks were not taken at ${offered.toFixed(0)} a second`);
  const { perSecond: answered, p50Ms, p99Ms, acceptedInAll } = load;
  return {
    answered,
    credited: (last - first) / load.seconds,
    behind: Math.max(0, acceptedInAll - (last - startedAt)),
    oldestOwedMs: (await watch?.end()) ?? 0,
    p50Ms,
    p99Ms,
  };
}

/** Asks twice a second for the age of the oldest owed event; `end` resolves with the greatest. */
function watchOldest(server: ServerProcess): { end(): Promise<number> } {
  let greatest = 0;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      const question: Question = { ask: 'oldest owed' };
      const { oldestOwedAt } = await server.ask<{ oldestOwedAt?: number }>(question);
      if (oldestOwedAt !== undefined) greatest = Math.max(greatest, Date.now() - oldestOwedAt);
    }
  })();
  return {
    async end() {
      isOver = true;
      await watching;
      return greatest;
    },
  };
}

async function credited(server: ServerProcess): Promise<number> {
  const question: Question = { ask: 'credited' };
  return (await server.ask<{ credited: number }>(question)).credited;
}

async function idle(server: ServerProcess): Promise<void> {
  const question: Question = { ask: 'idle' };
  await server.ask(question);
}

function to({ port }: ServerProcess): { port: number; path: string; scheme: 'standard' } {
  return { port, path: '/callbacks/imtoken', scheme: 'standard' };
}
