import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { createIntake, type Intake } from '../../lib/ingest/intake.ts';
import type { VerifiedCallback } from '../../lib/ingest/read-callback.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import type { Batch, Store } from '../../lib/stores/store.ts';
import { callbackBody, type Sent, secret } from '../helpers/deposits.ts';
import { policy } from '../helpers/receiver.ts';

const provider = imtoken({ secrets: [secret] });
let count = 0;

function callback(sent: Sent = {}): VerifiedCallback {
  const body = Buffer.from(JSON.stringify(callbackBody(sent)));
  count += 1;
  return {
    provider,
    inbound: { method: 'POST', url: '/imtoken', headers: {}, body, receivedAt: 1 },
    verified: {},
    callback: {
      id: `cb_${count}`,
      provider: provider.name,
      receivedAt: 1,
      startedAt: 1,
      remoteAddress: '127.0.0.1',
      method: 'POST',
      url: '/imtoken',
      headers: {},
      body,
      bodyHash: createHash('sha256').update(body).digest('hex'),
      bodyBytes: body.length,
    },
  };
}

/** SQLite in memory, with `commit` in the test's hands: it sees each batch before the store does. */
async function setUp(
  t: TestContext,
  before: (batch: Batch, store: Store) => unknown = () => {},
): Promise<{ intake: Intake; store: Store; sizes: number[] }> {
  const store: Store = sqliteStore({ path: ':memory:' });
  await store.ready();
  t.after(() => store.close());
  const sizes: number[] = [];
  const watched: Store = {
    ...store,
    async commit(batch) {
      sizes.push(batch.callbacks.length);
      await before(batch, store);
      return store.commit(batch);
    },
  };
  return { intake: createIntake({ store: watched, policy, providers: [provider], now: () => 1 }), store, sizes };
}

test('callbacks that come in one turn of the event loop share one commit', async (t) => {
  const { intake, store, sizes } = await setUp(t);
  const recorded = await Promise.all(Array.from({ length: 20 }, () => intake.take(callback())));
  assert.deepEqual(sizes, [20]);
  assert.equal(new Set(recorded.flatMap((one) => one.eventIds)).size, 20);
  assert.equal((await store.deposits({ limit: 50 })).length, 20);
});

test('what comes while a commit is in flight goes with the next one', async (t) => {
  let release: (() => void) | undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let committing: (() => void) | undefined;
  const first = new Promise<void>((resolve) => {
    committing = resolve;
  });
  const { intake, sizes } = await setUp(t, () => {
    committing?.();
    return held;
  });
  const early = intake.take(callback());
  await first;
  const late = Array.from({ length: 5 }, () => intake.take(callback()));
  await new Promise(setImmediate);
  assert.deepEqual(sizes, [1], 'nothing goes beside a commit that is in flight');
  release?.();
  await Promise.all([early, ...late]);
  assert.deepEqual(sizes, [1, 5]);
});

test('of two equal callbacks in one batch, one is recorded and the other is the duplicate', async (t) => {
  const { intake, sizes } = await setUp(t);
  const hash = `0x${'ab'.repeat(32)}`;
  const [first, second] = await Promise.all([1, 2].map(() => intake.take(callback({ hash, block: hash }))));
  assert.deepEqual(sizes, [2]);
  assert.deepEqual([first?.record.outcome, second?.record.outcome], ['recorded', 'duplicate']);
});

