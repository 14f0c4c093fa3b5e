import { parseArgs } from 'node:util';
import { type CrediterName, crediters, isOurs } from './crediters.ts';
import type { Question } from './crediting-server.ts';
import { partOptions } from './parts.ts';
import { sendLoad, startServer } from './processes.ts';
import { type Figure, report } from './report.ts';
import { startServices, withPlace } from './services.ts';
import { figure, median, ratioOf, spread } from './statistics.ts';

// Callbacks that are answered and deposits that are credited in the same seconds: who receives faster than he credits falls behind.

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    warm: { type: 'string' },
    connections: { type: 'string' },
    /** Part of the names of those to measure. */
    only: { type: 'string' },
    ...partOptions,
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
const seconds = Number(values.seconds ?? (values.quick ? 1 : 4));
const warm = Number(values.warm ?? (values.quick ? 1 : 3));
const connections = Number(values.connections ?? 50);
const names = (Object.keys(crediters) as CrediterName[]).filter(
  (name) => crediters[name].store !== 'memory' && (values.only === undefined || name.includes(values.only)),
);

interface Sample {
  target: CrediterName;
  round: number;
  answered: number;
  credited: number;
  /** Answered and not yet credited at the end. */
  backlog: number;
  p99Ms: number;
}

const samples: Sample[] = [];
const services = await startServices(names.map((name) => crediters[name].store));
const present = names.filter((name) => services.has(crediters[name].store));
try {
  for (let round = 1; round <= rounds; round += 1) {
    for (const target of present) {
      const sample = { target, round, ...(await measure(target)) };
      samples.push(sample);
      console.log(
        `round ${round}: ${target} answered ${figure(sample.answered)}/s, credited ${figure(sample.credited)}/s, ${figure(sample.backlog)} behind, p99 ${sample.p99Ms.toFixed(1)} ms`,
      );
    }
  }
} finally {
  await services.stop();
}

const rates = ['answered', 'credited'] as const;
const of = (target: CrediterName, field: 'answered' | 'credited' | 'backlog' | 'p99Ms'): number[] =>
  samples.filter((one) => one.target === target).map((one) => one[field]);
const byHandOf = {
  sqlite: 'SQLite by hand',
  postgres: 'PostgreSQL by hand',
  redis: 'BullMQ',
  memory: undefined,
} as const;
const toByHand = (target: CrediterName): string => {
  const to = byHandOf[crediters[target].store];
  if (to === undefined || !present.includes(to)) return '';
  return ratioOf(samples, { of: target, to }, ({ credited }) => credited).toFixed(2);
};
await report(
  'crediting',
  {
    title: 'Crediting',
    notes: [
      `Callbacks of about 1.2 KB, each signed and unique, ${connections} connections that each wait for their answer, Express 5. Credits are counted in the ledger over the same ${seconds} s; behind: answered and not yet credited at the end. Rounds: ${rounds}.`,
      "By hand: verify, then inbox and credit in one transaction, then answer (PostgreSQL: a pool of 20). The limit: all that waits in one transaction or statement. graphile-worker: inbox and job in one statement, and a task that credits; with local queue and batched completion. BullMQ: a job with the callback's id, and a worker that credits into a hash of the same Redis (`appendfsync always`). Ours: `on('deposit')` with `atomically` and a pool of 20; in batches: with `{ batch: 100 }` and one statement for each; over Redis a listener that credits into such a hash as for BullMQ.",
      ...(present.length < names.length ? ['Not run, for want of a redis-server: those over Redis.'] : []),
    ],
    tables: [
      {
        columns: [
          'target',
          'answered/s, median (min to max)',
          'credited/s, median (min to max)',
          'behind',
          'p99 ms',
          'credited / by hand (over Redis: / BullMQ)',
        ],
        rows: present.map((name) => [
          name,
          spread(of(name, 'answered')),
          spread(of(name, 'credited')),
          figure(median(of(name, 'backlog'))),
          median(of(name, 'p99Ms')).toFixed(1),
          toByHand(name),
        ]),
      },
    ],
    figures: figures(),
    goals: [],
    samples,
  },
  values.out,
);

/** Each of ours to each other one. */
function figures(): Record<string, Figure> {
  const found: Record<string, Figure> = {};
  for (const one of present.filter(isOurs)) {
    for (const other of present.filter((name) => name !== one)) {
      for (const rate of rates) {
        found[`${one} / ${other}, ${rate}`] = {
          value: ratioOf(samples, { of: one, to: other }, (sample) => sample[rate]),
          from: `${figure(median(of(one, rate)))} to ${figure(median(of(other, rate)))} a second`,
        };
      }
    }
  }
  return found;
}

async function measure(target: CrediterName): Promise<Omit<Sample, 'target' | 'round'>> {
  return withPlace(services, crediters[target].store, async (place) => {
    const server = await startServer('./crediting-server.ts', [target, place]);
    const question: Question = { ask: 'credited' };
    const credited = async (): Promise<number> => (await server.ask<{ credited: number }>(question)).credited;
    try {
      let before: Promise<number> | undefined;
      let after: Promise<number> | undefined;
      const load = await sendLoad(
        {
          port: server.port,
          path: '/callbacks/imtoken',
          scheme: 'standard',
          connections,
          warmMs: warm * 1_000,
          measureMs: seconds * 1_000,
          requests: 60_000,
        },
        {
          begun() {
            before = credited();
          },
          ended() {
            after = credited();
          },
        },
      );
      if (load.errors > 0) throw new Error(`${target}: ${load.errors} callbacks were not taken`);
      const [first = 0, last = 0] = await Promise.all([before, after]);
      return {
        answered: load.perSecond,
        credited: (last - first) / load.seconds,
        backlog: Math.max(0, load.acceptedInAll - last),
        p99Ms: load.p99Ms,
      };
    } finally {
      await server.stop();
    }
  });
}
