import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { report } from './report.ts';
import { figure, median, spread } from './statistics.ts';

// What loading the package adds to a process that has loaded nothing else, from dist, a fresh process each time.

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    out: { type: 'string', default: 'bench/results' },
    quick: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 5 : 21));
const usual = ['deposit-callback', 'deposit-callback/providers/imtoken', 'deposit-callback/stores/sqlite'];

interface Case {
  name: string;
  modules: readonly string[];
  format: 'require' | 'import';
  /** Milliseconds and megabytes asked for. */
  goal?: { ms: number; megabytes: number };
}

const goal = { ms: 60, megabytes: 15 };
const cases: readonly Case[] = [
  { name: "require('deposit-callback')", modules: usual.slice(0, 1), format: 'require', goal },
  { name: "import 'deposit-callback'", modules: usual.slice(0, 1), format: 'import', goal },
  { name: 'require, with imtoken and the SQLite store', modules: usual, format: 'require' },
  { name: 'import, with imtoken and the SQLite store', modules: usual, format: 'import' },
  { name: "for scale: require('express')", modules: ['express'], format: 'require' },
];

interface Cost {
  ms: number;
  /** Of all threads, which a busy machine disturbs less. */
  cpuMs: number;
  heapMegabytes: number;
}

const samples: (Cost & { name: string; round: number })[] = [];
for (let round = 1; round <= rounds; round += 1) {
  for (const one of cases) samples.push({ name: one.name, round, ...load(one) });
}
const of = (name: string, field: keyof Cost): number[] =>
  samples.filter((one) => one.name === name).map((one) => one[field]);
await report(
  'startup',
  {
    title: 'Start-up',
    notes: [
      `Time in which the module loads, and heap that is left of it after garbage collection, in a fresh process without any compile cache. Rounds: ${rounds}.`,
    ],
    tables: [
      {
        columns: ['what', 'ms, median (min to max)', 'CPU ms', 'heap MB, median (min to max)'],
        rows: cases.map(({ name }) => [
          name,
          spread(of(name, 'ms'), 1),
          figure(median(of(name, 'cpuMs')), 1),
          spread(of(name, 'heapMegabytes'), 2),
        ]),
      },
    ],
    goals: cases.flatMap(({ name, goal: asked }) => {
      if (!asked) return [];
      const ms = median(of(name, 'ms'));
      const megabytes = median(of(name, 'heapMegabytes'));
      return [
        { what: `${name}, ms`, found: ms.toFixed(1), asked: `at most ${asked.ms}`, met: ms <= asked.ms },
        {
          what: `${name}, MB of heap`,
          found: megabytes.toFixed(2),
          asked: `at most ${asked.megabytes}`,
          met: megabytes <= asked.megabytes,
        },
      ];
    }),
    samples,
  },
  values.out,
);

function load({ modules, format }: Case): Cost {
  const loads = modules.map((name) => (format === 'require' ? `require('${name}');` : `await import('${name}');`));
  const script = `
    gc();
    const heap = process.memoryUsage().heapUsed;
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    ${loads.join('\n')}
    const ms = performance.now() - startedAt;
    const { user, system } = process.cpuUsage(cpu);
    gc();
    console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1e3, heapMegabytes: (process.memoryUsage().heapUsed - heap) / 1e6 }));`;
  const type = format === 'require' ? 'commonjs' : 'module';
  const args = ['--expose-gc', `--input-type=${type}`, '--eval', script];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Cost;
}
