import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { createLastCallbacks } from '../../lib/operator/last-callbacks.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import type { CallbackRecord, Store } from '../../lib/stores/store.ts';

const day = 24 * 3_600_000;
const now = Date.UTC(2026, 0, 1);

async function opened(t: TestContext): Promise<{
  store: Store;
  log: (provider: string, receivedAt: number, outcome?: CallbackRecord['outcome']) => Promise<void>;
}> {
  const store = sqliteStore({ path: ':memory:' });
  await store.ready();
  t.after(() => store.close());
  return {
    store,
    log: (provider, receivedAt, outcome = 'duplicate') =>
      store.log([
        {
          id: `cb_${randomUUID()}`,
          provider,
          receivedAt,
          remoteAddress: '127.0.0.1',
          method: 'POST',
          url: `/${provider}`,
          headers: {},
          bodyHash: '',
          bodyBytes: 0,
          outcome,
          transfers: [],
          tookMs: 1,
          finished: true,
        },
      ]),
  };
}

test('the newest callback of a provider that was not refused counts, within 30 days', async (t) => {
  const { store, log } = await opened(t);
  await log('busy', now - 2_000, 'recorded');
  await log('busy', now - 1_000, 'ignored');
  await log('busy', now, 'rejected');
  await log('refused', now, 'rejected');
  await log('old', now - 31 * day, 'recorded');
  const lastCallbacks = createLastCallbacks(store);
  assert.equal(await lastCallbacks.lastAt('busy', now), now - 1_000);
  assert.equal(await lastCallbacks.lastAt('refused', now), undefined);
  assert.equal(await lastCallbacks.lastAt('old', now), undefined);
});

test('what another process records later is found, and what was searched is not searched again', async (t) => {
  const { store, log } = await opened(t);
  const asked: number[] = [];
  const lastCallbacks = createLastCallbacks({
    callbacks(query) {
      asked.push(now - (query.since ?? 0));
      return store.callbacks(query);
    },
  });
  assert.equal(await lastCallbacks.lastAt('silent', now), undefined);
  await log('silent', now + 5_000, 'recorded');
  assert.equal(await lastCallbacks.lastAt('silent', now + 10_000), now + 5_000);
  assert.equal(Math.max(...asked.slice(4)), 60_000, 'from the last look, and a little before');
  assert.equal(await lastCallbacks.lastAt('silent', now + 2 * day), now + 5_000);
});

test('a search that takes long keeps nobody waiting', async () => {
  const lastCallbacks = createLastCallbacks({ callbacks: () => new Promise<never>(() => {}) });
  assert.equal(await lastCallbacks.lastAt('silent', now), 'looking');
});
