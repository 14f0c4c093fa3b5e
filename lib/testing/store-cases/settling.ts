import assert from 'node:assert/strict';
import { isDepositCallbackError } from '../../errors.ts';
import {
  claimAll,
  claimOne,
  depositChange,
  eventIdOf,
  leaseMs,
  recordDeposits,
  sampleChange,
  sampleDeposit,
  sampleEvent,
} from './samples.ts';
import type { StoreCase } from './store-case.ts';

/** A store without a transaction to lend refuses functions by name; it neither runs them nor settles. False then. */
async function orRefused(settling: Promise<boolean>): Promise<boolean> {
  try {
    assert.equal(await settling, true);
    return true;
  } catch (error) {
    if (isDepositCallbackError(error) && error.code === 'ATOMICALLY_UNSUPPORTED') return false;
    throw error;
  }
}

export const settlingCases: readonly StoreCase[] = [
  {
    name: 'settle runs the functions in order, once, and the event is done',
    async run({ store }, clock) {
      await recordDeposits(store, 'a');
      const claim = await claimOne(store);
      const ran: number[] = [];
      const lends = await orRefused(store.settle(claim, [() => void ran.push(1), () => void ran.push(2)]));
      assert.deepEqual(ran, lends ? [1, 2] : []);
      if (!lends) assert.equal(await store.settle(claim, []), true);
      assert.equal(await store.settle(claim, [() => void ran.push(3)]), false);
      assert.deepEqual(ran, lends ? [1, 2] : []);
      clock.advance(leaseMs * 10);
      assert.deepEqual(await claimAll(store), []);
      const [event] = await store.events({ limit: 1 });
      assert.equal(event?.state, 'handled');
      assert.equal(typeof event?.settledAt, 'number');
    },
  },
  {
    name: 'a function that throws leaves the event as it was, with its lease',
    async run({ store }) {
      await recordDeposits(store, 'a');
      const claim = await claimOne(store);
      const ran: number[] = [];
      const failure = new Error('the ledger is closed');
      const functions = [
        () => void ran.push(1),
        () => {
          throw failure;
        },
        () => void ran.push(3),
      ];
      const outcome: unknown = await orRefused(store.settle(claim, functions)).catch((error: unknown) => error);
      assert.ok(outcome === failure || outcome === false);
      assert.deepEqual(ran, outcome === failure ? [1] : []);
      assert.equal((await store.events({ limit: 1 }))[0]?.state, 'leased');
      assert.equal(await store.fail(claim, { error: failure.message, delayMs: 0, dead: false }), true);
      const again = await claimOne(store);
      assert.equal(again.attempt, 2);
      assert.equal(await store.settle(again, []), true);
    },
  },
  {
    name: 'a failed event comes again after its delay, with its error and the next attempt',
    async run({ store }, clock) {
      await recordDeposits(store, 'a');
      const claim = await claimOne(store);
      assert.equal(await store.fail(claim, { error: 'first', delayMs: 5000, dead: false }), true);
      assert.equal(await store.fail(claim, { error: 'second', delayMs: 0, dead: false }), false);
      const [event] = await store.events({ state: 'owed', limit: 9 });
      assert.equal(event?.error, 'first');
      assert.equal(event?.dueAt, clock.now() + 5000);
      assert.equal(event?.handed, true);
      clock.advance(4999);
      assert.deepEqual(await claimAll(store), []);
      clock.advance(1);
      assert.equal((await claimOne(store)).attempt, 2);
    },
  },
  {
    name: 'a dead letter stays, blocks its deposit alone, and comes again when it is redelivered',
    async run({ store }, clock) {
      const deposit = sampleDeposit('a');
      const later = sampleEvent(deposit, 'deposit.reverted');
      await store.commit({ callbacks: [], changes: [depositChange('a', { events: [sampleEvent(deposit)] })] });
      await store.fail(await claimOne(store), { error: 'gone', delayMs: 0, dead: true });
      await store.commit({ callbacks: [], changes: [sampleChange('a', { expectedVersion: 1, events: [later] })] });
      await recordDeposits(store, 'b');
      clock.advance(leaseMs * 100);
      assert.equal((await claimOne(store)).event.id, eventIdOf(sampleDeposit('b')));
      assert.equal((await store.counts()).dead, 1);
      assert.equal((await store.events({ state: 'dead', limit: 9 }))[0]?.error, 'gone');
      assert.equal(await store.redeliver(later.id), false);
      assert.equal(await store.redeliver('unknown'), false);
      assert.equal(await store.redeliver(eventIdOf(deposit)), true);
      assert.equal(await store.redeliver(eventIdOf(deposit)), false);
      assert.equal((await store.counts()).dead, 0);
      const claim = await claimOne(store);
      assert.equal(claim.event.id, eventIdOf(deposit));
      assert.equal(claim.attempt, 1);
      await store.settle(claim, []);
      assert.equal((await claimOne(store)).event.id, later.id);
    },
  },
  {
    name: 'a released claim is due at once, as if it had not been attempted',
    async run({ store }) {
      await recordDeposits(store, 'a');
      const claim = await claimOne(store);
      assert.equal(await store.release(claim), true);
      assert.equal(await store.release(claim), false);
      assert.equal(await store.settle(claim, []), false);
      assert.equal((await claimOne(store)).attempt, 1);
    },
  },
  {
    name: 'a released claim stays fenced off after the next one',
    async run({ store }) {
      await recordDeposits(store, 'a');
      const first = await claimOne(store);
      await store.release(first);
      const second = await claimOne(store);
      assert.notEqual(second.token, first.token);
      assert.equal(await store.settle(first, []), false);
      assert.equal(await store.settle(second, []), true);
    },
  },
  {
    name: 'an event that was never handed is cancelled for good',
    async run({ store }, clock) {
      await recordDeposits(store, 'a');
      const deposit = sampleDeposit('a', { status: 'reverted' });
      const reverted = sampleEvent(deposit, 'deposit.reverted');
      const cancelled = [eventIdOf(deposit), reverted.id];
      const change = sampleChange('a', { expectedVersion: 1, deposits: [deposit], events: [reverted], cancelled });
      assert.deepEqual(await store.commit({ callbacks: [], changes: [change] }), { lost: [] });
      clock.advance(leaseMs * 10);
      assert.deepEqual(await claimAll(store), []);
      assert.equal((await store.counts()).owed, 0);
      const facts = (await store.load(['a']))[0]?.facts ?? [];
      assert.deepEqual(
        facts.map(({ id, handed, cancelled: was }) => [id, handed, was]),
        cancelled.map((id) => [id, false, true]),
      );
      const next = sampleEvent(deposit, 'deposit', 2);
      await store.commit({ callbacks: [], changes: [sampleChange('a', { expectedVersion: 2, events: [next] })] });
      assert.equal((await claimOne(store)).event.id, next.id);
    },
  },
  {
    name: 'the event behind a cancelled one has its turn',
    async run({ store }) {
      const deposit = sampleDeposit('a');
      const [pending, confirmed] = [sampleEvent(deposit, 'deposit.pending'), sampleEvent(deposit)];
      await store.commit({ callbacks: [], changes: [depositChange('a', { events: [pending, confirmed] })] });
      const change = sampleChange('a', { expectedVersion: 1, cancelled: [pending.id] });
      assert.deepEqual(await store.commit({ callbacks: [], changes: [change] }), { lost: [] });
      assert.equal((await claimOne(store)).event.id, confirmed.id);
    },
  },
  {
    name: 'of a transaction with many deposits, each event has its turn once the one before it is settled',
    async run({ store }) {
      const many = 400;
      const deposits = Array.from({ length: many }, (_, index) => sampleDeposit('a', { id: `deposit-${index}` }));
      const of = (kind: 'deposit' | 'deposit.pending') => deposits.map((one) => sampleEvent(one, kind));
      const changes = [sampleChange('a', { deposits, events: of('deposit.pending') })];
      assert.deepEqual(await store.commit({ callbacks: [], changes }), { lost: [] });
      const next = [sampleChange('a', { expectedVersion: 1, events: of('deposit') })];
      assert.deepEqual(await store.commit({ callbacks: [], changes: next }), { lost: [] });
      for (const kind of ['deposit.pending', 'deposit']) {
        const claims = await claimAll(store, 2 * many);
        assert.deepEqual([...new Set(claims.map(({ event }) => event.kind))], [kind]);
        assert.equal(claims.length, many);
        for (const claim of claims) assert.equal(await store.settle(claim, []), true);
      }
      assert.equal((await store.counts()).owed, 0);
    },
  },
  {
    name: 'a change that cancels an event is lost once that event was handed, whatever became of it',
    async run({ store }) {
      for (const after of ['claim', 'release', 'fail', 'settle']) {
        await recordDeposits(store, after);
        const claim = await claimOne(store);
        if (after === 'release') await store.release(claim);
        if (after === 'fail') await store.fail(claim, { error: 'x', delayMs: 1e9, dead: false });
        if (after === 'settle') await store.settle(claim, []);
        const deposit = sampleDeposit(after, { status: 'reverted' });
        const change = sampleChange(after, { expectedVersion: 1, deposits: [deposit], cancelled: [claim.event.id] });
        assert.deepEqual(await store.commit({ callbacks: [], changes: [change, depositChange(`${after}-2`)] }), {
          lost: [after],
        });
        const [state, other] = await store.load([after, `${after}-2`]);
        assert.equal(state?.version, 1);
        assert.equal(state?.deposits[0]?.status, 'confirmed');
        assert.equal(other?.version, 0);
        if (after === 'release') await store.settle(await claimOne(store), []);
      }
    },
  },
  {
    name: 'either the claim or the cancel of an event wins, never both',
    async run(under) {
      const other = (await under.another?.()) ?? under.store;
      const keys = Array.from({ length: 12 }, (_, index) => `race-${index}`);
      await recordDeposits(under.store, ...keys);
      const cancels = keys.map(async (key) => {
        const change = sampleChange(key, { expectedVersion: 1, cancelled: [eventIdOf(sampleDeposit(key))] });
        const { lost } = await other.commit({ callbacks: [], changes: [change] });
        return lost.length === 0;
      });
      const claims = Promise.all(keys.map(() => claimAll(under.store, 1)));
      const cancelled = await Promise.all(cancels);
      const claimed = new Set((await claims).flat().map(({ event }) => event.id));
      for (const [index, key] of keys.entries()) {
        assert.notEqual(claimed.has(eventIdOf(sampleDeposit(key))) && cancelled[index], true, key);
      }
      const counts = await under.store.counts();
      assert.equal(counts.owed, keys.length - cancelled.filter(Boolean).length);
    },
  },
  {
    name: 'settleAll, if there is one, marks all events with their functions in one transaction, or none',
    async run({ store }) {
      if (!store.settleAll) return;
      await recordDeposits(store, 'a', 'b', 'c');
      const claims = await claimAll(store);
      const ran: number[] = [];
      const failing = [
        () => void ran.push(1),
        () => {
          throw new Error('the ledger is closed');
        },
      ];
      await assert.rejects(store.settleAll(claims, failing));
      assert.deepEqual((await store.events({ state: 'leased', limit: 9 })).length, 3);
      const [first, ...others] = claims;
      assert.ok(first, 'three are claimed');
      assert.equal(await store.release(first), true);
      const without = await store.settleAll(claims, [() => void ran.push(2)]).catch((error: unknown) => {
        if (isDepositCallbackError(error) && error.code === 'ATOMICALLY_UNSUPPORTED') return [false, true, true];
        throw error;
      });
      assert.deepEqual(without, [false, true, true]);
      assert.ok(!ran.includes(2), 'no function runs unless all leases are ours');
      assert.equal((await store.events({ state: 'leased', limit: 9 })).length, 2);
      assert.deepEqual(await store.settleAll(others, []), [true, true]);
      assert.equal((await store.events({ state: 'handled', limit: 9 })).length, 2);
    },
  },
];
