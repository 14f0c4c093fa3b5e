import assert from 'node:assert/strict';
import {
  claimAll,
  depositChange,
  eventIds,
  recordDeposits,
  sampleCallback,
  sampleChange,
  sampleDeposit,
  sampleEvent,
} from './samples.ts';
import type { StoreCase } from './store-case.ts';

/** Faults that appear only when two meet at the wrong moment, over two connections if there are two. */
export const racingCases: readonly StoreCase[] = [
  {
    name: 'an event that is made while the one before it is settled has its turn',
    async run(under) {
      const other = (await under.another?.()) ?? under.store;
      const keys = Array.from({ length: 20 }, (_, index) => `turn-${index}`);
      await recordDeposits(under.store, ...keys);
      const claims = await claimAll(under.store);
      assert.equal(claims.length, keys.length);
      const made = keys.map((key) => sampleEvent(sampleDeposit(key), 'deposit.reverted'));
      const commits = made.map((event, index) => {
        const change = sampleChange(keys[index] ?? '', { expectedVersion: 1, events: [event] });
        return other.commit({ callbacks: [], changes: [change] });
      });
      const settled = await Promise.all(claims.map((claim) => under.store.settle(claim, [])));
      assert.deepEqual(new Set(settled), new Set([true]));
      for (const { lost } of await Promise.all(commits)) assert.deepEqual(lost, []);
      assert.deepEqual(eventIds(await claimAll(other)).sort(), made.map(({ id }) => id).sort());
    },
  },
  {
    name: 'batches that name the same transactions in opposite orders do not block each other for good',
    async run(under) {
      const stores = [under.store, (await under.another?.()) ?? under.store];
      const keys = Array.from({ length: 10 }, (_, index) => `crossed-${index}`);
      for (const version of [0, 1, 2, 3]) {
        const changes = keys.map((key) =>
          version === 0 ? depositChange(key) : sampleChange(key, { expectedVersion: version }),
        );
        const results = await Promise.all(
          [changes, [...changes].reverse()].map((list, index) =>
            (stores[index] ?? under.store).commit({
              callbacks: [sampleCallback(`${version}-${index}`)],
              changes: list,
            }),
          ),
        );
        const won = results.filter(({ lost }) => lost.length === 0);
        assert.equal(won.length, 1);
      }
    },
  },
];
