import assert from 'node:assert/strict';
import { after, before, test as nodeTest, type TestContext } from 'node:test';
import { createClient } from 'redis';
import { isDepositCallbackError } from '../../../lib/errors.ts';
import { type RedisStoreOptions, redisStore } from '../../../lib/stores/redis.ts';
import type { Store } from '../../../lib/stores/store.ts';
import { claimOne, recordDeposits, sampleCallback } from '../../../lib/testing/store-cases/samples.ts';
import { type RedisServer, redisServerMissing, startRedis } from '../../helpers/redis-server.ts';

const skip = redisServerMissing();
let server: RedisServer;
before(async () => {
  if (skip === undefined) server = await startRedis();
});
after(() => server?.remove());

function test(name: string, run: (t: TestContext) => Promise<void>): void {
  void nodeTest(name, { skip: skip ?? false }, run);
}

let prefixes = 0;

async function open(t: TestContext, options: Partial<RedisStoreOptions> = {}): Promise<Store<never>> {
  prefixes += 1;
  const store = redisStore({ client: server.client(), prefix: `own-${prefixes}:`, ...options } as RedisStoreOptions);
  t.after(() => store.close());
  await store.ready();
  return store;
}

function isCoded(code: string, ...texts: string[]): (error: unknown) => boolean {
  return (error) =>
    isDepositCallbackError(error) && error.code === code && texts.every((text) => error.message.includes(text));
}

test('redis: settings that may lose or evict an acknowledged callback are refused by name', async (t) => {
  const admin = server.client();
  const refused: [name: string, bad: string, good: string][] = [
    ['appendonly', 'no', 'yes'],
    ['appendfsync', 'everysec', 'always'],
    ['appendfsync', 'no', 'always'],
    ['maxmemory-policy', 'allkeys-lru', 'noeviction'],
  ];
  for (const [name, bad, good] of refused) {
    await admin.config('SET', name, bad);
    await assert.rejects(open(t), isCoded('STORE_NOT_DURABLE', `${name} is ${bad}`, `set ${name} ${good}`));
    await open(t, { acceptLoss: true });
    await admin.config('SET', name, good);
  }
  await open(t);
});

test('redis: a server that does not tell its settings is refused', async (t) => {
  await server.client().acl('SETUSER', 'managed', 'on', 'nopass', '~*', '&*', '+@all', '-config');
  const client = server.client({ username: 'managed', password: 'any' });
  await assert.rejects(open(t, { client }), isCoded('STORE_NOT_DURABLE', 'appendfsync is unreadable'));
});

test('redis: a replica is refused', async (t) => {
  const admin = server.client();
  await admin.replicaof('127.0.0.1', 1);
  try {
    await assert.rejects(open(t), isCoded('OPTION_INVALID', 'replica'));
  } finally {
    await admin.replicaof('NO', 'ONE');
  }
});

test('redis: atomically is refused with the fix, and the lease stays', async (t) => {
  const store = (await open(t)) as Store<unknown>;
  await recordDeposits(store, 'a');
  const claim = await claimOne(store);
  await assert.rejects(store.settle(claim, [() => {}]), isCoded('ATOMICALLY_UNSUPPORTED', 'postgresStore', 'eventId'));
  assert.equal(await store.settle(claim, []), true);
});

test('redis: a full server keeps nothing of a batch and says so', async (t) => {
  const store = (await open(t)) as Store<unknown>;
  const admin = server.client();
  await admin.config('SET', 'maxmemory', '1mb');
  try {
    await assert.rejects(recordDeposits(store, 'a'), isCoded('STORE_FULL'));
  } finally {
    await admin.config('SET', 'maxmemory', '0');
  }
  assert.equal((await store.load(['a']))[0]?.version, 0);
  await recordDeposits(store, 'a');
});

test('redis: a body that is no text comes back to the byte', async (t) => {
  const store = await open(t);
  const body = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  await store.commit({ callbacks: [sampleCallback('a', { body })], changes: [] });
  assert.deepEqual((await store.callback('a'))?.body, body);
});

test('redis: scripts are sent again to a server that has forgotten them', async (t) => {
  const store = (await open(t)) as Store<unknown>;
  await recordDeposits(store, 'a');
  await server.client().script('FLUSH');
  await recordDeposits(store, 'b');
});

for (const library of ['ioredis', 'redis'] as const) {
  test(`redis: over a client of ${library}, deposits are recorded, others woken, events settled`, async (t) => {
    const clientOf = async (): Promise<RedisStoreOptions> => {
      if (library === 'ioredis') return { client: server.client() };
      const client = createClient({ socket: { path: server.path, tls: false } });
      client.on('error', () => {});
      await client.connect();
      t.after(() => client.destroy());
      return { client };
    };
    const prefix = `${library}-wakes:`;
    const one = (await open(t, { ...(await clientOf()), prefix })) as Store<unknown>;
    const other = (await open(t, { ...(await clientOf()), prefix })) as Store<unknown>;
    const woken = new Promise<void>((resolve) => {
      t.after(async () => stop?.());
      const stop = other.onEvents?.(resolve);
    });
    const admin = server.client();
    // The subscription is on its way.
    while (((await admin.pubsub('NUMSUB', `${prefix}owed`)) as [string, number])[1] === 0);
    await recordDeposits(one, 'a');
    await woken;
    assert.equal(await other.settle(await claimOne(other), []), true);
    assert.deepEqual((await one.counts()).deposits, { confirmed: 1 });
    assert.equal((await one.load(['a']))[0]?.facts[0]?.handed, true);
  });
}

test('redis: a URL is enough', async () => {
  const store = redisStore({ url: server.path, prefix: 'by-url:' });
  await store.ready();
  await recordDeposits(store as Store<unknown>, 'a');
  await store.close();
  await assert.rejects(store.load(['a']), isCoded('STORE_NOT_READY'));
});
