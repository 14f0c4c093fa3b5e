import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBlockNews } from '../../lib/chains/follow/block-news.ts';
import { createBlockPace } from '../../lib/chains/follow/block-pace.ts';
import { DepositCallbackError } from '../../lib/errors.ts';
import { silentLogger } from '../../lib/observe/logger.ts';
import { type Alarm, createNews } from '../../lib/observe/news.ts';
import { fixedClock } from '../../lib/testing/fixed-clock.ts';

function open(): { tell: ReturnType<typeof createBlockNews>; codes: string[]; clock: ReturnType<typeof fixedClock> } {
  const news = createNews(silentLogger);
  const clock = fixedClock();
  const codes: string[] = [];
  news.on('alarm', ({ code }: Alarm) => codes.push(code));
  const parts = { network: 'eip155:1', blocksPerMinute: 300, news, logger: silentLogger, now: clock.now };
  return { tell: createBlockNews(parts), codes, clock };
}

test('that blocks come faster than they are read is told after ten minutes, once until all are read', () => {
  const { tell, codes, clock } = open();
  const after = (minutes: number, blocks: bigint, reached = false): void => {
    clock.advance(minutes * 60_000);
    tell.behind(blocks, reached);
  };
  after(0, 100n);
  after(9, 200n);
  assert.deepEqual(codes, []);
  after(1, 210n);
  assert.deepEqual(codes, ['BLOCKS_BEHIND']);
  after(10, 400n);
  assert.equal(codes.length, 1);
  after(1, 0n, true);
  after(1, 50n);
  after(10, 40n);
  assert.equal(codes.length, 1, 'a gap that becomes smaller is no cause');
  after(10, 60n);
  assert.equal(codes.length, 2);
});

test('a block that fails is told after three times, another one anew, and a store that is away never', () => {
  const { tell, codes } = open();
  const away = new DepositCallbackError('REQUEST_FAILED', 'HTTP 500');
  assert.deepEqual([tell.unread(7n, away), tell.unread(7n, away)], ['REQUEST_FAILED', 'REQUEST_FAILED']);
  tell.read();
  assert.deepEqual(
    [tell.unread(8n, away), tell.unread(8n, away), codes.length],
    ['REQUEST_FAILED', 'REQUEST_FAILED', 0],
  );
  assert.equal(tell.unread(8n, away), 'BLOCK_UNAVAILABLE');
  tell.unread(8n, away);
  assert.deepEqual(codes, ['BLOCKS_UNREAD']);
  const busy = new DepositCallbackError('STORE_BUSY', 'held');
  for (let time = 0; time < 5; time += 1) assert.equal(tell.unread(9n, busy), 'STORE_BUSY');
  assert.equal(tell.unread(10n, new DepositCallbackError('BLOCK_UNAVAILABLE', 'pruned')), 'BLOCK_UNAVAILABLE');
  assert.deepEqual(codes, ['BLOCKS_UNREAD', 'BLOCKS_UNREAD']);
});

test('blocks are read at the bounded pace, leave most of the processor to others, and stop at once', async () => {
  const bounded = createBlockPace(1_200);
  bounded.begin();
  const began = performance.now();
  for (let block = 0; block < 5; block += 1) await bounded.rest();
  assert.ok(performance.now() - began >= 245, 'five blocks take five times 50 ms');
  assert.equal(bounded.lastMinute(), 5);

  const heavy = createBlockPace(1_000_000);
  heavy.begin();
  const { user } = process.cpuUsage();
  while (process.cpuUsage().user - user < 40_000);
  const rested = performance.now();
  await heavy.rest();
  assert.ok(performance.now() - rested >= 115, 'three times the 40 ms');

  const slow = createBlockPace(1);
  slow.begin();
  const ending = new AbortController();
  const resting = slow.rest(ending.signal);
  ending.abort();
  await resting;
});
