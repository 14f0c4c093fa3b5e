import assert from 'node:assert/strict';
import type { Batch, Claim, Committed, Store, StoredEvent } from '../../stores/store.ts';
import {
  claimAll,
  depositChange,
  eventIdOf,
  eventIds,
  leaseMs,
  sampleChange,
  sampleDeposit,
  sampleEvent,
} from './samples.ts';
import type { StoreCase } from './store-case.ts';

const lease = { limit: 100, leaseMs, except: [] };

/** Commits, and checks that each new event is either leased to us as a claim leases it, or owed and left to a claim. */
async function commitLeasing(store: Store<unknown>, batch: Batch): Promise<{ committed: Committed; claims: Claim[] }> {
  const committed = await store.commit(batch);
  const claims = [...(committed.claims ?? [])];
  for (const { event, attempt } of claims) {
    const stored = await storedEvent(store, event.id);
    assert.deepEqual([stored.state, stored.handed, stored.attempts, attempt], ['leased', true, 1, 1]);
    assert.deepEqual(event, asStored(stored));
  }
  return { committed, claims };
}

async function storedEvent(store: Store<unknown>, id: string): Promise<StoredEvent> {
  const found = (await store.events({ limit: 100 })).find((event) => event.id === id);
  assert.ok(found, `${id} is stored`);
  return found;
}

function asStored({ id, kind, generation, deposit }: StoredEvent): Claim['event'] {
  return { id, kind, generation, deposit };
}

export const leasingAtCommitCases: readonly StoreCase[] = [
  {
    name: 'what a commit leases is claimed by nobody else until the lease ends, and what it leaves is claimed',
    async run(under, clock) {
      const { store } = under;
      const keys = ['a', 'b', 'c'];
      const batch = { callbacks: [], changes: keys.map((key) => depositChange(key)), lease };
      const { claims } = await commitLeasing(store, batch);
      const other = (await under.another?.()) ?? store;
      const rest = await claimAll(other);
      const all = keys.map((key) => eventIdOf(sampleDeposit(key)));
      assert.deepEqual([...eventIds(claims), ...eventIds(rest)].sort(), all);
      for (const claim of rest) assert.equal(await other.settle(claim, []), true);
      clock.advance(leaseMs + 1);
      assert.deepEqual(eventIds(await claimAll(other)).sort(), eventIds(claims).sort());
      for (const claim of claims) assert.equal(await store.settle(claim, []), false, 'another holds it now');
    },
  },
  {
    name: 'what a commit leases is extended, settled, failed and released as what is claimed',
    async run({ store }, clock) {
      const keys = ['a', 'b', 'c'];
      const { claims } = await commitLeasing(store, {
        callbacks: [],
        changes: keys.map((key) => depositChange(key)),
        lease,
      });
      const [first, second, third] = [...claims, ...(await claimAll(store))];
      assert.ok(first && second && third, 'each is leased or claimed');
      assert.equal(await store.extend(first, 2 * leaseMs), true);
      assert.equal(await store.fail(second, { error: 'later', delayMs: 10, dead: false }), true);
      assert.equal(await store.release(third), true);
      const [again, ...more] = await claimAll(store);
      assert.deepEqual([again?.event.id, again?.attempt, more.length], [third.event.id, 1, 0]);
      clock.advance(10);
      const [retried] = await claimAll(store);
      assert.deepEqual([retried?.event.id, retried?.attempt], [second.event.id, 2]);
      assert.equal(await store.settle(first, []), true);
      assert.equal((await storedEvent(store, first.event.id)).state, 'handled');
    },
  },
  {
    name: 'a commit leases at most its limit, no kind that is excepted and of a deposit only the earliest event',
    async run({ store }) {
      const deposit = sampleDeposit('b');
      const both = [sampleEvent(deposit, 'deposit.pending', 0), sampleEvent(deposit)];
      const changes = [depositChange('a'), depositChange('b', { events: both }), depositChange('c')];
      const except = ['deposit'] as const;
      const { claims } = await commitLeasing(store, { callbacks: [], changes, lease: { ...lease, except } });
      assert.deepEqual(
        eventIds(claims).filter((id) => id !== both[0]?.id),
        [],
      );
      const more = ['d', 'e', 'f'].map((key) => depositChange(key));
      const two = await commitLeasing(store, { callbacks: [], changes: more, lease: { ...lease, limit: 2 } });
      assert.ok(two.claims.length <= 2, `${two.claims.length} are leased, and 2 were asked for`);
    },
  },
  {
    name: 'a commit leases no event that waits behind one of its deposit, nor one that it cancels',
    async run({ store }) {
      const deposit = sampleDeposit('a');
      const [pending, made, reverted] = [
        sampleEvent(deposit, 'deposit.pending', 0),
        sampleEvent(deposit),
        sampleEvent(deposit, 'deposit.reverted'),
      ];
      await store.commit({ callbacks: [], changes: [depositChange('a', { events: [pending] })] });
      const next = sampleChange('a', { expectedVersion: 1, events: [made] });
      assert.deepEqual((await commitLeasing(store, { callbacks: [], changes: [next], lease })).claims, []);
      const undone = sampleChange('a', { expectedVersion: 2, events: [reverted], cancelled: [made.id, reverted.id] });
      assert.deepEqual((await commitLeasing(store, { callbacks: [], changes: [undone], lease })).claims, []);
      const never = sampleEvent(sampleDeposit('b'));
      const both = depositChange('b', { cancelled: [never.id] });
      const { committed, claims } = await commitLeasing(store, { callbacks: [], changes: [both], lease });
      assert.deepEqual([committed.lost, claims], [[], []]);
      assert.equal((await storedEvent(store, never.id)).state, 'cancelled');
      assert.deepEqual(eventIds(await claimAll(store)), [pending.id]);
    },
  },
  {
    name: 'a commit that is lost leases nothing',
    async run({ store }) {
      await store.commit({ callbacks: [], changes: [depositChange('a', { events: [] })] });
      const { committed } = await commitLeasing(store, {
        callbacks: [],
        changes: [depositChange('b'), depositChange('a')],
        lease,
      });
      assert.deepEqual(committed.lost, ['a']);
      assert.deepEqual(committed.claims ?? [], []);
      assert.deepEqual(await claimAll(store), []);
    },
  },
];
