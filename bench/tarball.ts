import { rmSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { pack } from '../scripts/pack.mjs';
import { partOptions } from './parts.ts';
import { report } from './report.ts';

// The size of the package as it would be published, from the build that is there.

const { values } = parseArgs({
  options: partOptions,
});
const tarball = await pack();
const { size } = statSync(tarball);
rmSync(tarball);
const kilobytes = size / 1_000;
await report(
  'tarball',
  {
    title: 'The packed tarball',
    notes: ['`npm pack`, all subpaths in both formats with their types.'],
    tables: [{ columns: ['what', 'kB'], rows: [['packed', kilobytes.toFixed(1)]] }],
    goals: [{ what: 'packed tarball, kB', found: kilobytes.toFixed(1), asked: 'less than 400', met: kilobytes < 400 }],
    samples: { bytes: size },
  },
  values.out,
);
