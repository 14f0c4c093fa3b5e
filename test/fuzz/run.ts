import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { seeded } from '../edge/random.ts';
import { openCoverage } from './coverage.ts';
import { fuzzTarget, type Turn } from './fuzz-target.ts';

// npm run fuzz -- [--seconds 600] [--target reader:alchemy ...] [--seed 1] [--report report.json]

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    target: { type: 'string', multiple: true },
    seed: { type: 'string' },
    report: { type: 'string' },
  },
});

// Before the code under test is imported: what V8 compiled earlier has no counters.
const coverage = openCoverage();
const { openTargets } = await import('./targets/index.ts');

const all = await openTargets();
const wanted = values.target;
const targets = wanted === undefined ? all : all.filter(({ name }) => wanted.some((one) => name.startsWith(one)));
if (targets.length === 0) {
  console.error(`No target ${wanted?.join(', ')}. There are: ${all.map(({ name }) => name).join(', ')}`);
  process.exit(1);
}
const seed = Number(values.seed ?? randomInt(2 ** 31));
const seconds = Number(values.seconds) / targets.length;
console.log(`seed ${seed}, ${targets.length} targets, ${seconds.toFixed(1)} s each`);

const turns: Turn[] = [];
for (const [index, target] of targets.entries()) {
  const turn = await fuzzTarget(target, { coverage, random: seeded(seed + index), seconds, keeps: true });
  turns.push(turn);
  tell(turn);
}
const executions = turns.reduce((sum, turn) => sum + turn.executions, 0);
const added = turns.reduce((sum, turn) => sum + turn.added, 0);
const faults = turns.flatMap((turn) => turn.faults);
console.log(`${executions} executions, ${added} new inputs, ${faults.length} faults`);
if (values.report !== undefined) {
  const written = turns.map((turn) => ({
    ...turn,
    faults: turn.faults.map(({ what, input }) => ({ what, input: input.toString('latin1') })),
  }));
  writeFileSync(values.report, `${JSON.stringify({ seed, executions, turns: written }, null, 1)}\n`);
}
process.exitCode = faults.length === 0 ? 0 : 1;
// Servers and timers of the code under test must not keep the process.
process.exit();

function tell({
  target,
  executions: runs,
  seconds: took,
  corpus,
  added: fresh,
  stepsPerByte,
  faults: found,
}: Turn): void {
  const rate = Math.round(runs / Math.max(0.001, took));
  console.log(
    `${target.padEnd(42)} ${String(runs).padStart(9)} executions, ${String(rate).padStart(6)}/s, corpus ${corpus} (${fresh} new), ${stepsPerByte} steps/byte`,
  );
  for (const { what, input } of found) {
    console.log(`  FAULT ${what.replaceAll('\n', '\n    ')}\n    input ${JSON.stringify(input.toString('latin1'))}`);
  }
}
