import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRetention } from '../../lib/operator/retention.ts';
import { resolveOptions } from '../../lib/options.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { memoryStore } from '../../lib/stores/memory.ts';
import { fixedClock } from '../../lib/testing/fixed-clock.ts';
import { claimOne, recordDeposits, sampleCallback } from '../../lib/testing/store-cases/samples.ts';
import { secret } from '../helpers/deposits.ts';
import { policy } from '../helpers/receiver.ts';

const day = 86_400_000;

function setUp({ retainMs, retainEvidenceMs }: { retainMs?: number; retainEvidenceMs?: number }) {
  const clock = fixedClock(Date.UTC(2030, 0, 1));
  const store = memoryStore({ now: clock.now });
  // By default 30 days.
  const { retainRefusalsMs } = resolveOptions({ providers: [imtoken({ secrets: [secret] })], store, policy });
  const retention = createRetention({ store, now: clock.now, retainMs, retainEvidenceMs, retainRefusalsMs });
  const ids = async (): Promise<string[]> => (await store.callbacks({ limit: 99 })).map(({ id }) => id).sort();
  const receive = async (id: string, outcome: 'rejected' | 'ignored'): Promise<void> => {
    const callback = sampleCallback(id, {
      outcome,
      transfers: [],
      finished: outcome === 'rejected',
      receivedAt: clock.now(),
    });
    await store.commit({ callbacks: [callback], changes: [] });
  };
  return { clock, store, retention, ids, receive };
}

test('refusals are forgotten after their time, and what may be money is not', async () => {
  const { clock, store, retention, ids, receive } = setUp({});
  await recordDeposits(store, 'credited');
  await receive('refused', 'rejected');
  await receive('ping', 'ignored');
  clock.advance(10 * day);
  await receive('refused later', 'rejected');
  await retention();
  assert.deepEqual(await ids(), ['credited', 'ping', 'refused', 'refused later']);
  clock.advance(20 * day + 1);
  await retention();
  assert.deepEqual(await ids(), ['credited', 'ping', 'refused later']);
  clock.advance(10 * day);
  await retention();
  assert.deepEqual(await ids(), ['credited', 'ping']);
});

test('evidence outlives retainMs until retainEvidenceMs', async () => {
  const { clock, store, retention, ids, receive } = setUp({ retainMs: 40 * day, retainEvidenceMs: 400 * day });
  await recordDeposits(store, 'credited');
  await store.settle(await claimOne(store), []);
  await receive('ping', 'ignored');
  clock.advance(41 * day);
  await retention();
  assert.deepEqual(await ids(), ['credited']);
  clock.advance(360 * day);
  await retention();
  assert.deepEqual(await ids(), []);
  assert.equal((await store.deposits({ limit: 9 })).length, 1, 'the deposit stays for good');
});

test('a callback that was kept unread is forgotten once it is finished, by the next whole look', async () => {
  const { clock, store, retention, ids } = setUp({ retainMs: 40 * day });
  const unread = sampleCallback('unread', {
    outcome: 'quarantined',
    finished: false,
    receivedAt: clock.now(),
    transfers: [],
  });
  await store.commit({ callbacks: [unread], changes: [] });
  clock.advance(41 * day);
  await retention();
  assert.deepEqual(await ids(), ['unread']);
  await store.commit({ callbacks: [{ ...unread, outcome: 'ignored', finished: true }], changes: [] });
  clock.advance(day);
  await retention();
  assert.deepEqual(await ids(), []);
});
