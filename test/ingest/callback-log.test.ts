import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCallbackLog } from '../../lib/ingest/callback-log.ts';
import { memoryStore } from '../../lib/stores/memory.ts';
import { callbackRecord } from '../helpers/callback-record.ts';
import { keepLog } from '../helpers/serve.ts';

test('a flood at one path leaves room for the lines of every other provider, and is counted', async () => {
  const store = memoryStore();
  const logger = keepLog();
  const log = createCallbackLog({ store, logger, max: 100 });
  let lines = 0;
  const add = (provider: string): void => {
    lines += 1;
    log.add(callbackRecord({ id: `cb_${lines}`, provider, outcome: 'rejected', receivedAt: lines }));
  };
  for (let i = 0; i < 5_000; i += 1) {
    add('flooded');
    if (i % 1_000 === 999) add('refused');
  }
  await log.flush();
  const kept = await store.callbacks({ limit: 1_000 });
  assert.equal(kept.length, 100);
  assert.equal(kept.filter(({ provider }) => provider === 'refused').length, 5);
  assert.deepEqual(
    logger.lines.map(({ fields }) => fields),
    [{ dropped: 5_005 - 100 }],
  );
  for (let i = 0; i < 100; i += 1) add('flooded');
  await log.flush();
  assert.equal((await store.callbacks({ limit: 1_000 })).length, 200, 'and the next second has its own room');
});
