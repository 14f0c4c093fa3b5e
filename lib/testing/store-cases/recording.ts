import assert from 'node:assert/strict';
import { type Decision, depositRecordOf } from '../../deposits/transaction-state.ts';
import {
  everyMemberOfCallback,
  everyMemberOfDecision,
  everyMemberOfDeposit,
  everyMemberOfStatement,
} from './every-member.ts';
import {
  claimOne,
  depositChange,
  eventIdOf,
  recordDeposits,
  sampleCallback,
  sampleChange,
  sampleDeposit,
  sampleEvent,
  sampleStatement,
  startOfTime,
} from './samples.ts';
import type { StoreCase } from './store-case.ts';

/** More than a function can be called with, in some runtimes, if each is some thirty arguments. */
const many = 4_000;

export const recordingCases: readonly StoreCase[] = [
  {
    name: 'a transaction that is not stored loads with version 0',
    async run({ store }) {
      const empty = { version: 0, statements: [], deposits: [], facts: [], decisions: [] };
      assert.deepEqual(await store.load(['a', 'b']), [
        { key: 'a', ...empty },
        { key: 'b', ...empty },
      ]);
      assert.deepEqual(await store.load([]), []);
    },
  },
  {
    name: 'what was committed loads as it was, in the order of the keys asked for',
    async run({ store }) {
      const decision: Decision = { depositId: 'deposit-a', kind: 'hold', reason: 'odd', actor: 'ops', at: startOfTime };
      const change = depositChange('a', { decisions: [decision] });
      assert.deepEqual(await store.commit({ callbacks: [sampleCallback('a')], changes: [change] }), { lost: [] });
      const [other, state] = await store.load(['b', 'a']);
      assert.equal(other?.version, 0);
      assert.deepEqual(state, {
        key: 'a',
        version: 1,
        statements: change.statements,
        deposits: change.deposits,
        facts: [
          {
            id: eventIdOf(sampleDeposit('a')),
            depositId: 'deposit-a',
            kind: 'deposit',
            generation: 1,
            handed: false,
            cancelled: false,
          },
        ],
        decisions: [decision],
      });
      assert.deepEqual(await store.callback('a'), sampleCallback('a'));
    },
  },
  {
    name: 'every member comes back, and none that was absent',
    async run({ store }) {
      const full = everyMemberOfStatement();
      const { group: _group, ...bare } = sampleStatement('b', { kind: 'removed' });
      const deposit = everyMemberOfDeposit();
      const decision = everyMemberOfDecision(deposit.id);
      const callback = everyMemberOfCallback();
      const { body: _body, deliveryId: _deliveryId, ...line } = sampleCallback('b', { bodyHash: '', bodyBytes: 0 });
      const event = sampleEvent(deposit);
      const statements = [full, bare];
      const changes = [sampleChange('a', { statements, deposits: [deposit], decisions: [decision], events: [event] })];
      await store.commit({ callbacks: [callback, line], changes });
      const [state] = await store.load(['a']);
      assert.deepEqual(state?.statements, statements);
      assert.deepEqual(state?.deposits, [deposit]);
      assert.deepEqual(state?.decisions, [decision]);
      const shown = depositRecordOf(deposit);
      assert.deepEqual((await store.deposit(deposit.id))?.deposit, deposit);
      assert.deepEqual(await store.deposits({ to: deposit.to, limit: 1 }), [shown]);
      const [claim] = await store.claim({ limit: 1, leaseMs: 1_000, except: [] });
      assert.deepEqual(claim?.event.deposit, shown);
      assert.deepEqual(await store.callback('a'), callback);
      assert.deepEqual(await store.callback('b'), line);
      assert.equal(await store.callback('c'), undefined);
    },
  },
  {
    name: 'amounts up to 2^256-1 are exact everywhere',
    async run({ store }) {
      for (const [index, amount] of [0n, 1n, 2n ** 53n + 1n, 10n ** 77n, 2n ** 256n - 1n].entries()) {
        const key = `amount-${index}`;
        const deposit = sampleDeposit(key, { amount });
        const change = depositChange(key, {
          statements: [sampleStatement(key, { amount })],
          deposits: [deposit],
          events: [sampleEvent(deposit)],
        });
        await store.commit({ callbacks: [], changes: [change] });
        const [state] = await store.load([key]);
        assert.equal(state?.statements[0]?.amount, amount);
        assert.equal(state?.deposits[0]?.amount, amount);
        assert.equal((await store.deposit(deposit.id))?.deposit.amount, amount);
        assert.equal((await store.deposits({ to: deposit.to, limit: 1 }))[0]?.amount, amount);
        const claim = await claimOne(store);
        assert.equal(claim.event.deposit.amount, amount);
        await store.settle(claim, []);
      }
    },
  },
  {
    name: 'thousands of transactions in one batch are kept whole',
    async run({ store }) {
      const keys = Array.from({ length: many }, (_, index) => `tx-${index}`);
      await recordDeposits(store, ...keys);
      const states = await store.load(keys);
      assert.deepEqual(
        states.map(({ key, version, deposits }) => ({ key, version, deposits: deposits.length })),
        keys.map((key) => ({ key, version: 1, deposits: 1 })),
      );
      assert.equal((await store.counts()).owed, many);
    },
  },
  {
    name: 'a transaction with thousands of deposits is kept whole, and again when they change',
    async run({ store }) {
      const deposits = Array.from({ length: many }, (_, index) => sampleDeposit('a', { id: `deposit-${index}` }));
      const statements = deposits.map(({ id }) => sampleStatement(id));
      const opened = sampleChange('a', { statements, deposits, events: deposits.map((one) => sampleEvent(one)) });
      assert.deepEqual(await store.commit({ callbacks: [sampleCallback('a')], changes: [opened] }), { lost: [] });
      const changed = deposits.map((deposit) => ({ ...deposit, confirmations: 12 }));
      const raised = sampleChange('a', { expectedVersion: 1, deposits: changed });
      assert.deepEqual(await store.commit({ callbacks: [], changes: [raised] }), { lost: [] });
      const [state] = await store.load(['a']);
      assert.deepEqual(state?.deposits, changed);
      assert.equal(state?.statements.length, many);
      assert.equal(state?.facts.length, many);
    },
  },
  {
    name: 'hostile texts are kept exactly, and found by',
    async run({ store }) {
      const texts = [
        `' OR 1=1; --`,
        '"\\%_$1?:a{}',
        'nul\0inside',
        'e\u0301 \u{1f4b0} \u202e \ufeff',
        '__proto__',
        'x'.repeat(10_240),
      ];
      for (const text of texts) {
        const callback = sampleCallback(`callback ${text}`, {
          provider: text,
          url: `/${text}`,
          headers: { [text]: text },
          remoteAddress: text,
          deliveryId: text,
        });
        const deposit = sampleDeposit(text, { memo: text, from: text, symbol: text });
        const change = depositChange(text, {
          statements: [sampleStatement(text, { memo: text, position: text, blockHash: text })],
          deposits: [deposit],
          events: [sampleEvent(deposit)],
        });
        assert.deepEqual(await store.commit({ callbacks: [callback], changes: [change] }), { lost: [] });
        const [state] = await store.load([text]);
        assert.deepEqual(state?.statements, change.statements);
        assert.deepEqual(state?.deposits, [deposit]);
        assert.equal(state?.facts[0]?.id, eventIdOf(deposit));
        assert.deepEqual(await store.callback(callback.id), callback);
        assert.deepEqual(await store.deposit(deposit.id), { deposit, transactionKey: text });
        assert.equal((await store.deposits({ to: deposit.to, limit: 9 })).length, 1);
        assert.equal((await store.deposits({ transactionId: deposit.transaction.id, limit: 9 })).length, 1);
        const claim = await claimOne(store);
        assert.deepEqual(claim.event, change.events[0]);
        await store.fail(claim, { error: text, delayMs: 0, dead: true });
        assert.equal((await store.events({ depositId: deposit.id, limit: 1 }))[0]?.error, text);
      }
    },
  },
  {
    name: 'a batch with one lost change keeps nothing and names the lost key',
    async run({ store }) {
      await recordDeposits(store, 'a');
      const batch = {
        callbacks: [sampleCallback('b')],
        changes: [depositChange('b'), depositChange('a'), depositChange('c')],
      };
      assert.deepEqual(await store.commit(batch), { lost: ['a'] });
      assert.equal(await store.callback('b'), undefined);
      const [b, a, c] = await store.load(['b', 'a', 'c']);
      assert.deepEqual([b?.version, a?.version, c?.version], [0, 1, 0]);
      assert.equal(a?.statements.length, 1);
      assert.deepEqual((await store.counts()).deposits, { confirmed: 1 });
      assert.equal((await store.counts()).callbacks, 1);
      assert.equal((await store.counts()).owed, 1);
    },
  },
  {
    name: 'a change is lost when it was computed from any version but the stored one',
    async run({ store }) {
      assert.deepEqual(await store.commit({ callbacks: [], changes: [sampleChange('a', { expectedVersion: 1 })] }), {
        lost: ['a'],
      });
      await recordDeposits(store, 'a');
      for (const expectedVersion of [0, 2]) {
        const { lost } = await store.commit({ callbacks: [], changes: [sampleChange('a', { expectedVersion })] });
        assert.deepEqual(lost, ['a']);
      }
      const { lost } = await store.commit({ callbacks: [], changes: [sampleChange('a', { expectedVersion: 1 })] });
      assert.deepEqual(lost, []);
      assert.equal((await store.load(['a']))[0]?.version, 2);
    },
  },
  {
    name: 'of many recorders that commit from the same version exactly one wins',
    async run(under) {
      const stores = [under.store, (await under.another?.()) ?? under.store];
      const key = 'contended';
      for (const expectedVersion of [0, 1, 2]) {
        const attempts = Array.from({ length: 8 }, async (_, index) => {
          const statement = sampleStatement(key, { id: `${expectedVersion}/${index}` });
          const change = sampleChange(key, { expectedVersion, statements: [statement] });
          const { lost } = await (stores[index % 2] ?? under.store).commit({ callbacks: [], changes: [change] });
          return lost.length === 0;
        });
        const won = (await Promise.all(attempts)).filter(Boolean);
        assert.equal(won.length, 1);
        const [state] = await under.store.load([key]);
        assert.equal(state?.version, expectedVersion + 1);
        assert.equal(state?.statements.length, expectedVersion + 1);
      }
    },
  },
  {
    name: 'statements add up in the order of their commits, and one that is stored already stays as it was',
    async run({ store }) {
      const first = sampleStatement('a', { id: '1' });
      const second = sampleStatement('a', { id: '2', amount: 5n });
      const third = sampleStatement('a', { id: '3' });
      await store.commit({ callbacks: [], changes: [sampleChange('a', { statements: [first] })] });
      const again = { ...first, amount: 999n };
      const change = sampleChange('a', { expectedVersion: 1, statements: [second, again, third, third] });
      await store.commit({ callbacks: [], changes: [change] });
      assert.deepEqual((await store.load(['a']))[0]?.statements, [first, second, third]);
      assert.deepEqual(await store.statements('a'), [first, second, third]);
      assert.deepEqual(await store.statements('b'), []);
    },
  },
  {
    name: 'a changed deposit takes the place of the old one',
    async run({ store }) {
      const pending = sampleDeposit('a', { status: 'pending', waitingSince: startOfTime });
      const other = sampleDeposit('a', { ordinal: 2, status: 'pending', waitingSince: startOfTime });
      await store.commit({ callbacks: [], changes: [sampleChange('a', { deposits: [pending, other] })] });
      const confirmed = sampleDeposit('a', { callbackIds: ['a', 'b'] });
      const change = sampleChange('a', { expectedVersion: 1, deposits: [confirmed] });
      await store.commit({ callbacks: [], changes: [change] });
      assert.deepEqual((await store.load(['a']))[0]?.deposits, [confirmed, other]);
      assert.deepEqual((await store.counts()).deposits, { confirmed: 1, pending: 1 });
    },
  },
];
