import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createDeliverer } from '../../lib/outbox/deliverer.ts';
import type { Store } from '../../lib/stores/store.ts';
import { recordDeposits } from '../../lib/testing/store-cases/samples.ts';
import { openCrashStore } from '../crash/open-store.ts';
import { startPostgres } from '../helpers/postgres-server.ts';
import { redisServerMissing, startRedis } from '../helpers/redis-server.ts';

/** Where the data of an engine stands. */
const engines: Readonly<Record<string, (t: TestContext) => Promise<string>>> = {
  async sqlite(t) {
    const directory = mkdtempSync(join(tmpdir(), 'deposit-callback-orphans-'));
    t.after(() => rmSync(directory, { recursive: true }));
    return join(directory, 'deposits.db');
  },
  async postgres(t) {
    const server = await startPostgres();
    t.after(() => server.remove());
    return server.url;
  },
  async redis(t) {
    const server = await startRedis();
    t.after(() => server.remove());
    return server.path;
  },
};

/** Far below the lease: what waits for its end hangs, and is red. */
const timeout = 300_000;

for (const [engine, start] of Object.entries(engines)) {
  const skip = engine === 'redis' ? (redisServerMissing() ?? false) : false;

  test(`${engine}: 2,000 events that a killed process held are handed out at once, long before their leases end`, {
    skip,
    timeout,
  }, async (t) => {
    const where = await start(t);
    await record(engine, where, 2_000);
    const holder = child(t, 'holder.ts', [engine, where]);
    const [{ held }] = (await once(holder, 'message')) as [{ held: number }];
    assert.equal(held, 2_000);

    const store = await opened(t, engine, where);
    assert.deepEqual(await store.freeOrphaned({ crashes: 12 }), { freed: 0, dead: [] }, 'the holder lives');
    assert.deepEqual(await store.claim({ limit: 10, leaseMs: 1_000, except: [] }), []);

    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const restarted = performance.now();
    const handed = new Set<string>();
    const deliverer = createDeliverer({ store });
    deliverer.on('deposit', ({ id }) => void handed.add(id));
    t.after(() => deliverer.close());
    while (handed.size < 2_000) {
      await deliverer.idle();
      await new Promise(setImmediate);
    }
    t.diagnostic(`handed out in ${Math.round(performance.now() - restarted)} ms`);
    assert.equal((await store.counts()).owed, 0);
  });

  test(`${engine}: events that a process had leased at their commit are due at once when it is killed`, {
    skip,
    timeout,
  }, async (t) => {
    const where = await start(t);
    const holder = child(t, 'holder.ts', [engine, where, '20']);
    const [{ held }] = (await once(holder, 'message')) as [{ held: number }];
    assert.equal(held, 20);
    const store = await opened(t, engine, where);
    assert.deepEqual(await store.freeOrphaned({ crashes: 12 }), { freed: 0, dead: [] }, 'the holder lives');
    assert.deepEqual(await store.claim({ limit: 10, leaseMs: 1_000, except: [] }), []);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    for (let freed = 0; freed < 20; ) freed += (await store.freeOrphaned({ crashes: 12 })).freed;
    const again = await store.claim({ limit: 100, leaseMs: 1_000, except: [] });
    assert.deepEqual(new Set(again.map(({ attempt }) => attempt)), new Set([1]));
    assert.equal(again.length, 20);
  });

  for (const batch of ['', '5'])
    test(`${engine}: a listener${batch && ' of batches'} that ends its process each time ends as a dead letter, and the events beside it are handled`, {
      skip,
      timeout,
    }, async (t) => {
      const where = await start(t);
      const ids = await record(engine, where, 20);
      const poison = ids[3] ?? '';
      const handed = new Set<string>();
      let kills = 0;
      for (let ended = false; !ended; ) {
        const process = child(t, 'poison.ts', [engine, where, poison, batch]);
        process.on('message', (message) => handed.add((message as { handed: string }).handed));
        const [code] = (await once(process, 'close')) as [number | null];
        if (code === null) kills += 1;
        else ended = true;
        assert.ok(kills <= 4, `${kills} kills`);
      }
      const store = await opened(t, engine, where);
      const dead = await store.events({ state: 'dead', limit: 9 });
      assert.deepEqual(
        dead.map(({ deposit, crashes, error }) => ({ id: deposit.id, crashes, error })),
        [{ id: poison, crashes: 4, error: 'Each process that handed it out ended before its listeners did' }],
      );
      assert.deepEqual([...handed].sort(), ids.filter((id) => id !== poison).sort());
      assert.equal((await store.counts()).owed, 0);

      assert.equal(await store.redeliver(dead[0]?.id ?? ''), true);
      const [again] = await store.claim({ limit: 9, leaseMs: 1_000, except: [] });
      assert.equal(again?.event.deposit.id, poison, 'an operator may hand it out again, as one that has never crashed');
      assert.equal(again.attempt, 1);
    });

  test(`${engine}: what a store held that was closed is due at once`, { skip, timeout }, async (t) => {
    const where = await start(t);
    await record(engine, where, 3);
    const closed = openCrashStore(engine, where);
    await closed.ready();
    closed.onEvents?.(() => {});
    const claims = await closed.claim({ limit: 2, leaseMs: 3_600_000, except: [] });
    assert.equal(claims.length, 2);
    await closed.close();
    const store = await opened(t, engine, where);
    for (let freed = 0; freed < 2; ) freed += (await store.freeOrphaned({ crashes: 12 })).freed;
    const again = await store.claim({ limit: 9, leaseMs: 1_000, except: [] });
    assert.deepEqual(
      again.map(({ attempt }) => attempt),
      [1, 1, 1],
    );
    for (const claim of claims) assert.equal(await store.settle(claim, []), false, 'the old claim is fenced off');
  });
}

async function record(engine: string, where: string, count: number): Promise<string[]> {
  const store = openCrashStore(engine, where);
  await store.ready();
  const keys = Array.from({ length: count }, (_, index) => `key-${String(index).padStart(4, '0')}`);
  await recordDeposits(store, ...keys);
  const deposits = await store.deposits({ limit: count });
  await store.close();
  return deposits.map(({ id }) => id).sort();
}

async function opened(t: TestContext, engine: string, where: string): Promise<Store<unknown>> {
  const store = openCrashStore(engine, where);
  await store.ready();
  t.after(() => store.close());
  return store;
}

function child(t: TestContext, file: string, args: string[]): ChildProcess {
  const process = fork(new URL(`../crash/${file}`, import.meta.url), args, { execArgv: ['--import', 'tsx'] });
  t.after(() => process.kill('SIGKILL'));
  return process;
}
