import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { partOptions } from './parts.ts';
import { type Figure, report } from './report.ts';
import { figure } from './statistics.ts';

// Runs store-growth.ts and puts what it found into the report; where a longer run on this Node is there (10^7 takes 1.5 hours), that.

interface Line {
  at: string;
  node: string;
  store: string;
  costs: readonly { stored: number; microseconds: number; deliveryMicroseconds?: number; ratio: number }[];
}

const { values } = parseArgs({
  options: {
    most: { type: 'string' },
    ...partOptions,
  },
});
const most = values.most ?? (values.quick ? '10000' : '100000');
const file = join(values.out, 'store-growth.jsonl');
const args = ['--import', 'tsx', 'bench/store-growth.ts', '--most', most, '--out', file];
const [code] = (await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit')) as [number | null];
if (code !== 0) throw new Error(`bench/store-growth.ts ended with ${code}`);

const lines = (await readFile(file, 'utf8'))
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Line)
  .filter((line) => line.node === process.version);
const longest = [...new Set(lines.map((line) => line.store))].flatMap(
  (store) =>
    lines
      .filter((line) => line.store === store)
      .sort((a, b) => b.costs.length - a.costs.length || b.at.localeCompare(a.at))[0] ?? [],
);
await report(
  'store-growth',
  {
    title: 'What one more callback costs in a store that has grown',
    notes: ['Loading and committing a callback with a new deposit and its event, in batches as under load; medians.'],
    tables: [
      {
        columns: ['store', 'callbacks stored', 'us a callback', 'x of the smallest', 'us a delivery'],
        rows: longest.flatMap(({ store, costs }) =>
          costs.map(({ stored, microseconds, deliveryMicroseconds, ratio }) => [
            store,
            figure(stored),
            figure(microseconds),
            ratio.toFixed(2),
            deliveryMicroseconds === undefined ? '' : figure(deliveryMicroseconds),
          ]),
        ),
      },
    ],
    figures: Object.fromEntries(
      longest.flatMap(({ store, costs }): [string, Figure][] => {
        const last = costs.at(-1);
        if (!last || costs.length < 2) return [];
        const { ratio, stored } = last;
        return [[`${store}: a callback in the largest / smallest`, { value: ratio, from: `${figure(stored)} stored` }]];
      }),
    ),
    goals: [],
    samples: longest,
  },
  values.out,
);
