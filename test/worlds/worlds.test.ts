import assert from 'node:assert/strict';
import { test } from 'node:test';
import { propertyRuns } from '../helpers/runs.ts';
import { describeWorld } from './describe.ts';
import { inventWorld } from './invent.ts';
import { playPure } from './pure.ts';
import { shrink } from './shrink.ts';
import { likenesses } from './witnesses.ts';

test('no world of the heart breaks a promise', async () => {
  const providers = await likenesses();
  const worlds = propertyRuns(2_000);
  for (let seed = 1; seed <= worlds; seed += 1) {
    const world = inventWorld(seed, providers);
    const { violation } = playPure(world);
    if (!violation) continue;
    const smallest = shrink(world, (smaller) => playPure(smaller).violation?.kind === violation.kind);
    assert.fail(`seed ${seed}: ${describeWorld(smallest, playPure(smallest).violation)}`);
  }
});
