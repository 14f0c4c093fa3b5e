import assert from 'node:assert/strict';
import { test } from 'node:test';
import { depositCallbacks } from '../lib/deposit-callbacks.ts';
import type { EventKind } from '../lib/deposits/deposit.ts';
import { silentLogger } from '../lib/observe/logger.ts';
import { imtoken } from '../lib/providers/imtoken.ts';
import { fixedClock } from '../lib/testing/fixed-clock.ts';
import { callbackBody, randomHash, type Sent, secret, signed } from './helpers/deposits.ts';
import { everyStore } from './helpers/every-store.ts';
import { policy } from './helpers/receiver.ts';
import { send, serve } from './helpers/serve.ts';

const promise = 'an old word after mined, removed and pruned credits nothing, and no event id is made twice';

for (const [engine, open] of await everyStore()) {
  test(`${engine}: ${promise}`, async (t) => {
    const clock = fixedClock();
    const callbacks = depositCallbacks({
      providers: [imtoken({ secrets: [secret] })],
      store: open({ now: clock.now }),
      policy,
      logger: silentLogger,
      now: clock.now,
    });
    t.after(() => callbacks.close(0));
    const told: string[] = [];
    for (const kind of ['deposit', 'deposit.pending', 'deposit.reverted', 'deposit.failed'] satisfies EventKind[]) {
      callbacks.on(kind, (_, { eventId }) => void told.push(eventId));
    }
    const port = await serve(t, callbacks);
    const of = { hash: randomHash(), block: randomHash() };
    const tell = async (sent: Sent): Promise<void> => {
      clock.advance(1000);
      const request = signed(callbackBody({ ...of, ...sent }), { now: clock.now() });
      assert.equal((await send(port, { path: '/imtoken', ...request })).status, 200);
      await callbacks.idle();
    };
    const kinds = (): string[] => told.map((id) => id.slice(id.indexOf(':') + 1));

    await tell({ type: 'deposit.pending', confirmations: 1, timestamp: '2026-01-01T00:00:01Z' });
    await tell({ type: 'deposit.reverted', timestamp: '2026-01-01T00:00:03Z' });
    assert.deepEqual(kinds(), ['1:deposit.pending', '1:deposit.failed']);
    clock.advance(1000);
    await callbacks.store.prune(clock.now());
    assert.deepEqual(await callbacks.store.deposits({ limit: 9 }), []);

    await tell({ confirmations: 12, timestamp: '2026-01-01T00:00:02Z' });
    assert.deepEqual(kinds(), ['1:deposit.pending', '1:deposit.failed'], 'the removal is still known');
    const [deposit] = await callbacks.store.deposits({ limit: 9 });
    assert.deepEqual([deposit?.status, deposit?.code], ['failed', 'REMOVED']);

    // What is newer than the removal counts, and is told under ids of its own.
    await tell({ type: 'deposit.pending', confirmations: 1, timestamp: '2026-01-01T00:00:04Z' });
    clock.advance(1000);
    await callbacks.store.prune(clock.now());
    await tell({ confirmations: 12, timestamp: '2026-01-01T00:00:05Z' });
    assert.deepEqual(kinds(), ['1:deposit.pending', '1:deposit.failed', '1:deposit']);
    assert.equal(new Set(told).size, told.length);
  });
}
