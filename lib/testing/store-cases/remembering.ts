import assert from 'node:assert/strict';
import { sampleCallback } from './samples.ts';
import type { StoreCase } from './store-case.ts';

/** What a store knows of callbacks and of deliveries that come again. */
export const rememberingCases: readonly StoreCase[] = [
  {
    name: 'a delivery is known by provider, id and body together, once it is finished',
    async run({ store }) {
      const unfinished = sampleCallback('b', { finished: false, outcome: 'ignored' });
      const { deliveryId: _deliveryId, ...anonymous } = sampleCallback('c');
      await store.commit({ callbacks: [sampleCallback('a'), unfinished, anonymous], changes: [] });
      const a = { provider: 'imtoken', deliveryId: 'delivery-a', bodyHash: 'hash-of-a' };
      const known = await store.known([
        a,
        { ...a, provider: 'other' },
        { ...a, deliveryId: 'delivery-b' },
        { ...a, bodyHash: 'hash-of-b' },
        { ...a, deliveryId: 'delivery-b', bodyHash: 'hash-of-b' },
        { ...a, deliveryId: 'delivery-c', bodyHash: 'hash-of-c' },
        a,
      ]);
      assert.deepEqual(known, [true, false, false, false, false, false, true]);
      assert.deepEqual(await store.known([]), []);
    },
  },
  {
    name: 'an ignored delivery that is recorded later is known from then on',
    async run({ store }) {
      const key = { provider: 'imtoken', deliveryId: 'delivery-a', bodyHash: 'hash-of-a' };
      await store.log([sampleCallback('a', { finished: false, outcome: 'ignored' })]);
      assert.deepEqual(await store.known([key]), [false]);
      await store.commit({ callbacks: [{ ...sampleCallback('a'), id: 'later' }], changes: [] });
      assert.deepEqual(await store.known([key]), [true]);
    },
  },
  {
    name: 'a callback read again takes the place of its line and keeps its body',
    async run({ store }) {
      const callback = sampleCallback('a', { outcome: 'quarantined', finished: false });
      await store.commit({ callbacks: [callback], changes: [] });
      const { body: _body, ...line } = sampleCallback('a');
      await store.commit({ callbacks: [line], changes: [] });
      assert.deepEqual(await store.callback('a'), sampleCallback('a'));
      assert.equal((await store.counts()).callbacks, 1);
      const key = { provider: 'imtoken', deliveryId: 'delivery-a', bodyHash: 'hash-of-a' };
      assert.deepEqual(await store.known([key]), [true]);
    },
  },
  {
    name: 'logged lines are found like the others',
    async run({ store }) {
      const { body: _body, ...line } = sampleCallback('a', {
        outcome: 'rejected',
        code: 'SIGNATURE_INVALID',
        finished: false,
      });
      await store.log([line]);
      assert.deepEqual(await store.callbacks({ outcome: 'rejected', limit: 5 }), [line]);
      assert.equal((await store.counts()).callbacks, 1);
    },
  },
];
