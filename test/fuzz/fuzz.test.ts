import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { seeded } from '../edge/random.ts';
import { readCorpus } from './corpus.ts';
import { blindCoverage } from './coverage.ts';
import { described, faultOf } from './fault.ts';
import { fuzzTarget } from './fuzz-target.ts';
import { openTargets } from './targets/index.ts';

// Without guidance, which is dear: the corpus has been guided already. `npm run fuzz` is the long form.
const seed = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31));
/** Of processor time, for all targets together. */
const mostMs = 2_000;

const targets = await openTargets();

test('what the corpus holds shows no fault in any target', async () => {
  for (const target of targets) {
    for (const input of [...target.seeds, ...readCorpus(target.name)]) {
      if ((await faultOf(target, input, seeded(1))) === undefined) continue;
      const what = await described(target, input, seeded(1));
      assert.fail(`${target.name}: ${what}\n${JSON.stringify(input.toString('latin1'))}`);
    }
  }
});

test('neither do inputs that are made of it, for two seconds', async (t) => {
  t.diagnostic(`FUZZ_SEED=${seed}`);
  const random = seeded(seed);
  const before = process.cpuUsage();
  const spentMs = (): number => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
  let executions = 0;
  while (spentMs() < mostMs) {
    const turn = await fuzzTarget(random.pick(targets), {
      coverage: blindCoverage,
      random,
      executions: 50,
      isReplayed: true,
    });
    assert.deepEqual(turn.faults, [], turn.target);
    executions += turn.executions;
  }
  t.diagnostic(`${executions} executions`);
});
