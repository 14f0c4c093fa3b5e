import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { partOptions } from './parts.ts';
import { report } from './report.ts';

// Runs notifier.ts and puts what it prints into the report.

const { values } = parseArgs({
  options: partOptions,
});
const size = values.quick ? ['--watches', '2000', '--transfers', '100', '--blocks', '4'] : [];
const child = spawn(process.execPath, ['--import', 'tsx', 'bench/notifier.ts', ...size], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
let printed = '';
child.stdout.on('data', (chunk: Buffer) => {
  printed += chunk;
});
const [code] = (await once(child, 'close')) as [number | null];
const rows = printed.split('\n').flatMap((line) => {
  const colon = line.indexOf(': ');
  return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 2)]];
});
if (rows.length === 0) throw new Error(`bench/notifier.ts ended with ${code} and no figures`);
await report(
  'notifier',
  {
    title: 'The notifier',
    notes: ['Chain, notifier and receiver share the machine.'],
    tables: [{ columns: ['what', 'figure'], rows }],
    goals: [
      {
        what: 'the notifier keeps up with a block a second',
        found: rows.at(-1)?.[1] ?? '',
        asked: 'median at most 1000 ms',
        met: code === 0,
      },
    ],
    samples: rows,
  },
  values.out,
);
