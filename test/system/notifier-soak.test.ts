import assert from 'node:assert/strict';
import { test } from 'node:test';
import { soak } from '../soak/soak.ts';

// An hour in half a minute; `SOAK_TIMES=12` takes five minutes, so that a process can be killed each minute of the hour.
const times = Number(process.env.SOAK_TIMES ?? 120);

// What kill -9 proves is that a process may crash at any time; a loss of power is the disk's promise.
test('through an hour of kills of two notifiers, reorgs, ill nodes and ill receivers, each receiver has each deposit, credited once, and none that is false', {
  timeout: 120_000 + 9_000_000 / times,
}, async (t) => {
  const seed = Number(process.env.SOAK_SEED ?? Date.now() % 2 ** 32);
  t.diagnostic(`SOAK_SEED=${seed}`);
  const { ended, kills, reorgs, nodeFaults, receivers } = await soak({
    seed,
    simulatedMs: 3_600_000,
    times,
    // On each of four networks, for each of four receivers.
    addresses: 6_250,
  });
  const told = receivers.map(({ habit, expected, faults }) => `${habit} ${expected} deposits, ${faults} faults`);
  t.diagnostic(`${kills} kills, ${reorgs} reorgs, ${nodeFaults} faults of nodes; ${told.join('; ')}`);
  assert.equal(ended, undefined);
  assert.ok(kills >= 3 && reorgs >= 3 && nodeFaults > 20, `too little went wrong: ${kills}, ${reorgs}, ${nodeFaults}`);
  for (const { habit, expected, faults, missing, wrong, untrue } of receivers) {
    assert.ok(expected > 10 && faults > 10, `${habit}: ${expected} deposits, ${faults} faults`);
    assert.deepEqual({ missing, wrong, untrue }, { missing: [], wrong: [], untrue: [] }, habit);
  }
});
