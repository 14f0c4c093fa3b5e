import assert from 'node:assert/strict';
import type { EventFact } from '../../deposits/transaction-state.ts';
import {
  claimAll,
  claimOne,
  recordDeposits,
  sampleCallback,
  sampleChange,
  sampleDeposit,
  sampleEvent,
  sampleStatement,
  startOfTime,
} from './samples.ts';
import type { StoreCase } from './store-case.ts';

function handedOut(facts: readonly EventFact[]): EventFact[] {
  return facts.map((fact) => ({ ...fact, handed: true }));
}

export const pruningCases: readonly StoreCase[] = [
  {
    name: 'prune forgets old callbacks and nothing that a credited deposit rests on',
    async run({ store }, clock) {
      await recordDeposits(store, 'a');
      await store.settle(await claimOne(store), []);
      const before = await store.load(['a']);
      clock.advance(1000);
      const repetition = sampleCallback('again', {
        outcome: 'duplicate',
        transfers: [{ outcome: 'recorded', transactionKey: 'a' }],
      });
      const ignored = sampleCallback('ignored', { outcome: 'ignored', transfers: [{ outcome: 'ignored' }] });
      const young = sampleCallback('young', { receivedAt: clock.now() });
      await store.commit({ callbacks: [repetition, ignored, young], changes: [] });
      assert.equal(await store.prune(clock.now(), { dryRun: true }), 2);
      assert.equal((await store.counts()).callbacks, 4);
      assert.equal(await store.prune(clock.now()), 2);
      assert.deepEqual(await store.callback('a'), sampleCallback('a'), 'the evidence, with its body');
      assert.notEqual(await store.callback('young'), undefined);
      assert.deepEqual(await store.load(['a']), before);
      assert.equal((await store.counts()).callbacks, 2);
      assert.deepEqual((await store.counts()).deposits, { confirmed: 1 });
      assert.equal(await store.prune(clock.now()), 0);
      assert.equal(await store.prune(clock.now(), { evidenceBefore: startOfTime }), 0);
      assert.equal(await store.prune(clock.now(), { evidenceBefore: clock.now() }), 1);
      assert.equal(await store.callback('a'), undefined);
      assert.deepEqual(await store.load(['a']), before);
    },
  },
  {
    name: 'prune of refusals forgets what never was money, and nothing else',
    async run({ store }, clock) {
      const none = { transfers: [] };
      await store.commit({
        callbacks: [
          sampleCallback('refused', { outcome: 'rejected', ...none }),
          sampleCallback('again', { outcome: 'duplicate' }),
          sampleCallback('heartbeat', { outcome: 'ignored', code: 'HEARTBEAT', ...none }),
          sampleCallback('ping', { outcome: 'ignored', code: 'PING', finished: false, ...none }),
          sampleCallback('strange', { outcome: 'ignored', transfers: [{ outcome: 'ignored', code: 'NOT_OURS' }] }),
          sampleCallback('unread', { outcome: 'quarantined', finished: false, ...none }),
          sampleCallback('recorded'),
        ],
        changes: [sampleChange('old', { deposits: [sampleDeposit('old', { status: 'failed' })] })],
      });
      clock.advance(1000);
      assert.equal(await store.prune(clock.now(), { only: 'refusals', since: startOfTime + 1 }), 0);
      assert.equal(await store.prune(clock.now(), { only: 'refusals' }), 3);
      const left = await store.callbacks({ limit: 9 });
      assert.deepEqual(left.map(({ id }) => id).sort(), ['ping', 'recorded', 'strange', 'unread']);
      assert.deepEqual((await store.counts()).deposits, { failed: 1 });
    },
  },
  {
    name: 'prune keeps a deposit that was credited once and then reverted, or whose event was cancelled',
    async run({ store }, clock) {
      await recordDeposits(store, 'reverted', 'cancelled');
      const deposits = ['reverted', 'cancelled'].map((key) => sampleDeposit(key, { status: 'reverted' }));
      const [reverted, cancelled] = deposits;
      assert.ok(reverted && cancelled);
      const changes = [
        sampleChange('reverted', {
          expectedVersion: 1,
          deposits: [reverted],
          events: [sampleEvent(reverted, 'deposit.reverted')],
        }),
        sampleChange('cancelled', {
          expectedVersion: 1,
          deposits: [cancelled],
          cancelled: [sampleEvent(cancelled).id],
        }),
      ];
      assert.deepEqual(await store.commit({ callbacks: [], changes }), { lost: [] });
      for (const _ of [1, 2]) await store.settle(await claimOne(store), []);
      const before = await store.load(['reverted', 'cancelled']);
      clock.advance(1000);
      await store.prune(clock.now());
      assert.deepEqual(await store.load(['reverted', 'cancelled']), before);
    },
  },
  {
    name: 'prune forgets deposits that were never credited, but not while one waits or an event of it is owed or dead',
    async run({ store }, clock) {
      const failed = (key: string) => {
        const deposit = sampleDeposit(key, { status: 'failed', generation: 0 });
        return sampleChange(key, {
          statements: [sampleStatement(key)],
          deposits: [deposit],
          events: [sampleEvent(deposit, 'deposit.failed', 0)],
        });
      };
      const waiting = sampleDeposit('waiting', { status: 'quarantined', generation: 0, waitingSince: clock.now() });
      await store.commit({ callbacks: [], changes: [failed('handled')] });
      await store.settle(await claimOne(store), []);
      await store.commit({ callbacks: [], changes: [failed('dead')] });
      await store.fail(await claimOne(store), { error: 'x', delayMs: 0, dead: true });
      await store.commit({
        callbacks: [],
        changes: [failed('owed'), sampleChange('waiting', { deposits: [waiting] })],
      });
      await store.commit({
        callbacks: [],
        changes: [sampleChange('removal', { statements: [sampleStatement('removal')] })],
      });
      assert.equal(await store.prune(clock.now()), 0);
      assert.equal((await store.load(['handled']))[0]?.version, 1, 'not before its time');
      clock.advance(1000);
      await store.prune(clock.now());
      const keys = ['handled', 'removal', 'dead', 'owed', 'waiting'];
      const states = await store.load(keys);
      assert.deepEqual(
        states.map(({ deposits }) => deposits.length),
        [0, 0, 1, 1, 1],
      );
      assert.equal(await store.deposit('deposit-handled'), undefined);
      assert.deepEqual((await store.counts()).deposits, { failed: 2, quarantined: 1 });
      assert.equal((await claimAll(store)).length, 1);
    },
  },
  {
    name: 'prune keeps removals, failures, decisions and what was told, and forgets the rest of a transaction',
    async run({ store }, clock) {
      const deposit = sampleDeposit('told', { status: 'failed', generation: 0 });
      const statements = [
        sampleStatement('told', { kind: 'mined' }),
        sampleStatement('told', { id: 'imtoken/told/1', row: 1, kind: 'removed' }),
      ];
      const decision = { depositId: deposit.id, kind: 'hold', reason: 'a stranger', actor: 'olga', at: 1 } as const;
      const events = [sampleEvent(deposit, 'deposit.pending', 1), sampleEvent(deposit, 'deposit.failed', 1)];
      const changes = [
        sampleChange('told', { statements, deposits: [deposit], events, decisions: [decision] }),
        sampleChange('removal', { statements: [sampleStatement('removal', { kind: 'removed' })] }),
        sampleChange('failure', { statements: [sampleStatement('failure', { kind: 'failed' })] }),
        sampleChange('word', { statements: [sampleStatement('word')] }),
      ];
      await store.commit({ callbacks: [], changes });
      for (const _ of events) await store.settle(await claimOne(store), []);
      const keys = ['told', 'removal', 'failure', 'word'];
      const before = await store.load(keys);
      clock.advance(1000);
      for (const _ of [1, 2]) {
        await store.prune(clock.now());
        const after = await store.load(keys);
        for (const index of [0, 1, 2]) {
          assert.deepEqual(after[index]?.statements, before[index]?.statements);
          assert.deepEqual(after[index]?.facts, before[index]?.facts);
          assert.deepEqual(after[index]?.decisions, before[index]?.decisions);
        }
        assert.deepEqual(after[0]?.deposits, []);
        assert.equal(after[3]?.version, 0);
      }
      assert.deepEqual((await store.counts()).deposits, {});
      assert.deepEqual(await store.events({ limit: 9 }), []);
      assert.equal(await store.deposit(deposit.id), undefined);
      assert.deepEqual(await store.deposits({ limit: 9 }), []);
    },
  },
  {
    name: 'a change computed before a prune is lost, and one after it adds to what was kept',
    async run({ store }, clock) {
      const deposit = sampleDeposit('a', { status: 'failed', generation: 0 });
      const told = sampleEvent(deposit, 'deposit.failed', 1);
      const statements = [sampleStatement('a')];
      await store.commit({
        callbacks: [],
        changes: [sampleChange('a', { statements, deposits: [deposit], events: [told] })],
      });
      await store.settle(await claimOne(store), []);
      const [before] = await store.load(['a']);
      clock.advance(1000);
      await store.prune(clock.now());
      const next = sampleDeposit('a');
      const change = (expectedVersion: number) =>
        sampleChange('a', {
          expectedVersion,
          statements: [...statements, sampleStatement('a', { id: 'imtoken/a/1', row: 1 })],
          deposits: [next],
          events: [sampleEvent(next)],
        });
      assert.deepEqual(await store.commit({ callbacks: [], changes: [change(before?.version ?? 0)] }), { lost: ['a'] });
      const [pruned] = await store.load(['a']);
      assert.deepEqual(await store.commit({ callbacks: [], changes: [change(pruned?.version ?? 0)] }), { lost: [] });
      const [after] = await store.load(['a']);
      assert.deepEqual(
        after?.facts.map(({ id }) => id),
        [told.id, sampleEvent(next).id],
      );
      assert.equal(after?.statements.length, 2);
      assert.deepEqual(after?.deposits, [next]);
      await store.settle(await claimOne(store), []);
      clock.advance(1000);
      await store.prune(clock.now());
      assert.deepEqual(await store.load(['a']), [after && { ...after, facts: handedOut(after.facts) }]);
    },
  },
  {
    name: 'prune takes callbacks and statements of any text',
    async run({ store }, clock) {
      const odd = 'half a pair \ud800, "kind":"removed", "finished":true';
      const unread = sampleCallback(odd, { outcome: 'quarantined', finished: false });
      const changes = [sampleChange('odd', { statements: [sampleStatement('odd', { id: odd, eventId: odd })] })];
      await store.commit({ callbacks: [unread, sampleCallback(`${odd} 2`)], changes });
      clock.advance(1000);
      assert.equal(await store.prune(clock.now()), 1);
      assert.deepEqual(await store.callback(odd), unread);
      assert.equal((await store.load(['odd']))[0]?.version, 0);
    },
  },
  {
    name: 'prune keeps quarantined callbacks, those too that are finished: they show why a deposit was released',
    async run({ store }, clock) {
      const kept = [true, false].map((finished) => sampleCallback(`${finished}`, { outcome: 'quarantined', finished }));
      await store.commit({ callbacks: [...kept, sampleCallback('ignored', { outcome: 'ignored' })], changes: [] });
      clock.advance(1000);
      assert.equal(await store.prune(clock.now()), 1);
      for (const one of kept) assert.deepEqual(await store.callback(one.id), one);
      assert.equal(await store.callback('ignored'), undefined);
    },
  },
  {
    name: 'prune works through many more callbacks than one step takes',
    async run({ store }, clock) {
      const callbacks = Array.from({ length: 1234 }, (_, index) => sampleCallback(`c${index}`));
      const changes = Array.from({ length: 700 }, (_, index) => sampleChange(`k${index}`));
      await store.commit({ callbacks, changes });
      clock.advance(1);
      assert.equal(await store.prune(clock.now()), 1234);
      assert.equal((await store.counts()).callbacks, 0);
      assert.ok((await store.load(changes.map(({ key }) => key))).every(({ version }) => version === 0));
    },
  },
];
