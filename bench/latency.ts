import { parseArgs } from 'node:util';
import { type CrediterName, crediters } from './crediters.ts';
import type { Alone, OneAtATime } from './one-at-a-time.ts';
import { partOptions } from './parts.ts';
import { runSender, startServer } from './processes.ts';
import { type Figure, report } from './report.ts';
import { startServices, withPlace } from './services.ts';
import { median, ratioOf, spread } from './statistics.ts';

// One callback at a time into a server that has nothing else to do: what a sender waits, and the customer.

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    callbacks: { type: 'string' },
    ...partOptions,
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
const count = Number(values.callbacks ?? (values.quick ? 100 : 300));
const pauseMs = 10;
const compared: readonly { store: string; ours: CrediterName; other: CrediterName }[] = [
  { store: 'SQLite', ours: 'ours over SQLite', other: 'SQLite by hand' },
  { store: 'PostgreSQL', ours: 'ours over PostgreSQL', other: 'PostgreSQL by hand' },
  { store: 'Redis', ours: 'ours over Redis', other: 'BullMQ' },
];

const samples: (Alone & { target: CrediterName; round: number })[] = [];
const services = await startServices(compared.map(({ ours }) => crediters[ours].store));
const present = compared.filter(({ ours }) => services.has(crediters[ours].store));
try {
  for (let round = 1; round <= rounds; round += 1) {
    for (const target of present.flatMap(({ ours, other }) => [other, ours])) {
      samples.push({ target, round, ...(await measure(target)) });
    }
  }
} finally {
  await services.stop();
}
const of = (target: CrediterName, field: keyof Alone): number[] =>
  samples.filter((one) => one.target === target).map((one) => one[field]);
await report(
  'latency',
  {
    title: 'One at a time',
    notes: [
      `${count} callbacks over one connection, ${pauseMs} ms between a credit and the next callback. Credited: when another connection finds the credit in the ledger, which it asks again and again, so what it takes to ask is in it for all. By hand, and with BullMQ, as in Crediting. Rounds: ${rounds}, medians.`,
    ],
    tables: [
      {
        columns: ['target', 'answered after ms, median (min to max)', 'credited after ms, median (min to max)'],
        rows: present
          .flatMap(({ ours, other }) => [other, ours])
          .map((name) => [name, spread(of(name, 'answeredMs'), 2), spread(of(name, 'creditedMs'), 2)]),
      },
    ],
    figures: Object.fromEntries(present.flatMap(figures)),
    goals: [],
    samples,
  },
  values.out,
);

function figures({ store, ours, other }: (typeof compared)[number]): [string, Figure][] {
  const middle = (target: CrediterName, field: keyof Alone): string => median(of(target, field)).toFixed(2);
  const later = samples
    .filter(({ target }) => target === ours)
    .map(({ round, creditedMs }) => {
      const beside = samples.find((one) => one.target === other && one.round === round);
      return creditedMs - (beside?.creditedMs ?? Number.NaN);
    });
  return [
    [
      `${store}: answered, ours / by hand`,
      {
        value: ratioOf(samples, { of: ours, to: other }, ({ answeredMs }) => answeredMs),
        from: `${middle(ours, 'answeredMs')} to ${middle(other, 'answeredMs')} ms`,
      },
    ],
    [
      `${store}: credited, ours later than by hand, ms`,
      { value: median(later), from: `${middle(ours, 'creditedMs')} to ${middle(other, 'creditedMs')} ms` },
    ],
  ];
}

async function measure(target: CrediterName): Promise<Alone> {
  const { store } = crediters[target];
  return withPlace(services, store, async (place) => {
    const server = await startServer('./crediting-server.ts', [target, place]);
    try {
      const options: OneAtATime = { port: server.port, store, place, count, warm: count / 2, pauseMs };
      return await runSender<Alone>('./one-at-a-time.ts', options);
    } finally {
      await server.stop();
    }
  });
}