test('a callback that the store cannot take does not fail its neighbours', async (t) => {
  const bad = callback();
  const { intake, store } = await setUp(t, ({ callbacks }) => {
    if (callbacks.some((one) => one.id === bad.callback.id)) throw new Error('a value out of range');
  });
  const settled = await Promise.allSettled([intake.take(callback()), intake.take(bad), intake.take(callback())]);
  assert.deepEqual(
    settled.map((one) => one.status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.equal((await store.deposits({ limit: 5 })).length, 2);
});

test('when the store is down, a batch is given up after two callbacks, not tried one by one', async (t) => {
  const { intake, sizes } = await setUp(t, () => {
    throw new Error('connection refused');
  });
  const settled = await Promise.allSettled(Array.from({ length: 50 }, () => intake.take(callback())));
  assert.ok(settled.every((one) => one.status === 'rejected'));
  assert.deepEqual(sizes, [50, 1, 1]);
});

test('a loser of compare-and-set loads again and folds on top of the winner', async (t) => {
  const hash = `0x${'cd'.repeat(32)}`;
  const other = createOther();
  let rivalled = false;
  const { intake, store, sizes } = await setUp(t, async (_batch, inner) => {
    if (rivalled) return;
    rivalled = true;
    await other(inner).take(callback({ hash, block: hash, confirmations: 1, type: 'deposit.pending' }));
  });
  const { eventIds } = await intake.take(callback({ hash, block: hash }));
  assert.deepEqual(sizes, [1, 1]);
  assert.equal(eventIds.length, 1);
  const [deposit, ...more] = await store.deposits({ limit: 5 });
  assert.deepEqual(more, []);
  assert.equal(deposit?.callbackIds.length, 2);
  assert.equal(deposit?.status, 'confirmed');
});

function createOther(): (store: Store) => Intake {
  return (store) => createIntake({ store, policy, providers: [provider], now: () => 1 });
}

test('a transaction that can never be committed is given up with UNAVAILABLE', async (t) => {
  const { intake } = await setUp(t);
  const store = sqliteStore({ path: ':memory:' });
  await store.ready();
  t.after(() => store.close());
  const losing: Store = { ...store, commit: async ({ changes }) => ({ lost: changes.map((one) => one.key) }) };
  const never = createIntake({ store: losing, policy, providers: [provider] });
  await assert.rejects(never.take(callback()), { code: 'UNAVAILABLE' });
  await intake.take(callback());
});

test('policy.hold that throws refuses only the callbacks of its transaction', async (t) => {
  const store = sqliteStore({ path: ':memory:' });
  await store.ready();
  t.after(() => store.close());
  const hold = ({ amount }: { amount: bigint }) => {
    if (amount === 13n) throw new Error('the risk service is down');
    return undefined;
  };
  const intake = createIntake({ store, policy: { ...policy, hold }, providers: [provider], now: () => 1 });
  const settled = await Promise.allSettled([
    intake.take(callback({ amount: '13' })),
    intake.take(callback({ amount: '14' })),
  ]);
  assert.deepEqual(
    settled.map((one) => one.status),
    ['rejected', 'fulfilled'],
  );
  assert.deepEqual(
    (await store.deposits({ limit: 5 })).map((one) => one.amount),
    [14n],
  );
});

const two = (first: string, second: string): VerifiedCallback => {
  const one = callback({ amount: first });
  const reading = (body: object) => provider.read({ ...one.inbound, body: Buffer.from(JSON.stringify(body)) }, {});
  const readings = [first, second].map((amount) => reading(callbackBody({ amount })));
  const transfers = readings.flatMap((each) => each.transfers);
  return { ...one, provider: { ...provider, read: () => ({ kind: 'transfers', transfers, removals: [] }) } };
};

test('a callback of which one transaction fails leaves nothing behind, though its neighbour is recorded', async (t) => {
  const store: Store = sqliteStore({ path: ':memory:' });
  await store.ready();
  t.after(() => store.close());
  const intake = createIntake({
    store,
    policy: {
      ...policy,
      hold({ amount }) {
        if (amount === 13n) throw new Error('the sanctions list is not there');
        return undefined;
      },
    },
    providers: [provider],
    now: () => 1,
  });
  const [mixed, neighbour] = await Promise.allSettled([
    intake.take(two('1', '13')),
    intake.take(callback({ amount: '2' })),
  ]);
  assert.deepEqual([mixed.status, neighbour.status], ['rejected', 'fulfilled']);
  const deposits = await store.deposits({ limit: 9 });
  assert.deepEqual(
    deposits.map(({ amount }) => amount),
    [2n],
  );
  const [deposit] = deposits;
  assert.ok(await store.callback(deposit?.callbackIds[0] ?? ''));
});

test('a function of the policy that never answers fails its callback after a while', async (t) => {
  const store: Store = sqliteStore({ path: ':memory:' });
  await store.ready();
  t.after(() => store.close());
  const never = () => new Promise<never>(() => {});
  for (const hanging of [{ isOurs: never }, { isOwnSender: never }, { hold: never }]) {
    const intake = createIntake({ store, policy: { ...policy, ...hanging }, providers: [provider], policyMs: 20 });
    const sent = callback();
    const from = '0x0000000000000000000000000000000000000001';
    const { kind, transfers, removals } = provider.read(sent.inbound, {});
    const read = () => ({ kind, transfers: transfers.map((one) => ({ ...one, from })), removals });
    await assert.rejects(intake.take({ ...sent, provider: { ...provider, read } }), { code: 'UNAVAILABLE' });
    await intake.recorder.idle();
  }
});

test('callbacks of very many transfers do not share a commit: together they would hold the event loop for seconds', async (t) => {
  const large: number[] = [];
  const { intake, store } = await setUp(t, ({ callbacks }) => {
    large.push(callbacks.filter(({ transfers }) => transfers.length === 600).length);
  });
  const many = (): VerifiedCallback => {
    const one = callback();
    const transfers = Array.from({ length: 600 }, () => {
      const body = Buffer.from(JSON.stringify(callbackBody()));
      return provider.read({ ...one.inbound, body }, {}).transfers;
    }).flat();
    return { ...one, provider: { ...provider, read: () => ({ kind: 'transfers', transfers, removals: [] }) } };
  };
  await Promise.all([intake.take(callback()), intake.take(many()), intake.take(many()), intake.take(callback())]);
  assert.deepEqual(
    large.filter((count) => count > 0),
    [1, 1],
  );
  assert.equal((await store.counts()).deposits.confirmed, 1_202);
});
