import { parseArgs } from 'node:util';
import type { Delivered } from './delivery-server.ts';
import { partOptions } from './parts.ts';
import { sendLoad, startServer } from './processes.ts';
import { type Goal, report } from './report.ts';
import { startServices, withPlace } from './services.ts';
import { median, spread } from './statistics.ts';

// Events a second from a store to a listener, until the last is settled: claimed under a lease, marked as handed, run, settled.

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    events: { type: 'string' },
    ...partOptions,
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 1 : 2));
const events = Number(values.events ?? (values.quick ? 3_000 : 20_000));

interface Case {
  name: string;
  store: 'sqlite' | 'postgres';
  mode: 'async' | 'atomically';
  concurrency: number;
  /** Events a second that are asked for. */
  goal?: number;
}

const cases: readonly Case[] = [
  { name: 'SQLite, async listener', store: 'sqlite', mode: 'async', concurrency: 8, goal: 10_000 },
  { name: 'SQLite, async listener, more at once', store: 'sqlite', mode: 'async', concurrency: 128 },
  { name: 'SQLite, atomically', store: 'sqlite', mode: 'atomically', concurrency: 8 },
  { name: 'SQLite, atomically, more at once', store: 'sqlite', mode: 'atomically', concurrency: 128 },
  { name: 'PostgreSQL, async listener', store: 'postgres', mode: 'async', concurrency: 8 },
  { name: 'PostgreSQL, atomically', store: 'postgres', mode: 'atomically', concurrency: 8, goal: 3_000 },
  { name: 'PostgreSQL, atomically, more at once', store: 'postgres', mode: 'atomically', concurrency: 128 },
];
const samples: { name: string; round: number; perSecond: number }[] = [];
const services = await startServices(['sqlite', 'postgres']);
try {
  for (let round = 1; round <= rounds; round += 1) {
    for (const one of cases) {
      const perSecond = await measure(one);
      samples.push({ name: one.name, round, perSecond });
      console.log(`round ${round}: ${one.name} ${Math.round(perSecond)}/s`);
    }
  }
} finally {
  await services.stop();
}
const ratesOf = (name: string): number[] => samples.filter((one) => one.name === name).map((one) => one.perSecond);
await report(
  'delivery',
  {
    title: 'Delivery',
    notes: [
      `${events} events that are owed, handed to a listener added then; timed until the last is settled. A fresh process and store each time. Rounds: ${rounds}. \`atomically\` inserts a row into a table of the user's own in the transaction that settles the event.`,
    ],
    tables: [
      {
        columns: ['what', '`delivery.concurrency`', 'events/s, median (min to max)'],
        rows: cases.map(({ name, concurrency }) => [name, String(concurrency), spread(ratesOf(name))]),
      },
    ],
    goals: cases.flatMap(({ name, goal }): Goal[] => {
      if (goal === undefined) return [];
      const found = median(ratesOf(name));
      return [{ what: `${name}, events/s`, found: found.toFixed(0), asked: `at least ${goal}`, met: found >= goal }];
    }),
    samples,
  },
  values.out,
);

async function measure({ name, store, mode, concurrency }: Case): Promise<number> {
  return withPlace(services, store, async (place) => {
    const server = await startServer('./delivery-server.ts', [store, place, mode, String(concurrency)]);
    try {
      const { errors } = await sendLoad({
        port: server.port,
        path: '/callbacks/imtoken',
        scheme: 'standard',
        connections: 50,
        warmMs: 0,
        measureMs: 0,
        requests: events,
        burst: events,
      });
      if (errors > 0) throw new Error(`${name}: ${errors} callbacks were not taken`);
      const { seconds, handled } = await server.ask<Delivered>({});
      if (handled !== events) throw new Error(`${name}: ${handled} events were handled, and ${events} were owed`);
      return events / seconds;
    } finally {
      await server.stop();
    }
  });
}
