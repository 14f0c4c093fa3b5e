import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { RefusalCode } from '../../lib/errors.ts';
import { createLastCallbacks } from '../../lib/operator/last-callbacks.ts';
import { createRefused } from '../../lib/operator/refused.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import { fixedClock } from '../../lib/testing/fixed-clock.ts';
import { callbackRecord } from '../helpers/callback-record.ts';

const minute = 60_000;
const own = '203.0.113.7';

/** A log in which an hour passes as the test says, and what one who looks once and one who goes on looking find in it. */
async function logged(t: TestContext) {
  const clock = fixedClock();
  const store = sqliteStore({ path: ':memory:', now: clock.now });
  await store.ready();
  t.after(() => store.close());
  const watching = createRefused(store, createLastCallbacks(store));
  let lines = 0;
  const line = async (given: Partial<Parameters<typeof callbackRecord>[0]>, times = 1): Promise<void> => {
    for (let i = 0; i < times; i += 1) {
      lines += 1;
      await store.log([
        callbackRecord({ id: `cb_${lines}`, remoteAddress: own, finished: true, receivedAt: clock.now(), ...given }),
      ]);
    }
  };
  return {
    clock,
    taken: (remoteAddress = own) => line({ outcome: 'recorded', remoteAddress }),
    refused: (times = 1, remoteAddress = own, code: RefusalCode = 'SIGNATURE_INVALID', provider = 'imtoken') =>
      line({ outcome: 'rejected', code, remoteAddress, provider }, times),
    async needs(): Promise<(string | undefined)[]> {
      const asked = [createRefused(store, createLastCallbacks(store)), watching];
      const [once, again] = await Promise.all(
        asked.map((refused) => refused.needs([{ name: 'imtoken' }, { name: 'other' }], clock.now())),
      );
      assert.deepEqual(again, once, 'who goes on looking finds the same');
      const unnamed = await createRefused(store, createLastCallbacks(store)).needs(undefined, clock.now());
      assert.deepEqual(unnamed, once, 'and who does not know the providers');
      return (once ?? []).map(({ provider }) => provider);
    },
  };
}

test('the first ten callbacks of a provider are refused', async (t) => {
  const { refused, needs, taken, clock } = await logged(t);
  await refused(9);
  assert.deepEqual(await needs(), []);
  await refused();
  assert.deepEqual(await needs(), ['imtoken']);
  clock.advance(minute);
  await taken();
  assert.deepEqual(await needs(), [], 'until one is taken');
});

test('all of an hour are refused', async (t) => {
  const { refused, needs, taken, clock } = await logged(t);
  await taken();
  for (let i = 0; i < 3; i += 1) {
    assert.deepEqual(await needs(), []);
    clock.advance(30 * minute);
    await refused();
  }
  assert.deepEqual(await needs(), ['imtoken']);
  clock.advance(1);
  await taken();
  assert.deepEqual(await needs(), []);
});

test('a steady share is refused, while others from the same address are taken', async (t) => {
  const { refused, needs, taken, clock } = await logged(t);
  for (let i = 0; i < 4; i += 1) {
    await taken();
    clock.advance(10 * minute);
    await refused();
    clock.advance(11 * minute);
  }
  await taken();
  assert.deepEqual(await needs(), ['imtoken']);
  clock.advance(120 * minute);
  assert.deepEqual(await needs(), [], 'until two hours after the last');
});

test("a stranger's posts are no need of a provider that is lastCallbacks, unless they go on for an hour without one of its own", async (t) => {
  const { refused, needs, taken, clock } = await logged(t);
  await taken();
  clock.advance(minute);
  await refused(1_000, '198.51.100.9');
  assert.deepEqual(await needs(), []);
  clock.advance(30 * minute);
  await taken();
  clock.advance(30 * minute);
  await refused(20, '198.51.100.9');
  assert.deepEqual(await needs(), []);
  clock.advance(60 * minute);
  await refused(1, '198.51.100.9', 'SOURCE_NOT_ALLOWED');
  assert.deepEqual(await needs(), ['imtoken'], 'they may be the new addresses of the provider');
});

test('a flood at one path hides no other, and a page that a browser asks for is none', async (t) => {
  const { refused, needs, taken, clock } = await logged(t);
  await taken();
  clock.advance(minute);
  for (let i = 0; i < 3; i += 1) {
    await refused(1, own, 'SIGNATURE_INVALID', 'other');
    clock.advance(30 * minute);
  }
  await refused(30, own, 'METHOD_NOT_ALLOWED');
  assert.deepEqual(await needs(), ['other']);
});

test('what is a day old is none', async (t) => {
  const { refused, needs, clock } = await logged(t);
  await refused(10);
  clock.advance(24 * 60 * minute + 1);
  assert.deepEqual(await needs(), []);
});
