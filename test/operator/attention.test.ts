import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { findNeeds } from '../../lib/operator/attention.ts';
import { creditOf } from '../../lib/operator/credit.ts';
import { createLastCallbacks } from '../../lib/operator/last-callbacks.ts';
import type { Need } from '../../lib/operator/need.ts';
import { createRefused } from '../../lib/operator/refused.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import type { Claim, Store } from '../../lib/stores/store.ts';
import { fixedClock } from '../../lib/testing/fixed-clock.ts';
import { callbackRecord } from '../helpers/callback-record.ts';
import { owe } from '../helpers/events.ts';

const clock = fixedClock();
const minute = 60_000;

async function opened(t: TestContext): Promise<Store> {
  const store = sqliteStore({ path: ':memory:', now: clock.now });
  await store.ready();
  t.after(() => store.close());
  return store as Store;
}

async function needsOf(store: Store, more: Partial<Parameters<typeof findNeeds>[0]> = {}): Promise<readonly Need[]> {
  const lastCallbacks = createLastCallbacks(store);
  return (
    await findNeeds({ store, lastCallbacks, refused: createRefused(store, lastCallbacks), now: clock.now(), ...more })
  ).needs;
}

const brief = (needs: readonly Need[]): unknown[] =>
  needs.map(({ kind, count, codes }) => (codes === undefined ? [kind, count] : [kind, count, codes]));

test('an empty store needs nobody, and neither does one whose deposits are credited', async (t) => {
  const store = await opened(t);
  assert.deepEqual(await needsOf(store), []);
  await owe(store, 'a', ['deposit']);
  const [claim] = await store.claim({ limit: 1, leaseMs: 1_000, except: [] });
  await store.settle(claim as Claim, []);
  assert.deepEqual(await needsOf(store), []);
});

test('deposits in quarantine are counted by code, those to assign apart', async (t) => {
  const store = await opened(t);
  await owe(store, 'a', [], 1n, { status: 'quarantined', code: 'HELD' });
  await owe(store, 'b', [], 1n, { status: 'quarantined', code: 'CONFLICT' });
  await owe(store, 'c', [], 1n, { status: 'quarantined', code: 'CONFLICT' });
  await owe(store, 'd', [], 1n, { status: 'quarantined', code: 'UNASSIGNED' });
  assert.deepEqual(brief(await needsOf(store)), [
    ['quarantined', 3, { CONFLICT: 2, HELD: 1 }],
    ['unassigned', 1],
  ]);
});

test('callbacks that nobody could read whole are counted by the code of the part', async (t) => {
  const store = await opened(t);
  const quarantined = { outcome: 'quarantined', finished: false, receivedAt: clock.now() } as const;
  await store.commit({
    callbacks: [
      callbackRecord({ ...quarantined, id: 'cb_1', code: 'BODY_UNREADABLE' }),
      callbackRecord({
        ...quarantined,
        id: 'cb_2',
        code: 'HELD',
        transfers: [
          { outcome: 'quarantined', code: 'HELD', depositId: 'dep_1' },
          { outcome: 'quarantined', code: 'ADDRESS_MALFORMED' },
        ],
      }),
      callbackRecord({ ...quarantined, id: 'cb_3', finished: true, code: 'HELD' }),
    ],
    changes: [],
  });
  assert.deepEqual(brief(await needsOf(store)), [['unread', 2, { BODY_UNREADABLE: 1, ADDRESS_MALFORMED: 1 }]]);
});

test('events are needs when they are dead, when nothing listens, and when they are owed for long', async (t) => {
  const store = await opened(t);
  await owe(store, 'a', ['deposit']);
  await owe(store, 'b', ['deposit.reverted']);
  assert.deepEqual(await needsOf(store), []);
  assert.deepEqual(brief(await needsOf(store, { listensTo: (kind) => kind !== 'deposit' })), [['unheard', 1]]);
  const later = clock.now() + 10 * minute + 1;
  assert.deepEqual(brief(await needsOf(store, { now: later })), [['backlog', 2]]);
  const [claim] = await store.claim({ limit: 1, leaseMs: 1_000, except: ['deposit.reverted'] });
  await store.fail(claim as Claim, { error: 'the ledger is down', delayMs: 0, dead: true });
  assert.deepEqual(brief(await needsOf(store)), [['dead-letters', 1]]);
});

