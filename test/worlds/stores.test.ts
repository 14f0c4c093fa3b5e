import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Engine } from '../helpers/every-store.ts';
import { redisServerMissing } from '../helpers/redis-server.ts';
import { drive } from './stores/drive.ts';
import { openPlace } from './stores/place.ts';
import { likenesses } from './witnesses.ts';

// The short form of test/worlds/stores/run.ts.
const engines: readonly Engine[] = ['memory', 'sqlite', 'postgres', 'redis'];

for (const engine of engines) {
  test(`${engine}: no world over HTTP, with operators, retention and kills, breaks a promise`, {
    skip: engine === 'redis' ? (redisServerMissing() ?? false) : false,
  }, async (t) => {
    const { place, remove } = await openPlace(engine);
    t.after(remove);
    const driven = await drive({ engine, place, likenesses: await likenesses(), worlds: 40, killEvery: 250 });
    assert.deepEqual(driven.violations, []);
    if (engine !== 'memory') assert.ok(driven.kills > 1, `${driven.kills} kills`);
  });
}
