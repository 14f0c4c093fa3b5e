import assert from 'node:assert/strict';
import { sampleCallback } from './samples.ts';
import type { StoreCase } from './store-case.ts';

/** What a store knows of callbacks that come again. */
export const rememberingCases: readonly StoreCase[] = [
  {
    name: 'a callback read again takes the place of its line and keeps its body',
    async run({ store }) {
      const callback = sampleCallback('a', { outcome: 'quarantined', finished: false });
      await store.commit({ callbacks: [callback], changes: [] });
      const { body: _body, ...line } = sampleCallback('a');
      await store.commit({ callbacks: [line], changes: [] });
      assert.deepEqual(await store.callback('a'), sampleCallback('a'));
      assert.equal((await store.counts()).callbacks, 1);
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