test('a deposit is stuck after the bound of its own network, and one in quarantine is counted once', async (t) => {
  const store = await opened(t);
  const waiting = { waitingSince: clock.now(), code: 'QUORUM_PENDING' } as const;
  await owe(store, 'a', [], 1n, { ...waiting, status: 'pending' });
  await owe(store, 'b', [], 1n, { ...waiting, status: 'quarantined', code: 'HELD' });
  const bound = 30 * 24 * 60 * minute;
  assert.deepEqual(brief(await needsOf(store, { now: clock.now() + bound })), [
    ['quarantined', 1, { HELD: 1 }],
    ['stuck', 1, { QUORUM_PENDING: 1 }],
  ]);
});

test('a provider is silent once it has spoken and stopped, and only if silenceMs is set', async (t) => {
  const store = await opened(t);
  await store.commit({ callbacks: [callbackRecord({ receivedAt: clock.now() })], changes: [] });
  const now = clock.now() + 60 * minute;
  const providers = [{ name: 'imtoken' }, { name: 'new' }];
  assert.deepEqual(brief(await needsOf(store, { providers, now })), []);
  const [need, ...more] = await needsOf(store, { providers, now, silenceMs: 30 * minute });
  assert.deepEqual([need?.kind, need?.provider, more.length], ['silent', 'imtoken', 0]);
});

test('a disk that is almost full is a need, and a large one with room in it is none', async (t) => {
  const store = await opened(t);
  const withRoom = (freeBytes: number, totalBytes: number): Store =>
    ({ ...store, room: async () => ({ freeBytes, totalBytes }) }) as Store;
  assert.deepEqual(brief(await needsOf(withRoom(2 ** 40, 2 ** 42))), []);
  assert.deepEqual(brief(await needsOf(withRoom(2 ** 30, 2 ** 40))), [['disk', 1]]);
  assert.deepEqual(brief(await needsOf(withRoom(2 ** 20, 2 ** 21))), [['disk', 1]]);
});

test('a confirmed deposit is credited only once its event is handled, and says what keeps it', async (t) => {
  const store = await opened(t);
  await owe(store, 'a', ['deposit']);
  const credit = (): ReturnType<typeof creditOf> => creditOf(store, { id: 'dep_a', status: 'confirmed' });
  const claimed = async (): Promise<Claim> => (await store.claim({ limit: 1, leaseMs: 1_000, except: [] }))[0] as Claim;
  assert.deepEqual(await credit(), { state: 'owed' });
  await store.fail(await claimed(), { error: 'the ledger is down', delayMs: 0, dead: false });
  assert.deepEqual(await credit(), { state: 'failing', error: 'the ledger is down' });
  await store.fail(await claimed(), { error: 'the ledger is gone', delayMs: 0, dead: true });
  assert.deepEqual(await credit(), { state: 'dead', error: 'the ledger is gone', eventId: 'dep_a:1:deposit' });
  await store.redeliver('dep_a:1:deposit');
  await store.settle(await claimed(), []);
  assert.deepEqual(await credit(), { state: 'done' });
  assert.equal(await creditOf(store, { id: 'dep_a', status: 'pending' }), undefined);
});

test('an earlier dead letter that keeps the credit back is the one to redeliver', async (t) => {
  const store = await opened(t);
  await owe(store, 'a', ['deposit.pending', 'deposit']);
  const [claim] = await store.claim({ limit: 1, leaseMs: 1_000, except: [] });
  await store.fail(claim as Claim, { error: 'no such table', delayMs: 0, dead: true });
  assert.deepEqual(await creditOf(store, { id: 'dep_a', status: 'confirmed' }), {
    state: 'dead',
    error: 'no such table',
    eventId: 'dep_a:1:deposit.pending',
  });
});
