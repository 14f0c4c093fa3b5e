import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { LoadResult } from './load.ts';
import type { TargetName } from './targets.ts';

export interface Sample extends LoadResult {
  target: TargetName;
  connections: number;
  round: number;
}

/** A ratio that is asked for: the median over the rounds of what two targets did in the same round. */
interface Goal {
  what: string;
  of: TargetName;
  to: TargetName;
  /** By Node's major version where they differ. */
  atLeast: number | { 20: number; 24: number };
}

const goals: readonly Goal[] = [
  { what: 'all guards, memory / by hand', of: 'ours-memory-express5', to: 'express5-by-hand', atLeast: 1.2 },
  {
    what: 'all guards, SQLite durable / by hand, nothing stored',
    of: 'ours-sqlite-express5',
    to: 'express5-by-hand',
    atLeast: { 20: 1, 24: 1.1 },
  },
  {
    what: 'SQLite / the same with a commit each',
    of: 'ours-sqlite-express5',
    to: 'ours-sqlite-commit-each-express5',
    atLeast: { 20: 3, 24: 5 },
  },
  { what: 'PostgreSQL / by hand', of: 'ours-postgres-express5', to: 'express5-by-hand', atLeast: 0.6 },
  { what: 'Redis / by hand', of: 'ours-redis-express5', to: 'express5-by-hand', atLeast: 0 },
  { what: 'memory / octokit, bare http', of: 'ours-memory-http', to: 'octokit-http', atLeast: 1.3 },
  { what: 'memory / octokit', of: 'ours-memory-express5', to: 'octokit-express5', atLeast: 1 },
  { what: 'memory / stripe', of: 'ours-memory-express5', to: 'stripe-express5', atLeast: 1 },
  { what: 'memory / standardwebhooks', of: 'ours-memory-express5', to: 'standardwebhooks-express5', atLeast: 1 },
  { what: 'memory / LINE', of: 'ours-memory-express5', to: 'line-express5', atLeast: 1 },
  { what: 'memory / Slack Bolt (its own Express 4)', of: 'ours-memory-express4', to: 'slack-bolt', atLeast: 1 },
  { what: 'memory / by hand, Express 4', of: 'ours-memory-express4', to: 'express4-by-hand', atLeast: 1 },
];

/** Writes the tables as Markdown and the samples as JSON, under the version of Node that ran. */
export async function report(
  samples: readonly Sample[],
  run: { out: string; pinned: boolean; missing: readonly string[] },
): Promise<void> {
  const text = [
    heading(run),
    ...[...new Set(samples.map((one) => one.connections))].flatMap((connections) =>
      tables(
        samples.filter((one) => one.connections === connections),
        connections,
      ),
    ),
  ].join('\n');
  await mkdir(run.out, { recursive: true });
  const name = `node-${process.versions.node}`;
  await writeFile(join(run.out, `${name}.md`), `${text}\n`);
  await writeFile(
    join(run.out, `${name}.json`),
    `${JSON.stringify({ node: process.versions.node, cpu: cpus()[0]?.model, samples }, null, 1)}\n`,
  );
  console.log(text);
}

function heading(run: { pinned: boolean; missing: readonly string[] }): string {
  const require = createRequire(import.meta.url);
  const version = (name: string): string => {
    try {
      return (require(`${name}/package.json`) as { version: string }).version;
    } catch {
      return '?';
    }
  };
  const packages = ['express', 'express4', 'better-sqlite3', 'pg', 'ioredis']
    .map((name) => `${name} ${version(name)}`)
    .join(', ');
  return [
    `# Node ${process.versions.node}`,
    '',
    `${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB; ${packages}.`,
    run.pinned ? 'Server on core 0, sender on core 1.' : 'Server and sender share the cores.',
    'Callbacks of about 1.2 KB, each signed and unique, keep-alive, closed loop. A fresh server process for each target and round; ratios are medians of per-round ratios.',
    ...(run.missing.length > 0 ? [`Not run, for want of a server: ${run.missing.join(', ')}.`] : []),
    '',
  ].join('\n');
}

function tables(samples: readonly Sample[], connections: number): string[] {
  const names = [...new Set(samples.map((one) => one.target))];
  const rows = names.map((name) => {
    const own = samples.filter((one) => one.target === name);
    const rates = own.map((one) => one.perSecond);
    const errors = own.reduce((sum, one) => sum + one.errors, 0);
    const vsHand = ratio(samples, name, 'express5-by-hand', 'perSecond');
    return `| ${name} | ${round(median(rates))} (${round(Math.min(...rates))} to ${round(Math.max(...rates))}) | ${vsHand?.toFixed(2) ?? ''} | ${median(own.map((one) => one.p50Ms)).toFixed(2)} | ${median(own.map((one) => one.p99Ms)).toFixed(2)} | ${errors} |`;
  });
  const checked = goals.flatMap(({ what, of, to, atLeast }) => {
    const found = ratio(samples, of, to, 'perSecond');
    if (found === undefined) return [];
    const major = Number(process.versions.node.split('.')[0]);
    const bound = typeof atLeast === 'number' ? atLeast : major >= 24 ? atLeast[24] : atLeast[20];
    return [
      `| ${what} | ${found.toFixed(2)} | ${bound === 0 ? '' : bound.toFixed(1)} | ${bound === 0 ? '' : found >= bound ? 'met' : 'MISSED'} |`,
    ];
  });
  const latency = ratio(samples, 'ours-sqlite-express5', 'express5-by-hand', 'p99Ms');
  if (latency !== undefined)
    checked.push(
      `| p99: SQLite / by hand | ${latency.toFixed(2)} | at most 1.5 | ${latency <= 1.5 ? 'met' : 'MISSED'} |`,
    );
  return [
    `## ${connections} connections`,
    '',
    '| target | callbacks/s, median (min to max) | x by hand | p50 ms | p99 ms | errors |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    '| ratio | median | asked | |',
    '| --- | --- | --- | --- |',
    ...checked,
    '',
  ];
}

function ratio(samples: readonly Sample[], of: string, to: string, field: 'perSecond' | 'p99Ms'): number | undefined {
  const ratios = samples
    .filter((one) => one.target === of)
    .flatMap((one) => {
      const other = samples.find((each) => each.target === to && each.round === one.round);
      return other ? [one[field] / other[field]] : [];
    });
  return ratios.length === 0 ? undefined : median(ratios);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

function round(value: number): string {
  return Math.round(value).toLocaleString('en');
}
