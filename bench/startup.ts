import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { partOptions } from './parts.ts';
import { report } from './report.ts';
import { figure, median, spread } from './statistics.ts';

// What loading the package adds to a process that has loaded nothing else, from dist, a fresh process each time.

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    ...partOptions,
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 5 : 21));
const usual = ['deposit-callback', 'deposit-callback/providers/imtoken', 'deposit-callback/stores/sqlite'];

interface Case {
  name: string;
  modules: readonly string[];
  format: 'require' | 'import';
}

const cases: readonly Case[] = [
  { name: "require('deposit-callback')", modules: usual.slice(0, 1), format: 'require' },
  { name: "import 'deposit-callback'", modules: usual.slice(0, 1), format: 'import' },
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
const plain = "require('deposit-callback')";
const loaded = whatIsLoaded();
/** Drivers, clients of chains, and what the command line and the inspector need are loaded by the subpaths that use them. */
const used = ['@noble/hashes', '@scure/base', 'ipaddr.js', 'lru-cache', 'raw-body'];
const ofRawBody = [
  'bytes',
  'depd',
  'http-errors',
  'iconv-lite',
  'inherits',
  'safer-buffer',
  'setprototypeof',
  'statuses',
  'toidentifier',
  'unpipe',
];
const unused = loaded.packages.filter((name) => ![...used, ...ofRawBody].includes(name));
await report(
  'startup',
  {
    title: 'Start-up',
    notes: [
      `Time in which the module loads, and heap that is left of it after garbage collection, in a fresh process without any compile cache. Rounds: ${rounds}.`,
      `\`require('deposit-callback')\` loads ${loaded.own} files of its own and the packages ${loaded.packages.join(', ')}.`,
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
    figures: {
      "require('deposit-callback'): ms": { value: median(of(plain, 'ms')) },
      "require('deposit-callback'): MB of heap": { value: median(of(plain, 'heapMegabytes')) },
      "require('deposit-callback'): packages loaded that receiving does not use": {
        value: unused.length,
        from: loaded.packages.join(', '),
      },
    },
    goals: [],
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

/** Files of this package, and the other packages of which a file is loaded. */
function whatIsLoaded(): { own: number; packages: string[] } {
  const script = `require('deposit-callback'); console.log(JSON.stringify(Object.keys(require.cache)));`;
  const files = JSON.parse(
    execFileSync(process.execPath, ['--input-type=commonjs', '--eval', script], { encoding: 'utf8' }),
  ) as string[];
  const names = files.flatMap((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []);
  return { own: files.length - names.length, packages: [...new Set(names)].sort() };
}
