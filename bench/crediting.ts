import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { CreditingTarget } from './crediting-server.ts';
import { sendLoad, startServer } from './processes.ts';
import { type Goal, report } from './report.ts';
import { startServices } from './services.ts';
import { figure, median, spread } from './statistics.ts';

// Callbacks that are answered and deposits that are credited in the same seconds: who receives faster than he credits falls behind.

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    warm: { type: 'string' },
    connections: { type: 'string' },
    only: { type: 'string' },
    out: { type: 'string', default: 'bench/results' },
    quick: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
const seconds = Number(values.seconds ?? (values.quick ? 1 : 4));
const warm = Number(values.warm ?? (values.quick ? 1 : 4));
const connections = Number(values.connections ?? 50);

interface Goals {
  /** The handler that does the same work, one by one. */
  byHand: CreditingTarget;
  /** The one that does all that waits together. */
  limit: CreditingTarget;
  /** Credited a second, as a multiple of what `byHand` credits. */
  atLeast?: number;
}

const targets: Readonly<Record<CreditingTarget, Goals | undefined>> = {
  'sqlite by hand': undefined,
  'sqlite limit': undefined,
  'ours over sqlite': { byHand: 'sqlite by hand', limit: 'sqlite limit', atLeast: 1.4 },
  'ours over sqlite in batches': { byHand: 'sqlite by hand', limit: 'sqlite limit' },
  'postgres by hand': undefined,
  'postgres limit': undefined,
  'ours over postgres': { byHand: 'postgres by hand', limit: 'postgres limit', atLeast: 1.2 },
  'ours over postgres in batches': { byHand: 'postgres by hand', limit: 'postgres limit' },
};
const names = (Object.keys(targets) as CreditingTarget[]).filter((name) => !values.only || name.includes(values.only));

interface Sample {
  target: CreditingTarget;
  round: number;
  answered: number;
  credited: number;
  p99Ms: number;
}

const samples: Sample[] = [];
const services = await startServices(['ours-sqlite-http', 'ours-postgres-express5']);
try {
  for (let round = 1; round <= rounds; round += 1) {
    for (const target of names) {
      const sample = { target, round, ...(await measure(target)) };
      samples.push(sample);
      console.log(
        `round ${round}: ${target} answered ${figure(sample.answered)}/s, credited ${figure(sample.credited)}/s, p99 ${sample.p99Ms.toFixed(1)} ms`,
      );
    }
  }
} finally {
  await services.stop();
}
const of = (target: CreditingTarget): Sample[] => samples.filter((one) => one.target === target);
const ratio = (target: CreditingTarget, to: CreditingTarget): number =>
  median(
    of(target).map(
      ({ round, credited }) => credited / (of(to).find((one) => one.round === round)?.credited ?? Number.NaN),
    ),
  );
const ratioText = (target: CreditingTarget, to: CreditingTarget | undefined): string =>
  to === undefined || !names.includes(to) ? '' : ratio(target, to).toFixed(2);
await report(
  'crediting',
  {
    title: 'Crediting',
    notes: [
      `Callbacks of about 1.2 KB, each signed and unique, ${connections} connections that each wait for their answer, Express 5. By hand: verify, then inbox and credit in one transaction, then answer (PostgreSQL: a pool of 20). The limit: all that waits in one transaction or statement. Ours: \`on('deposit')\` with \`atomically\`; in batches: with \`{ batch: 100 }\` and one statement for each. Credits are counted in the table over the same ${seconds} s; rounds: ${rounds}.`,
    ],
    tables: [
      {
        columns: [
          'target',
          'answered/s, median (min to max)',
          'credited/s, median (min to max)',
          'p99 ms',
          'credited / by hand',
          'credited / limit',
        ],
        rows: names.map((name) => [
          name,
          spread(of(name).map(({ answered }) => answered)),
          spread(of(name).map(({ credited }) => credited)),
          median(of(name).map(({ p99Ms }) => p99Ms)).toFixed(1),
          ratioText(name, targets[name]?.byHand),
          ratioText(name, targets[name]?.limit),
        ]),
      },
    ],
    goals: names.flatMap((name): Goal[] => {
      const goal = targets[name];
      if (goal?.atLeast === undefined || !names.includes(goal.byHand)) return [];
      const found = ratio(name, goal.byHand);
      const asked = `at least ${goal.atLeast}`;
      return [{ what: `${name} / by hand, credited`, found: found.toFixed(2), asked, met: found >= goal.atLeast }];
    }),
    samples,
  },
  values.out,
);

async function measure(target: CreditingTarget): Promise<Pick<Sample, 'answered' | 'credited' | 'p99Ms'>> {
  const directory = await mkdtemp(join(tmpdir(), 'deposit-callback-bench-'));
  const place = await services.place(
    target.includes('sqlite') ? 'ours-sqlite-http' : 'ours-postgres-express5',
    directory,
  );
  const server = await startServer('./crediting-server.ts', [target, place]);
  const credited = async (): Promise<number> => (await server.ask<{ credited: number }>({})).credited;
  try {
    let before: Promise<number> | undefined;
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
      () => {
        before = credited();
      },
    );
    const after = await credited();
    if (load.errors > 0) throw new Error(`${target}: ${load.errors} callbacks were not taken`);
    return {
      answered: load.perSecond,
      credited: (after - ((await before) ?? 0)) / load.seconds,
      p99Ms: load.p99Ms,
    };
  } finally {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
}
