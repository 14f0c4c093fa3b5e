import assert from 'node:assert/strict';
import {
  claimAll,
  claimOne,
  depositChange,
  eventIdOf,
  eventIds,
  leaseMs,
  recordDeposits,
  sampleChange,
  sampleDeposit,
  sampleEvent,
} from './samples.ts';
import type { StoreCase } from './store-case.ts';

export const leasingCases: readonly StoreCase[] = [
  {
    name: 'a claim hands the whole event, counts the attempt and marks it handed',
    async run({ store }, clock) {
      await recordDeposits(store, 'a');
      const [owed] = await store.events({ limit: 1 });
      assert.deepEqual(owed, {
        ...sampleEvent(sampleDeposit('a')),
        state: 'owed',
        attempts: 0,
        dueAt: clock.now(),
        madeAt: clock.now(),
        handed: false,
      });
      const claim = await claimOne(store);
      assert.deepEqual(claim.event, sampleEvent(sampleDeposit('a')));
      assert.equal(claim.attempt, 1);
      assert.equal((await store.load(['a']))[0]?.facts[0]?.handed, true);
      const [leased] = await store.events({ limit: 1 });
      assert.equal(leased?.state, 'leased');
      assert.equal(leased?.attempts, 1);
    },
  },
  {
    name: 'an event shows the deposit as it was when it was made, whatever the deposit has become',
    async run({ store }) {
      const deposit = sampleDeposit('a');
      const other = sampleEvent(
        { ...deposit, status: 'pending', amount: 7n, providers: ['other'] },
        'deposit.pending',
        0,
      );
      const made = sampleEvent(deposit);
      await store.commit({
        callbacks: [],
        changes: [depositChange('a', { deposits: [deposit], events: [other, made] })],
      });
      const changed = sampleDeposit('a', { status: 'reverted', callbackIds: ['a', 'b'] });
      await store.commit({ callbacks: [], changes: [sampleChange('a', { expectedVersion: 1, deposits: [changed] })] });
      for (const event of [other, made]) {
        const claim = await claimOne(store);
        assert.deepEqual(claim.event, event);
        await store.settle(claim, []);
      }
    },
  },
  {
    name: 'no event is claimed twice at once, by however many',
    async run(under) {
      const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`);
      await recordDeposits(under.store, ...keys);
      const stores = [under.store, (await under.another?.()) ?? under.store];
      const rounds = Array.from({ length: 10 }, (_, index) => claimAll(stores[index % 2] ?? under.store, 3));
      const claimed = eventIds((await Promise.all(rounds)).flat());
      const rest = eventIds(await claimAll(under.store));
      assert.deepEqual([...claimed, ...rest].sort(), keys.map((key) => eventIdOf(sampleDeposit(key))).sort());
    },
  },
  {
    name: 'a claim takes at most its limit, the soonest due first',
    async run({ store }, clock) {
      for (const key of ['a', 'b', 'c']) {
        await recordDeposits(store, key);
        clock.advance(10);
      }
      assert.deepEqual(
        eventIds(await claimAll(store, 2)),
        ['a', 'b'].map((key) => eventIdOf(sampleDeposit(key))),
      );
      assert.deepEqual(eventIds(await claimAll(store, 2)), [eventIdOf(sampleDeposit('c'))]);
      assert.deepEqual(await claimAll(store, 2), []);
    },
  },
  {
    name: 'kinds that nobody listens to are passed over and stay owed',
    async run({ store }) {
      const deposit = sampleDeposit('b');
      await recordDeposits(store, 'a');
      const change = sampleChange('b', { deposits: [deposit], events: [sampleEvent(deposit, 'deposit.failed')] });
      await store.commit({ callbacks: [], changes: [change] });
      const claims = await store.claim({ limit: 9, leaseMs, except: ['deposit', 'deposit.reverted'] });
      assert.deepEqual(eventIds(claims), [eventIdOf(deposit, 'deposit.failed')]);
      assert.equal((await store.events({ state: 'owed', kind: 'deposit', limit: 9 })).length, 1);
      assert.equal((await store.load(['a']))[0]?.facts[0]?.handed, false);
    },
  },
  {
    name: 'a lease that ran out is claimed again, and the late one is fenced off',
    async run(under, clock) {
      const { store } = under;
      await recordDeposits(store, 'a');
      const late = await claimOne(store);
      clock.advance(leaseMs - 1);
      assert.deepEqual(await claimAll(store), []);
      clock.advance(1);
      const claim = await claimOne((await under.another?.()) ?? store);
      assert.equal(claim.attempt, 2);
      assert.notEqual(claim.token, late.token);
      const ran: string[] = [];
      assert.equal(await store.settle(late, [() => ran.push('late')]), false);
      assert.equal(await store.extend(late, leaseMs), false);
      assert.equal(await store.release(late), false);
      assert.equal(await store.fail(late, { error: 'late', delayMs: 0, dead: true }), false);
      assert.deepEqual(ran, []);
      assert.equal(await store.settle(claim, []), true);
    },
  },
  {
    name: 'a lease that ran out and that nobody took is still good',
    async run({ store }, clock) {
      await recordDeposits(store, 'a');
      const claim = await claimOne(store);
      clock.advance(leaseMs * 2);
      assert.equal(await store.settle(claim, []), true);
    },
  },
  {
    name: 'a renewed lease is not claimed by others',
    async run({ store }, clock) {
      await recordDeposits(store, 'a');
      const claim = await claimOne(store);
      clock.advance(leaseMs - 1);
      assert.equal(await store.extend(claim, leaseMs), true);
      clock.advance(leaseMs - 1);
      assert.deepEqual(await claimAll(store), []);
      assert.equal(await store.settle(claim, []), true);
      assert.equal(await store.extend(claim, leaseMs), false);
    },
  },
  {
    name: 'of one deposit only the earliest unsettled event is due, and the next follows when it is handled',
    async run({ store }) {
      const deposit = sampleDeposit('a');
      const events = [
        sampleEvent(deposit),
        sampleEvent(deposit, 'deposit.reverted'),
        sampleEvent(deposit, 'deposit', 2),
      ];
      await store.commit({ callbacks: [], changes: [depositChange('a', { events: events.slice(0, 2) })] });
      const change = sampleChange('a', { expectedVersion: 1, events: events.slice(2) });
      await store.commit({ callbacks: [], changes: [change] });
      for (const event of events) {
        const claim = await claimOne(store);
        assert.equal(claim.event.id, event.id);
        assert.deepEqual(await claimAll(store), []);
        assert.equal(await store.settle(claim, []), true);
      }
      assert.deepEqual(await claimAll(store), []);
    },
  },
  {
    name: 'a kind that nobody listens to keeps the later events of its deposit back',
    async run({ store }) {
      const deposit = sampleDeposit('a');
      const events = [sampleEvent(deposit), sampleEvent(deposit, 'deposit.failed')];
      await store.commit({ callbacks: [], changes: [depositChange('a', { events })] });
      assert.deepEqual(await store.claim({ limit: 9, leaseMs, except: ['deposit'] }), []);
    },
  },
  {
    name: 'an event made after the earlier ones were handled is due at once',
    async run({ store }) {
      await recordDeposits(store, 'a');
      await store.settle(await claimOne(store), []);
      const reverted = sampleEvent(sampleDeposit('a'), 'deposit.reverted');
      await store.commit({ callbacks: [], changes: [sampleChange('a', { expectedVersion: 1, events: [reverted] })] });
      assert.equal((await claimOne(store)).event.id, reverted.id);
    },
  },
  {
    name: 'an event behind a cancelled one still waits for those before it',
    async run({ store }) {
      const deposit = sampleDeposit('a');
      const pending = sampleEvent(deposit, 'deposit.pending');
      const failed = sampleEvent(deposit, 'deposit.failed');
      await store.commit({
        callbacks: [],
        changes: [depositChange('a', { events: [pending, sampleEvent(deposit)] })],
      });
      const claim = await claimOne(store);
      const change = { expectedVersion: 1, events: [failed], cancelled: [eventIdOf(deposit)] };
      await store.commit({ callbacks: [], changes: [sampleChange('a', change)] });
      assert.deepEqual(await claimAll(store), []);
      assert.equal(await store.fail(claim, { error: 'no', delayMs: 0, dead: true }), true);
      assert.deepEqual(await claimAll(store), []);
      assert.equal(await store.redeliver(pending.id), true);
      for (const { id } of [pending, failed]) {
        const next = await claimOne(store);
        assert.equal(next.event.id, id);
        assert.equal(await store.settle(next, []), true);
      }
    },
  },
  {
    name: 'deposits of one transaction do not wait for each other',
    async run({ store }) {
      const deposits = [sampleDeposit('a'), sampleDeposit('a', { ordinal: 2 })];
      const change = sampleChange('a', { deposits, events: deposits.map((deposit) => sampleEvent(deposit)) });
      await store.commit({ callbacks: [], changes: [change] });
      assert.equal((await claimAll(store)).length, 2);
    },
  },
];
