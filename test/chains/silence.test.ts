import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { evmChain } from '../../lib/chains/evm.ts';
import { silentLogger } from '../../lib/observe/logger.ts';
import { resolveOptions } from '../../lib/options.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { createReceiver } from '../../lib/receiver.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import { fixedClock } from '../../lib/testing/fixed-clock.ts';
import { startAnvil } from './anvil.ts';
import { ether, secret } from './exchange.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';

test('while a provider is silent, and once more when it is heard, the newest blocks are read too', async (t) => {
  const anvil = await startAnvil();
  const folder = await mkdtemp(join(tmpdir(), 'silence-'));
  const clock = fixedClock();
  const receiver = createReceiver(
    resolveOptions({
      providers: [imtoken({ secrets: [secret] })],
      store: sqliteStore({ path: join(folder, 'deposits.db') }),
      chains: [evmChain({ network: 'eip155:1', url: anvil.url })],
      policy: { assets: [{ asset: ether, decimals: 18 }], isOurs: ({ address }) => address === alice },
      reconcile: { blocksPerMinute: 1_000_000 },
      logger: silentLogger,
      now: clock.now,
    }),
  );
  t.after(async () => {
    await receiver.close(() => 5_000);
    await anvil.close();
    await rm(folder, { recursive: true, force: true });
  });
  const { store } = receiver.settings;
  await store.ready();
  const pending = async (): Promise<bigint[]> => (await store.deposits({ limit: 9 })).map(({ amount }) => amount);
  await anvil.mine(3);
  await receiver.follower.catchUp();
  const cursor = await store.cursors();

  await anvil.send({ to: alice, value: 7n });
  await anvil.mine(2);
  clock.advance(3 * 60_000);
  await receiver.follower.catchUp();
  assert.deepEqual(await pending(), [], 'what is not final is left to the provider');

  receiver.news.tell('silence', { provider: 'imtoken', sinceMs: 60_000 });
  await receiver.follower.catchUp();
  assert.deepEqual(await pending(), [7n]);
  await anvil.send({ to: alice, value: 2n });
  await anvil.mine(2);
  await receiver.follower.catchUp();
  assert.deepEqual(await pending(), [2n, 7n], 'for as long as it is silent');

  await anvil.send({ to: alice, value: 3n });
  await anvil.mine(2);
  receiver.news.tell('heard', { provider: 'imtoken', sinceMs: 60_000 });
  await receiver.follower.catchUp();
  assert.deepEqual((await pending()).sort(), [2n, 3n, 7n], 'and for the time between');
  await anvil.send({ to: alice, value: 4n });
  await anvil.mine(2);
  await receiver.follower.catchUp();
  assert.equal((await pending()).length, 3);
  assert.deepEqual(
    (await store.cursors()).map(({ block }) => block),
    cursor.map(({ block }) => block),
    'the cursor stays with what is final',
  );
});
