import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { metrics } from '../../lib/observe/metrics.ts';
import type { Cursor } from '../../lib/stores/store.ts';
import { inspected } from '../helpers/inspected.ts';

const minuteMs = 60_000;

function cursorAt(now: number, change: Partial<Cursor> = {}): Cursor {
  return {
    ...{ id: 'eip155:1', version: 0, network: 'eip155:1', block: { number: 21_000_000n, hash: '0xb1' } },
    ...{ target: 21_000_900n, movedAt: now, blocksPerMinute: 300, behindSince: now - 5 * minuteMs },
    ...change,
  };
}

test('status, metrics and the inspector say how far the blocks of each network have been read', async (t) => {
  const inspection = await inspected(t);
  const { callbacks, clock, get } = inspection;
  const { store } = callbacks;
  const registry = new Registry();
  metrics(callbacks, { registry });
  await callbacks.ready();
  assert.deepEqual((await callbacks.status()).chains, []);
  assert.ok(!(await get()).text.includes('Blocks read'), 'without chains there is no table');

  await store.moveCursor(cursorAt(clock.now()));
  await store.moveCursor(cursorAt(clock.now(), { id: 'eip155:1|5', block: { number: 7n } }));
  assert.deepEqual((await callbacks.status()).chains, [
    {
      ...{ network: 'eip155:1', block: '21000000', head: '21000900', behind: 900, blocksPerMinute: 300 },
      ...{ at: clock.now(), behindSince: clock.now() - 5 * minuteMs },
    },
  ]);
  const scraped = await registry.metrics();
  assert.match(scraped, /^deposit_callback_chain_cursor_block\{network="eip155:1"\} 21000000$/m);
  assert.match(scraped, /^deposit_callback_chain_blocks_behind\{network="eip155:1"\} 900$/m);
  const english = (await get()).text;
  for (const shown of ['Blocks read', 'Newest final block', '21000900', '>900<', '>300<', '5 min ago'])
    assert.ok(english.includes(shown), `${shown} is on the page`);
  const chinese = (await get('/', { 'accept-language': 'zh' })).text;
  for (const shown of ['\u5df2\u8bfb\u533a\u5757', '\u843d\u540e', '21000900'])
    assert.ok(chinese.includes(shown), shown);
});

test('a block that no node has needs a person at once, one that fails otherwise after ten minutes', async (t) => {
  const { callbacks, clock, get } = await inspected(t);
  await callbacks.ready();
  const { store } = callbacks;
  const kinds = async (): Promise<unknown[]> =>
    (await callbacks.status()).needs.map(({ kind, codes }) => [kind, codes]);
  const since = clock.now();
  await store.moveCursor(cursorAt(since, { trouble: { code: 'REQUEST_FAILED', since } }));
  assert.deepEqual(await kinds(), []);
  assert.equal((await callbacks.status()).chains[0]?.code, 'REQUEST_FAILED');
  clock.advance(11 * minuteMs);
  assert.deepEqual(await kinds(), [['unread-blocks', { REQUEST_FAILED: 1 }]]);

  await store.moveCursor(
    cursorAt(clock.now(), { version: 1, trouble: { code: 'BLOCK_UNAVAILABLE', since: clock.now() } }),
  );
  assert.deepEqual(await kinds(), [['unread-blocks', { BLOCK_UNAVAILABLE: 1 }]]);
  const [need] = (await callbacks.status()).needs;
  assert.match(need?.text ?? '', /Block 21000001 of eip155:1 cannot be read/);
  assert.match(need?.cure ?? '', /reconcile --network eip155:1 --skip-to/);
  assert.ok((await get()).text.includes('a block cannot be read'), 'it is in the headline');
});
