import assert from 'node:assert/strict';
import type { CallbackRecord } from '../../stores/store.ts';
import {
  claimAll,
  claimOne,
  eventIdOf,
  recordDeposits,
  sampleCallback,
  sampleChange,
  sampleDeposit,
  sampleEvent,
  startOfTime,
} from './samples.ts';
import type { StoreCase } from './store-case.ts';

export const findingCases: readonly StoreCase[] = [
  {
    name: 'callbacks are found newest first, page by page, without their bodies',
    async run({ store }) {
      const callbacks = Array.from({ length: 7 }, (_, index) =>
        sampleCallback(`c${index}`, { receivedAt: startOfTime + Math.floor(index / 2) }),
      );
      for (const callback of callbacks) await store.commit({ callbacks: [callback], changes: [] });
      const newestFirst = callbacks.map(({ body: _body, ...line }) => line).reverse();
      assert.deepEqual(await store.callbacks({ limit: 3 }), newestFirst.slice(0, 3));
      assert.deepEqual(await store.callbacks({ limit: 3, before: 'c4' }), newestFirst.slice(3, 6));
      assert.deepEqual(await store.callbacks({ limit: 3, before: 'c1' }), newestFirst.slice(6));
      assert.deepEqual(await store.callbacks({ limit: 3, before: 'unknown' }), []);
    },
  },
  {
    name: 'callbacks are found by provider, outcome, code and time',
    async run({ store }) {
      await store.commit({
        callbacks: [
          sampleCallback('a', { provider: 'one' }),
          sampleCallback('b', { outcome: 'ignored', code: 'NOT_OURS', receivedAt: startOfTime + 10 }),
          sampleCallback('c', { outcome: 'rejected', code: 'BODY_TOO_LARGE', receivedAt: startOfTime + 20 }),
        ],
        changes: [],
      });
      const find = async (query: object): Promise<string[]> =>
        (await store.callbacks({ limit: 9, ...query })).map(({ id }) => id);
      assert.deepEqual(await find({ provider: 'one' }), ['a']);
      assert.deepEqual(await find({ provider: 'two' }), []);
      assert.deepEqual(await find({ outcome: 'recorded' }), ['a']);
      assert.deepEqual(await find({ outcome: 'rejected' }), ['c']);
      assert.deepEqual(await find({ code: 'NOT_OURS' }), ['b']);
      assert.deepEqual(await find({ since: startOfTime + 10 }), ['c', 'b']);
      assert.deepEqual(await find({ until: startOfTime + 20 }), ['b', 'a']);
      assert.deepEqual(await find({ since: startOfTime + 5, until: startOfTime + 15, outcome: 'ignored' }), ['b']);
    },
  },
  {
    name: 'callbacks are found by whether they are finished, as they stand now',
    async run({ store }) {
      const open = (id: string, extra: object = {}) =>
        sampleCallback(id, { finished: false, receivedAt: startOfTime + Number(id), ...extra });
      await store.commit({
        callbacks: [
          open('1', { outcome: 'ignored', code: 'NOT_OURS' }),
          open('2', { finished: true }),
          open('3'),
          open('4', { outcome: 'quarantined', code: 'BODY_UNREADABLE', provider: 'another' }),
          open('5', { outcome: 'ignored', code: 'NOT_OURS' }),
          open('6', { outcome: 'ignored', code: 'HEARTBEAT', finished: true }),
        ],
        changes: [],
      });
      const find = async (query: object): Promise<string[]> =>
        (await store.callbacks({ limit: 9, ...query })).map(({ id }) => id);
      assert.deepEqual(await find({ finished: false }), ['5', '4', '3', '1']);
      assert.deepEqual(await find({ finished: true }), ['6', '2']);
      assert.deepEqual(await find({ finished: false, limit: 2 }), ['5', '4']);
      assert.deepEqual(await find({ finished: false, limit: 2, before: '4' }), ['3', '1']);
      assert.deepEqual(await find({ finished: false, outcome: 'ignored' }), ['5', '1']);
      assert.deepEqual(await find({ finished: true, outcome: 'ignored' }), ['6']);
      assert.deepEqual(await find({ finished: false, provider: 'another' }), ['4']);
      assert.deepEqual(await find({ finished: false, since: startOfTime + 3, until: startOfTime + 5 }), ['4', '3']);

      await store.commit({ callbacks: [open('3', { finished: true }), open('2')], changes: [] });
      assert.deepEqual(await find({ finished: false }), ['5', '4', '2', '1']);
      await store.prune(startOfTime + 5);
      assert.deepEqual(await find({ finished: false }), ['5', '4']);
    },
  },
  {
    name: 'a deposit is found by its id, with its transaction',
    async run({ store }) {
      await recordDeposits(store, 'a', 'b');
      assert.deepEqual(await store.deposit('deposit-b'), { deposit: sampleDeposit('b'), transactionKey: 'b' });
      assert.equal(await store.deposit('deposit-c'), undefined);
    },
  },
  {
    name: 'deposits are found newest first, page by page, and by what they are',
    async run({ store }) {
      const deposits = [
        sampleDeposit('a'),
        sampleDeposit('b', { status: 'pending', firstSeenAt: startOfTime + 1, waitingSince: startOfTime }),
        sampleDeposit('c', { network: 'tron:0x2b6653dc', firstSeenAt: startOfTime + 1 }),
        sampleDeposit('d', { asset: 'other', firstSeenAt: startOfTime + 2, status: 'ignored' }),
      ];
      for (const deposit of deposits) {
        const change = sampleChange(deposit.callbackIds[0] ?? '', { deposits: [deposit] });
        await store.commit({ callbacks: [], changes: [change] });
      }
      const find = async (query: object): Promise<string[]> =>
        (await store.deposits({ limit: 9, ...query })).map(({ id }) => id.slice(-1));
      assert.deepEqual(await find({}), ['d', 'c', 'b', 'a']);
      assert.deepEqual(await find({ limit: 2 }), ['d', 'c']);
      assert.deepEqual(await find({ limit: 2, before: 'deposit-c' }), ['b', 'a']);
      assert.deepEqual(await find({ before: 'unknown' }), []);
      assert.deepEqual(await find({ status: 'confirmed' }), ['c', 'a']);
      assert.deepEqual(await find({ status: 'pending' }), ['b']);
      assert.deepEqual(await find({ network: 'tron:0x2b6653dc' }), ['c']);
      assert.deepEqual(await find({ asset: 'other' }), ['d']);
      assert.deepEqual(await find({ to: 'to-a' }), ['a']);
      assert.deepEqual(await find({ transactionId: 'hash-b' }), ['b']);
      assert.deepEqual(await find({ since: startOfTime + 1 }), ['d', 'c', 'b']);
      assert.deepEqual(await find({ status: 'ignored', to: 'to-a' }), []);
      const { group: _group, ordinal: _ordinal, ...record } = sampleDeposit('a');
      assert.deepEqual(await store.deposits({ to: 'to-a', limit: 1 }), [record]);
    },
  },
  {
    name: 'events are found newest first, by state, kind and deposit',
    async run({ store }, clock) {
      await recordDeposits(store, 'a');
      clock.advance(1);
      await recordDeposits(store, 'b');
      await store.settle((await claimAll(store, 1))[0] ?? (await claimOne(store)), []);
      const failed = sampleEvent(sampleDeposit('b'), 'deposit.failed');
      await store.commit({ callbacks: [], changes: [sampleChange('b', { expectedVersion: 1, events: [failed] })] });
      const find = async (query: object): Promise<string[]> =>
        (await store.events({ limit: 9, ...query })).map(({ id }) => id);
      const [a, b] = ['a', 'b'].map((key) => eventIdOf(sampleDeposit(key)));
      assert.deepEqual(await find({}), [failed.id, b, a]);
      assert.deepEqual(await find({ limit: 1 }), [failed.id]);
      assert.deepEqual(await find({ state: 'owed' }), [failed.id, b]);
      assert.deepEqual(await find({ state: 'handled' }), [a]);
      assert.deepEqual(await find({ state: 'dead' }), []);
      assert.deepEqual(await find({ kind: 'deposit' }), [b, a]);
      assert.deepEqual(await find({ depositId: 'deposit-b' }), [failed.id, b]);
      assert.deepEqual(await find({ depositId: 'deposit-c' }), []);
      assert.deepEqual(await find({ depositId: 'deposit-b', kind: 'deposit', state: 'owed' }), [b]);
    },
  },
  {
    name: 'deposits that wait are found oldest first, page by page, until they wait no more',
    async run({ store }) {
      const waits = (key: string, waitingSince: number, network = 'eip155:1') =>
        sampleChange(key, { deposits: [sampleDeposit(key, { status: 'pending', waitingSince, network })] });
      await recordDeposits(store, 'settled');
      const changes = [waits('b', 20), waits('a', 10), waits('c', 20, 'eip155:137'), waits('d', 30)];
      await store.commit({ callbacks: [], changes });
      const find = async (query: object): Promise<string[]> =>
        (await store.waiting({ before: 31, limit: 9, ...query })).map(({ transactionKey }) => transactionKey);
      assert.deepEqual(await find({}), ['a', 'b', 'c', 'd']);
      assert.deepEqual(await find({ before: 30 }), ['a', 'b', 'c']);
      assert.deepEqual(await find({ network: 'eip155:137' }), ['c']);
      assert.deepEqual(await find({ limit: 2 }), ['a', 'b']);
      assert.deepEqual(await find({ limit: 2, after: 'deposit-b' }), ['c', 'd']);
      assert.deepEqual(await find({ after: 'deposit-d' }), []);
      const [first] = await store.waiting({ before: 31, limit: 1 });
      assert.deepEqual(first?.deposit, sampleDeposit('a', { status: 'pending', waitingSince: 10 }));
      const confirmed = sampleChange('a', { expectedVersion: 1, deposits: [sampleDeposit('a')] });
      await store.commit({ callbacks: [], changes: [confirmed] });
      assert.deepEqual(await find({}), ['b', 'c', 'd']);
    },
  },
  {
    name: 'what is rare is found among many, to the last page',
    async run({ store }) {
      const rare = (index: number) => index === 3 || index === 1250;
      const callbacks = Array.from({ length: 1300 }, (_, index) =>
        sampleCallback(`c${index}`, rare(index) ? { provider: 'rare', code: 'HELD' } : {}),
      );
      const changes = Array.from({ length: 1300 }, (_, index) => {
        const deposit = sampleDeposit(`k${index}`, rare(index) ? { asset: 'rare' } : {});
        const events = [sampleEvent(deposit, rare(index) ? 'deposit.failed' : 'deposit')];
        return sampleChange(`k${index}`, { deposits: [deposit], events });
      });
      await store.commit({ callbacks, changes });
      const ids = (found: readonly { id: string }[]) => found.map(({ id }) => id).sort();
      assert.deepEqual(ids(await store.callbacks({ provider: 'rare', limit: 5 })), ['c1250', 'c3']);
      assert.deepEqual(ids(await store.callbacks({ code: 'HELD', limit: 5 })), ['c1250', 'c3']);
      assert.deepEqual(ids(await store.deposits({ asset: 'rare', limit: 5 })), ['deposit-k1250', 'deposit-k3']);
      assert.equal((await store.events({ kind: 'deposit.failed', limit: 5 })).length, 2);
      assert.equal((await store.events({ kind: 'deposit.failed', state: 'owed', limit: 5 })).length, 2);
      assertDistinct(await store.events({ state: 'owed', limit: 2000 }), 1300);
      assertDistinct(await store.events({ limit: 2000 }), 1300);
      assertDistinct(await store.deposits({ limit: 2000 }), 1300);
      assertDistinct(await store.callbacks({ limit: 2000 }), 1300);
    },
  },
  {
    name: 'counts tell what is there and what is owed since when',
    async run({ store }, clock) {
      assert.deepEqual(await store.counts(), {
        callbacks: 0,
        deposits: {},
        owed: 0,
        dead: 0,
        unread: 0,
        unverified: 0,
      });
      await recordDeposits(store, 'a');
      clock.advance(5);
      await recordDeposits(store, 'b', 'c');
      const pending = sampleDeposit('d', { status: 'pending', waitingSince: clock.now() });
      await store.commit({ callbacks: [], changes: [sampleChange('d', { deposits: [pending] })] });
      assert.deepEqual(await store.counts(), {
        callbacks: 3,
        deposits: { confirmed: 3, pending: 1 },
        owed: 3,
        dead: 0,
        unread: 0,
        unverified: 0,
        oldestOwedAt: startOfTime,
      });
      const [first, second] = await claimAll(store, 2);
      assert.ok(first && second);
      assert.equal((await store.counts()).owed, 3, 'a leased event is still owed');
      await store.settle(first, []);
      await store.fail(second, { error: 'x', delayMs: 0, dead: true });
      const counts = await store.counts();
      assert.deepEqual([counts.owed, counts.dead, counts.oldestOwedAt], [1, 1, startOfTime + 5]);
    },
  },
  {
    name: 'counts tell how many quarantined callbacks nobody has finished reading, as they stand now',
    async run({ store }, clock) {
      const unread = (id: string): CallbackRecord =>
        sampleCallback(id, { outcome: 'quarantined', finished: false, receivedAt: clock.now() });
      const ignored = sampleCallback('ignored', { outcome: 'ignored', finished: false });
      const released = sampleCallback('released', { outcome: 'quarantined' });
      await store.commit({ callbacks: [unread('1'), unread('2'), unread('3'), ignored, released], changes: [] });
      assert.equal((await store.counts()).unread, 3);
      await store.commit({ callbacks: [sampleCallback('1'), { ...unread('2'), finished: true }], changes: [] });
      assert.equal((await store.counts()).unread, 1);
      clock.advance(1);
      await store.prune(clock.now());
      assert.equal((await store.counts()).unread, 1);
    },
  },
];

function assertDistinct(found: readonly { id: string }[], count: number): void {
  assert.equal(found.length, count);
  assert.equal(new Set(found.map(({ id }) => id)).size, count);
}
