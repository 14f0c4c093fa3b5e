import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { networks } from '../../lib/networks/registry.ts';
import { silentLogger } from '../../lib/observe/logger.ts';
import { createNews, type NewsMap } from '../../lib/observe/news.ts';
import { createLastCallbacks } from '../../lib/operator/last-callbacks.ts';
import { createRefused } from '../../lib/operator/refused.ts';
import { createWatchdog } from '../../lib/operator/watchdog.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { memoryStore } from '../../lib/stores/memory.ts';
import type { CallbackRecord, Store } from '../../lib/stores/store.ts';
import { fixedClock } from '../../lib/testing/fixed-clock.ts';
import { callbackRecord } from '../helpers/callback-record.ts';
import { secret } from '../helpers/deposits.ts';
import { owe } from '../helpers/events.ts';

const minute = 60_000;

function setUp(t: TestContext, silenceMs?: number) {
  const clock = fixedClock();
  const news = createNews(silentLogger);
  const store: Store = memoryStore({ now: clock.now });
  const watchdog = createWatchdog({
    providers: [imtoken({ secrets: [secret] })],
    store,
    networks,
    silenceMs,
    refused: createRefused(store, createLastCallbacks(store)),
    flushLog: async () => {},
    news,
    logger: silentLogger,
    now: clock.now,
  });
  t.after(() => watchdog.close());
  const silences: NewsMap['silence'][] = [];
  const stuck: string[] = [];
  news.on('silence', (told) => silences.push(told));
  const alarms: string[] = [];
  news.on('alarm', ({ code, provider }) => alarms.push(`${code} ${provider}`));
  news.on('stuck', ({ deposit }) => stuck.push(deposit.id));
  const hear = (given: Partial<CallbackRecord> = {}): void =>
    news.tell('outcome', callbackRecord({ receivedAt: clock.now(), ...given }));
  return { clock, store, watchdog, silences, stuck, alarms, hear };
}

test('a provider that is silent for silenceMs is told once, and again after it has spoken', async (t) => {
  const { clock, watchdog, silences, hear } = setUp(t, 10 * minute);
  clock.advance(10 * minute - 1);
  await watchdog.tick();
  assert.deepEqual(silences, []);
  clock.advance(1);
  await watchdog.tick();
  await watchdog.tick();
  assert.deepEqual(silences, [{ provider: 'imtoken', sinceMs: 10 * minute }]);
  hear();
  clock.advance(10 * minute);
  await watchdog.tick();
  assert.equal(silences.length, 2);
});

test('what anybody may have sent breaks no silence', async (t) => {
  const { clock, watchdog, silences, hear } = setUp(t, 10 * minute);
  clock.advance(9 * minute);
  hear({ outcome: 'rejected' });
  clock.advance(minute);
  await watchdog.tick();
  assert.equal(silences.length, 1);
});

test('a provider that is refused is told once, and again if it is refused after it was heard', async (t) => {
  const { clock, store, watchdog, alarms, hear } = setUp(t);
  let lines = 0;
  const log = (outcome: 'rejected' | 'recorded'): Promise<void> => {
    lines += 1;
    const record = callbackRecord({ id: `cb_${lines}`, outcome, code: 'SIGNATURE_INVALID', receivedAt: clock.now() });
    hear(record);
    return store.log([record]);
  };
  for (let i = 0; i < 12; i += 1) await log('rejected');
  clock.advance(minute);
  await watchdog.tick();
  await watchdog.tick();
  assert.deepEqual(alarms, ['CALLBACKS_REFUSED imtoken']);
  await log('recorded');
  await watchdog.tick();
  clock.advance(minute);
  for (let i = 0; i < 12; i += 1) await log('rejected');
  await watchdog.tick();
  assert.equal(alarms.length, 2);
});

test('a provider that has sent heartbeats is silent when three of them are missing', async (t) => {
  const { clock, watchdog, silences, hear } = setUp(t, 10 * minute);
  hear({ outcome: 'ignored', code: 'HEARTBEAT' });
  clock.advance(3 * minute);
  await watchdog.tick();
  assert.deepEqual(silences, [{ provider: 'imtoken', sinceMs: 3 * minute }]);
});

test('each of very many deposits that stay pending is told, once', async (t) => {
  const { clock, store, watchdog, stuck } = setUp(t);
  for (let index = 0; index < 250; index += 1) {
    clock.advance(1);
    await owe(store, `p${index}`, [], 1n, { status: 'pending', waitingSince: clock.now() });
  }
  clock.advance(86_400_000);
  for (let round = 0; round < 4; round += 1) await watchdog.tick();
  assert.equal(stuck.length, 250);
  assert.equal(new Set(stuck).size, 250);
});
