import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { type TestContext, test } from 'node:test';
import pg from 'pg';
import { depositCallbacks } from '../../lib/deposit-callbacks.ts';
import { silentLogger } from '../../lib/observe/logger.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import type { Provider } from '../../lib/providers/kit/provider.ts';
import { standardWebhooks } from '../../lib/providers/standard-webhooks.ts';
import { postgresStore } from '../../lib/stores/postgres.ts';
import type { Store } from '../../lib/stores/store.ts';
import { signCallback } from '../../lib/testing/sign-callback.ts';
import { alice, callbackBody, randomHash, secret, signed, usdt } from '../helpers/deposits.ts';
import { type PostgresServer, startPostgres } from '../helpers/postgres-server.ts';
import { runRecipe } from '../helpers/recipe.ts';
import { send, serve } from '../helpers/serve.ts';

interface Shard {
  name: string;
  url: string;
  store: Pick<Store, 'deposits'>;
}

interface Recipe {
  sharded(provider: Provider): Provider;
  router(providers: Record<string, Provider>, layouts: readonly (readonly Shard[])[]): RequestListener;
}

const otherSecret = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;

/** Names its transactions in capitals, several in one callback. */
const batches = standardWebhooks({
  name: 'batches',
  secrets: [otherSecret],
  read: (content) => ({
    kind: 'transfers',
    removals: [],
    transfers: (content as string[]).map((hash) => ({
      kind: 'confirmed',
      network: 'eip155:1',
      asset: usdt,
      amount: { units: '1500000' },
      to: alice,
      memo: null,
      transaction: { id: `0x${hash.slice(2).toUpperCase()}`, position: 'log:3', block: { hash: blockOf(hash) } },
      confirmations: 200,
      evidence: { success: true },
    })),
  }),
});
const providers = { imtoken: imtoken({ secrets: [secret] }), batches };

/** The block of a transaction, which both providers name. */
function blockOf(hash: string): string {
  return `0x${[...hash.slice(2)].reverse().join('')}`;
}

/** A database, its receiver, and what is in its ledger. */
async function startShard(t: TestContext, server: PostgresServer, name: string, { sharded }: Recipe) {
  const admin = server.pool({ max: 1 });
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const pool = new pg.Pool({ connectionString: server.url.replace('/postgres?', `/${name}?`), max: 6 });
  pool.on('error', () => {});
  const store = postgresStore<pg.PoolClient>({ pool });
  const callbacks = depositCallbacks({
    providers: Object.values(providers).map(sharded),
    store,
    // Both must say it, so a deposit is only credited where both are heard.
    policy: { assets: [{ asset: usdt, decimals: 6 }], isOurs: ({ address }) => address === alice, quorum: 2 },
    logger: silentLogger,
  });
  t.after(async () => {
    await callbacks.close();
    await store.close();
    await pool.end();
  });
  await callbacks.ready();
  await pool.query('CREATE TABLE ledger (event_id text PRIMARY KEY, transaction_id text NOT NULL)');
  callbacks.on('deposit', (deposit, { atomically, eventId }) => {
    atomically(async (client) => {
      await client.query('INSERT INTO ledger VALUES ($1, $2)', [eventId, deposit.transaction.id]);
    });
  });
  const port = await serve(t, (req, res) => {
    req.url = req.url?.replace('/callbacks', '') ?? '/';
    callbacks(req, res);
  });
  return {
    name,
    url: `http://127.0.0.1:${port}`,
    store: store as Pick<Store, 'deposits'>,
    async credited(): Promise<string[]> {
      await callbacks.idle();
      return (await pool.query<{ id: string }>('SELECT transaction_id AS id FROM ledger')).rows.map(({ id }) => id);
    },
  };
}

/** Each transaction by itself from the one, and all of them in a callback of the other. */
async function sendAll(port: number, hashes: readonly string[]): Promise<void> {
  for (const hash of hashes) {
    const sent = signed(callbackBody({ hash, block: blockOf(hash) }), { now: Date.now() });
    assert.equal((await send(port, { path: '/callbacks/imtoken', ...sent })).status, 200);
  }
  const all = signCallback(batches, { secret: otherSecret, body: JSON.stringify(hashes), now: Date.now() });
  assert.equal((await send(port, { path: '/callbacks/batches', ...all })).status, 200);
}

test('callbacks about one transaction meet in one of several databases, and are credited once, also when one is added', async (t) => {
  const recipe = (await runRecipe('sharding', [])) as unknown as Recipe;
  const server = await startPostgres();
  t.after(() => server.remove());
  const [a, b, c] = [
    await startShard(t, server, 'shard_a', recipe),
    await startShard(t, server, 'shard_b', recipe),
    await startShard(t, server, 'shard_c', recipe),
  ] as const;
  const credited = async (): Promise<string[][]> => [await a.credited(), await b.credited(), await c.credited()];

  const two = await serve(t, recipe.router(providers, [[a, b]]));
  const hashes = Array.from({ length: 24 }, randomHash);
  await sendAll(two, hashes);
  const before = await credited();
  assert.deepEqual(before.flat().sort(), [...hashes].sort(), 'each transaction once, in one of the databases');
  assert.ok(before[0]?.length && before[1]?.length, 'both have some');
  await sendAll(two, hashes);
  assert.deepEqual(await credited(), before, 'new callbacks about them credit nothing');

  const forged = signed(callbackBody(), { secret: `whsec_${Buffer.alloc(32, 9).toString('base64')}`, now: Date.now() });
  assert.equal((await send(two, { path: '/callbacks/imtoken', ...forged })).status, 401);

  const three = await serve(
    t,
    recipe.router(providers, [
      [a, b],
      [a, b, c],
    ]),
  );
  await sendAll(three, hashes);
  assert.deepEqual(await credited(), before, 'what a database knows stays there');
  const later = Array.from({ length: 24 }, randomHash);
  await sendAll(three, later);
  const after = await credited();
  assert.deepEqual(after.flat().sort(), [...hashes, ...later].sort());
  assert.ok(after[2]?.length, 'the new one takes its part of what is new');
});

test('a router that forgets the earlier layout gives a known transaction to another database, which credits it again', async (t) => {
  const recipe = (await runRecipe('sharding', [])) as unknown as Recipe;
  const server = await startPostgres();
  t.after(() => server.remove());
  const [a, b] = [
    await startShard(t, server, 'shard_a', recipe),
    await startShard(t, server, 'shard_b', recipe),
  ] as const;
  const hashes = Array.from({ length: 16 }, randomHash);
  await sendAll(await serve(t, recipe.router(providers, [[a]])), hashes);
  assert.equal((await a.credited()).length, 16);
  await sendAll(await serve(t, recipe.router(providers, [[a, b]])), hashes);
  assert.ok((await b.credited()).length > 0, 'so the page says to keep earlier layouts');
});
