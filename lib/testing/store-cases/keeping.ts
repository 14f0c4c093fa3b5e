import assert from 'node:assert/strict';
import { isDepositCallbackError } from '../../errors.ts';
import type { UnverifiedQuota } from '../../stores/store.ts';
import { claimAll, depositChange, recordDeposits, sampleCallback, startOfTime } from './samples.ts';
import type { StoreCase } from './store-case.ts';

const roomy: UnverifiedQuota = { bytes: 1e6, bytesPerAddress: 1e6, perAddressPerHour: 100 };
const kib = 1024;

export const keepingCases: readonly StoreCase[] = [
  {
    name: 'unverified callbacks are kept whole, oldest first, until they are dropped',
    async run({ store }) {
      const [a, b, c] = ['a', 'b', 'c'].map((id) => sampleCallback(id, { provider: id === 'b' ? 'other' : 'imtoken' }));
      assert.ok(a && b && c);
      for (const callback of [a, b, c]) assert.equal(await store.keepUnverified(callback, roomy), true);
      assert.deepEqual(await store.unverified({ limit: 2 }), [a, b]);
      assert.deepEqual(await store.unverified({ provider: 'imtoken', limit: 9 }), [a, c]);
      assert.equal((await store.counts()).unverified, 3);
      assert.equal(await store.callback('a'), undefined);
      await store.dropUnverified(['a', 'unknown']);
      assert.deepEqual(await store.unverified({ limit: 9 }), [b, c]);
      assert.equal((await store.counts()).unverified, 2);
    },
  },
  {
    name: 'the quota of unverified callbacks holds in all, by address and by hour',
    async run({ store }) {
      const from = (remoteAddress: string, id: string, receivedAt = startOfTime) =>
        sampleCallback(id, { remoteAddress, receivedAt, body: Buffer.alloc(4 * kib), bodyBytes: 4 * kib });
      // Each counts as its body, 1 KiB, and a little for its URL and headers: five in all, three of one address.
      const quota = { bytes: 29 * kib, bytesPerAddress: 18 * kib, perAddressPerHour: 2 };
      assert.equal(await store.keepUnverified(from('one', '1'), quota), true);
      assert.equal(await store.keepUnverified(from('one', '2'), quota), true);
      assert.equal(await store.keepUnverified(from('one', '3'), quota), false, 'two an hour');
      assert.equal(await store.keepUnverified(from('one', '4', startOfTime + 3_600_000), quota), true, 'an hour later');
      assert.equal(await store.keepUnverified(from('one', '5', startOfTime + 7_200_000), quota), false, 'its bytes');
      assert.equal(await store.keepUnverified(from('two', '6'), quota), true);
      assert.equal(await store.keepUnverified(from('two', '7'), quota), true);
      assert.equal(await store.keepUnverified(from('three', '8'), quota), false, 'bytes in all');
      await store.dropUnverified(['1']);
      assert.equal(await store.keepUnverified(from('three', '8'), quota), true, 'room again');
      assert.deepEqual(
        (await store.unverified({ limit: 9 })).map(({ id }) => id),
        ['2', '4', '6', '7', '8'],
      );
    },
  },
  {
    name: 'ready and close may be called again, and a closed durable store comes back with all that it had',
    async run(under, clock) {
      await under.store.ready();
      if (!under.store.durable) return;
      await recordDeposits(under.store, 'a', 'b');
      await under.store.keepUnverified(sampleCallback('u'), roomy);
      const claim = (await claimAll(under.store, 1))[0];
      const read = async (store: typeof under.store): Promise<unknown[]> => [
        await store.load(['a', 'b']),
        await store.callback('a'),
        await store.events({ limit: 9 }),
        await store.unverified({ limit: 9 }),
        await store.counts(),
      ];
      const before = await read(under.store);
      assert.ok(under.reopen, 'a durable store under test must have reopen()');
      const store = await under.reopen();
      assert.deepEqual(await read(store), before);
      assert.ok(claim);
      assert.equal(await store.settle(claim, []), true, 'a lease outlives the process that took it');
      clock.advance(1);
      assert.equal((await claimAll(store)).length, 1);
      assert.deepEqual(await store.commit({ callbacks: [], changes: [depositChange('a')] }), { lost: ['a'] });
      await store.close();
      await store.close();
    },
  },
  {
    name: 'data of a newer version is refused',
    async run(under) {
      if (!under.makeNewer || !under.reopen) return;
      await under.makeNewer();
      await assert.rejects(
        under.reopen(),
        (error) => isDepositCallbackError(error) && error.code === 'STORE_SCHEMA_NEWER',
      );
    },
  },
];
