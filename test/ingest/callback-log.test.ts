import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCallbackLog } from '../../lib/ingest/callback-log.ts';
import { memoryStore } from '../../lib/stores/memory.ts';
import { fixedClock } from '../../lib/testing/fixed-clock.ts';
import { callbackRecord } from '../helpers/callback-record.ts';
import { keepLog } from '../helpers/serve.ts';

test('a flood at one path leaves room for the lines of every other provider, and is counted', async () => {
  const store = memoryStore();
  const logger = keepLog();
  const log = createCallbackLog({ store, logger, max: 100 });
  let lines = 0;
  const add = (provider: string): void => {
    lines += 1;
    log.add(callbackRecord({ id: `cb_${lines}`, provider, outcome: 'duplicate', receivedAt: lines }));
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
    [{ dropped: 5_005 - 100, causes: {} }],
  );
  for (let i = 0; i < 100; i += 1) add('flooded');
  await log.flush();
  assert.equal((await store.callbacks({ limit: 1_000 })).length, 200, 'and the next second has its own room');
});

test('refusals are kept up to a rate for each cause and in all, and counted above it', async () => {
  const store = memoryStore();
  const logger = keepLog();
  const clock = fixedClock();
  const log = createCallbackLog({ store, logger, now: clock.now, max: 100_000 });
  let lines = 0;
  const refuse = (remoteAddress: string, code = 'SIGNATURE_INVALID'): void => {
    lines += 1;
    log.add(callbackRecord({ id: `cb_${lines}`, outcome: 'rejected', code, remoteAddress, receivedAt: lines }));
  };
  const kept = async (): Promise<number> => {
    await log.flush();
    return (await store.callbacks({ limit: 100_000 })).length;
  };
  for (let i = 0; i < 10_000; i += 1) refuse(`203.0.113.${i % 250}`);
  assert.equal(await kept(), 50, 'one network is one cause');
  refuse('198.51.100.7');
  refuse('203.0.113.7', 'SOURCE_NOT_ALLOWED');
  assert.equal(await kept(), 52, 'another network and another code have their own');
  for (let i = 0; i < 10_000; i += 1) refuse(`2001:db8:${(i % 1_500).toString(16)}::1`);
  assert.equal(await kept(), 500, 'and all together are bounded');
  clock.advance(60_000);
  for (let i = 0; i < 100; i += 1) refuse('203.0.113.9');
  assert.equal(await kept(), 506, 'one more every ten seconds');
  const told = logger.lines.map(({ fields }) => fields as { dropped: number; causes: Record<string, number> });
  assert.equal(told.length, 2, 'at most once a minute');
  assert.equal(told[0]?.causes['imtoken SIGNATURE_INVALID 203.0.113.0/24'], 9_950);
  assert.equal(
    told.reduce((sum, { dropped }) => sum + dropped, 0),
    lines - 506,
  );
});
