import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { StoredDeposit } from '../../../lib/deposits/transaction-state.ts';
import { createDepositIndex } from '../../../lib/stores/memory/deposit-index.ts';
import { memoryStore } from '../../../lib/stores/memory.ts';
import { depositChange, sampleDeposit } from '../../../lib/testing/store-cases/samples.ts';

const networks = ['eip155:1', 'eip155:56', 'tron:0x2b6653dc'];
const statuses = ['pending', 'confirmed', 'quarantined'] as const;

const action = fc.oneof(
  fc.record({
    put: fc.integer({ min: 0, max: 12 }),
    firstSeenAt: fc.integer({ min: 0, max: 5 }),
    network: fc.constantFrom(...networks),
    status: fc.constantFrom(...statuses),
    waitingSince: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
  }),
  fc.record({ remove: fc.integer({ min: 0, max: 12 }) }),
);

/** What the index answers, worked out by reading everything. */
function model(all: ReadonlyMap<string, { deposit: StoredDeposit; number: number }>): {
  newest: string[];
  counts: Record<string, number>;
  waiting: (network?: string) => string[];
} {
  const sorted = [...all.values()].sort(
    (one, other) => other.deposit.firstSeenAt - one.deposit.firstSeenAt || other.number - one.number,
  );
  const counts: Record<string, number> = {};
  for (const { deposit } of sorted) counts[deposit.status] = (counts[deposit.status] ?? 0) + 1;
  return {
    newest: sorted.map(({ deposit }) => deposit.id),
    counts,
    waiting: (network) =>
      sorted
        .filter(({ deposit }) => deposit.waitingSince !== undefined && (!network || deposit.network === network))
        .map(({ deposit }) => deposit.id)
        .sort(),
  };
}

test('the index answers as reading every deposit would', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const index = createDepositIndex();
      const all = new Map<string, { deposit: StoredDeposit; number: number }>();
      actions.forEach((one, at) => {
        if ('remove' in one) {
          index.remove(`deposit-${one.remove}`);
          all.delete(`deposit-${one.remove}`);
          return;
        }
        const { put, waitingSince, ...rest } = one;
        const extra = { ...rest, ...(waitingSince !== undefined && { waitingSince }) };
        const deposit = sampleDeposit(String(put), extra);
        index.put(deposit, `key-${put}`);
        all.set(deposit.id, { deposit, number: all.get(deposit.id)?.number ?? at });
      });
      const { newest, counts, waiting } = model(all);
      assert.equal(index.size, all.size);
      assert.deepEqual(index.counts(), counts);
      assert.deepEqual(
        [...index.newestFirst()].map(({ id }) => id),
        newest,
      );
      newest.forEach((id, at) => {
        assert.deepEqual(
          [...index.newestFirst(id)].map((one) => one.id),
          newest.slice(at + 1),
        );
      });
      for (const network of [undefined, ...networks]) {
        assert.deepEqual([...index.waiting(network)].map(({ deposit }) => deposit.id).sort(), waiting(network));
      }
      for (const [id, { deposit }] of all) assert.equal(index.get(id)?.deposit, deposit);
      assert.deepEqual([...index.newestFirst('deposit-unknown')], []);
    }),
  );
});

test('a look for deposits that wait reads none of those that do not, however many there are', async () => {
  const store = memoryStore();
  await store.ready();
  let reads = 0;
  for (let number = 0; number < 2_000; number += 1) {
    const deposit = sampleDeposit(`settled-${number}`);
    const counted = new Proxy(deposit, {
      get(target, name) {
        reads += 1;
        return Reflect.get(target, name);
      },
    });
    await store.commit({
      callbacks: [],
      changes: [depositChange(`settled-${number}`, { deposits: [counted], events: [] })],
    });
  }
  const waitingSince = 1;
  const waits = sampleDeposit('waits', { status: 'pending', waitingSince });
  await store.commit({ callbacks: [], changes: [depositChange('waits', { deposits: [waits], events: [] })] });
  reads = 0;
  for (const network of ['eip155:1', 'eip155:56']) {
    const found = await store.waiting({ before: 10, network, limit: 100 });
    assert.deepEqual(
      found.map(({ deposit }) => deposit.id),
      network === 'eip155:1' ? [waits.id] : [],
    );
  }
  assert.equal((await store.counts()).deposits.confirmed, 2_000);
  assert.equal(reads, 0);
  const page = await store.deposits({ limit: 10 });
  assert.equal(page.length, 10);
  assert.ok(reads < 1_000, `a page of 10 deposits read ${reads} members`);
});
