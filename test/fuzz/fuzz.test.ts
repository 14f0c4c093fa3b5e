import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { seeded } from '../edge/random.ts';
import { readCorpus } from './corpus.ts';
import { blindCoverage, openCoverage } from './coverage.ts';
import { described, faultOf } from './fault.ts';
import { fuzzTarget } from './fuzz-target.ts';

// Where the whole run is measured, V8's counters are taken by that.
const coverage = process.env.NODE_V8_COVERAGE === undefined ? openCoverage() : blindCoverage;
const { openTargets } = await import('./targets/index.ts');
const targets = await openTargets();
const seed = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31));
/** Inputs that are made for each target; `npm run fuzz` makes as many as its time allows. */
const made = 12;

test('what the corpus holds shows no fault in any target', async () => {
  for (const target of targets) {
    for (const input of [...target.seeds, ...readCorpus(target.name)]) {
      if ((await faultOf(target, input, seeded(1))) === undefined) continue;
      assert.fail(
        `${target.name}: ${await described(target, input, seeded(1))}\n${JSON.stringify(input.toString('latin1'))}`,
      );
    }
  }
});

test('neither do inputs that are made of it', async (t) => {
  t.diagnostic(`FUZZ_SEED=${seed}`);
  for (const [index, target] of targets.entries()) {
    const turn = await fuzzTarget(target, {
      coverage,
      random: seeded(seed + index),
      executions: made,
      isReplayed: true,
    });
    assert.deepEqual(turn.faults, [], target.name);
  }
});
