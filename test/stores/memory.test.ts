import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../lib/stores/memory.ts';
import { describeStore } from '../../lib/testing/describe-store.ts';
import {
  claimOne,
  depositChange,
  recordDeposits,
  sampleCallback,
  sampleChange,
} from '../../lib/testing/store-cases/samples.ts';

describeStore({
  name: 'memory',
  async open({ now }) {
    const store = memoryStore({ now });
    await store.ready();
    return { store, close: () => store.close() };
  },
});

test('a full memory store refuses new deposits, takes news of known ones, and forgets none', async () => {
  const store = memoryStore({ maxDeposits: 2 });
  await recordDeposits(store, 'a', 'b');
  const batch = { callbacks: [sampleCallback('c')], changes: [depositChange('c')] };
  await assert.rejects(store.commit(batch), { code: 'STORE_FULL', message: /maxDeposits/ });
  assert.equal(await store.callback('c'), undefined);
  const news = depositChange('a', { expectedVersion: 1, events: [] });
  assert.deepEqual(await store.commit({ callbacks: [], changes: [news] }), { lost: [] });
  await assert.rejects(store.commit({ callbacks: [], changes: [sampleChange('c')] }), { code: 'STORE_FULL' });
  const states = await store.load(['a', 'b', 'c']);
  assert.deepEqual(
    states.map(({ version }) => version),
    [2, 1, 0],
  );
});

test('a memory store drops the oldest callbacks and keeps what they said of deposits', async () => {
  const store = memoryStore({ maxCallbacks: 2 });
  await recordDeposits(store, 'a', 'b', 'c');
  assert.deepEqual(
    (await store.callbacks({ limit: 9 })).map(({ id }) => id),
    ['c', 'b'],
  );
  assert.equal((await store.load(['a']))[0]?.statements.length, 1);
});

test('a memory store awaits asynchronous functions, without a transaction', async () => {
  const store = memoryStore();
  await recordDeposits(store, 'a');
  const claim = await claimOne(store);
  const ran: unknown[] = [];
  const settled = store.settle(claim, [
    async (tx) => {
      await Promise.resolve();
      ran.push(tx);
    },
    () => ran.push('second'),
  ]);
  assert.equal(await settled, true);
  assert.deepEqual(ran, [undefined, 'second']);
});

test('sizes that cannot be understood are refused', () => {
  for (const size of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => memoryStore({ maxDeposits: size }), { code: 'OPTION_INVALID', message: /maxDeposits/ });
    assert.throws(() => memoryStore({ maxCallbacks: size }), { code: 'OPTION_INVALID', message: /maxCallbacks/ });
  }
});
