import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networks } from '../../lib/networks/registry.ts';
import { silentLogger } from '../../lib/observe/logger.ts';
import { createNews } from '../../lib/observe/news.ts';
import { createSilentNetworks } from '../../lib/operator/silent-networks.ts';
import type { ReportedHead } from '../../lib/providers/kit/provider.ts';
import { fixedClock } from '../../lib/testing/fixed-clock.ts';

const minute = 60_000;
/** A third of `stuck`: 10 minutes. */
const ethereum = 'eip155:1';
const bitcoin = 'bip122:000000000019d6689c085ae165831e93';

function setUp() {
  const clock = fixedClock();
  const news = createNews(silentLogger);
  const silent = createSilentNetworks({ networks, news, logger: silentLogger, now: clock.now });
  const told: string[] = [];
  news.on('silence', ({ provider, network, sinceMs }) => told.push(`silence ${provider} ${network} ${sinceMs}`));
  news.on('heard', ({ provider, network }) => told.push(`heard ${provider} ${network}`));
  const beat = (heads: readonly ReportedHead[], at = clock.now(), provider = 'wallet'): void =>
    news.tell('heartbeat', { provider, callbackId: 'a', at, heads });
  return { clock, silent, told, beat };
}

test('a network whose newest block is too old is silent though the heartbeats come: told once, and again after it went on', () => {
  const { clock, silent, told, beat } = setUp();
  beat([{ network: ethereum, block: 1n, ageMs: 10 * minute }]);
  assert.deepEqual(told, []);
  beat([{ network: ethereum, block: 1n, ageMs: 10 * minute + 1 }]);
  clock.advance(minute);
  beat([{ network: ethereum, block: 1n, ageMs: 11 * minute + 1 }]);
  assert.deepEqual(told, [`silence wallet ${ethereum} ${10 * minute + 1}`]);
  assert.deepEqual(silent.list(), [{ provider: 'wallet', network: ethereum, since: clock.now() - 11 * minute - 1 }]);
  beat([{ network: ethereum, block: 2n, ageMs: 0 }]);
  assert.deepEqual([told.at(-1), silent.list()], [`heard wallet ${ethereum}`, []]);
  clock.advance(minute);
  beat([{ network: ethereum, block: 2n, ageMs: 11 * minute }]);
  assert.equal(told.length, 3);
});

test('a network of which no further block is read is silent, however young its newest block is', () => {
  const { clock, told, beat } = setUp();
  for (let i = 0; i <= 10; i += 1) {
    beat([{ network: ethereum, block: 7n, ageMs: 3_000 }]);
    assert.deepEqual(told, [], `minute ${i}`);
    clock.advance(minute);
  }
  beat([{ network: ethereum, block: 7n, ageMs: 3_000 }]);
  assert.deepEqual(told, [`silence wallet ${ethereum} ${11 * minute}`]);
});

test('a network of which no block was ever read is silent after the same time', () => {
  const { clock, told, beat } = setUp();
  beat([{ network: ethereum }]);
  clock.advance(10 * minute + 1);
  beat([{ network: ethereum }]);
  assert.equal(told.length, 1);
});

test('what is far behind and goes on is not silent', () => {
  const { clock, told, beat } = setUp();
  for (let i = 0; i < 40; i += 1) {
    beat([{ network: ethereum, block: BigInt(i), ageMs: 5_000 }]);
    clock.advance(minute);
  }
  assert.deepEqual(told, []);
});

test('each network has its own bound, and each provider its own word', () => {
  const { told, beat } = setUp();
  const heads = [
    { network: ethereum, block: 1n, ageMs: 60 * minute },
    { network: bitcoin, block: 1n, ageMs: 60 * minute },
    { network: 'eip155:999999', block: 1n, ageMs: 60 * minute },
  ];
  beat(heads);
  beat(heads, undefined, 'other');
  const sinceMs = 60 * minute;
  assert.deepEqual(told, [`silence wallet ${ethereum} ${sinceMs}`, `silence other ${ethereum} ${sinceMs}`]);
});

test('a provider whose own bound is shorter is believed when it says that the chain stands still', () => {
  const { told, beat } = setUp();
  beat([{ network: bitcoin, block: 1n, ageMs: minute, standsStill: true }]);
  assert.deepEqual(told, [`silence wallet ${bitcoin} ${minute}`]);
});

test('a beat that arrives late says nothing of now', () => {
  const { clock, told, beat } = setUp();
  beat([{ network: ethereum, block: 1n, ageMs: 20 * minute }]);
  clock.advance(minute);
  beat([{ network: ethereum, block: 5n, ageMs: 0 }], clock.now() - 2 * minute);
  beat([], clock.now() - 2 * minute);
  assert.equal(told.length, 1);
});

test('a silence ends when the network is no longer watched', () => {
  const { silent, told, beat } = setUp();
  beat([{ network: ethereum, block: 1n, ageMs: 20 * minute }]);
  beat([]);
  assert.deepEqual([told.at(-1), silent.list()], [`heard wallet ${ethereum}`, []]);
});
