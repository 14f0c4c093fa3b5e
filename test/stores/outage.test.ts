import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { depositCallbacks } from '../../lib/deposit-callbacks.ts';
import { silentLogger } from '../../lib/observe/logger.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { postgresStore } from '../../lib/stores/postgres.ts';
import { redisStore } from '../../lib/stores/redis.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import type { Store } from '../../lib/stores/store.ts';
import { alice, callbackBody, secret, signed, usdt } from '../helpers/deposits.ts';
import { startPostgres } from '../helpers/postgres-server.ts';
import { redisServerMissing, startRedis } from '../helpers/redis-server.ts';
import { type Answered, listen, send } from '../helpers/serve.ts';

interface Sent {
  id: string;
  body: object;
}

/** A receiver over the store, and ways to send it deposits. */
async function receiver(t: TestContext, store: Store<unknown>) {
  const delivered: string[] = [];
  const callbacks = depositCallbacks<unknown>({
    providers: [imtoken({ secrets: [secret] })],
    store,
    policy: { assets: [{ asset: usdt, decimals: 6 }], isOurs: ({ address }) => address === alice },
    limits: { ackMs: 700, inFlight: 20 },
    delivery: { backoff: { firstMs: 50, maxMs: 200 }, attempts: 1000, leaseMs: 1000 },
    logger: silentLogger,
  });
  callbacks.on('deposit', (deposit) => void delivered.push(String(deposit.amount)));
  await callbacks.ready();
  t.after(() => callbacks.close(500));
  const port = await listen(
    t,
    createServer((req, res) => callbacks(req, res)),
  );
  const agent = new Agent({ keepAlive: true, maxSockets: 60 });
  t.after(() => agent.destroy());
  let made = 0;

  const post = ({ id, body }: Sent): Promise<Answered> =>
    send(port, { path: '/imtoken', agent, ...signed(body, { id }) });
  return {
    callbacks,
    delivered,
    post,
    make(count: number): Sent[] {
      return Array.from({ length: count }, () => {
        made += 1;
        return { id: `msg_${made}`, body: { ...callbackBody({ amount: String(made) }), filler: 'x'.repeat(20_000) } };
      });
    },
    /** Each is refused as our own trouble. */
    async refused(all: readonly Sent[]): Promise<void> {
      for (const { status, headers } of await Promise.all(all.map(post))) {
        assert.equal(status, 503);
        assert.match(headers['retry-after'] ?? '', /^\d+$/);
      }
    },
    async taken(all: readonly Sent[]): Promise<void> {
      for (const { status } of await inTurn(all, 15, post)) assert.equal(status, 200);
    },
    /** As a sender does it: until it is taken. */
    async takenInTheEnd(all: readonly Sent[]): Promise<void> {
      await inTurn(all, 15, async (one) => {
        while ((await post(one)).status !== 200);
      });
    },
    /** Every deposit has been handed out, and every event is settled: one whose settling failed is handed out again. */
    async allDelivered(): Promise<void> {
      while (new Set(delivered).size < made || (await callbacks.store.counts()).owed > 0) {
        await callbacks.idle();
        await new Promise(setImmediate);
      }
      assert.equal(new Set(delivered).size, made);
    },
  };
}

async function inTurn<T, R>(list: readonly T[], width: number, run: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const rest = [...list];
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let one = rest.shift(); one !== undefined; one = rest.shift()) results.push(await run(one));
    }),
  );
  return results;
}

function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

/** The store goes away, callbacks are refused, the process keeps its size; it comes back and nothing is missing. */
async function goesAndComes(
  t: TestContext,
  store: Store<unknown>,
  away: () => void | Promise<void>,
  back: () => void | Promise<void>,
): Promise<void> {
  const { make, taken, refused, takenInTheEnd, allDelivered } = await receiver(t, store);
  await taken(make(10));
  await away();
  const missed = make(60);
  await refused(missed);
  const before = heapUsed();
  for (let round = 0; round < 5; round += 1) await refused(missed);
  const grown = heapUsed() - before;
  // 300 more refusals of 20 KB each, which are 6 MB.
  assert.ok(grown < 3e6, `the heap grew by ${grown} bytes`);
  await back();
  await takenInTheEnd([...missed, ...make(10)]);
  await allDelivered();
}

test('PostgreSQL stops and comes back: 503 meanwhile, then all is delivered', async (t) => {
  const server = await startPostgres();
  t.after(() => server.remove());
  const store = postgresStore({ pool: server.pool() });
  await goesAndComes(t, store as Store<unknown>, server.stop, server.start);
});

test('Redis stops and comes back: 503 meanwhile, then all is delivered', {
  skip: redisServerMissing() ?? false,
}, async (t) => {
  const server = await startRedis();
  t.after(() => server.remove());
  const store = redisStore({ client: server.client() });
  await goesAndComes(t, store as Store<unknown>, server.stop, server.start);
});

test('the disk of SQLite is full and then has room: 503 meanwhile, then all is delivered', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'deposit-callback-full-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const store = sqliteStore({ path: join(directory, 'deposits.db') });
  const pages = (most: number): void => void store.database.prepare(`PRAGMA max_page_count = ${most}`).get();
  // Below what is used, SQLite takes what is used.
  await goesAndComes(
    t,
    store as Store<unknown>,
    () => pages(1),
    () => pages(1e6),
  );
});

test('others take all of the pool: callbacks are recorded and handed out all the same, and settled when it is free', async (t) => {
  const server = await startPostgres();
  t.after(() => server.remove());
  const pool = server.pool({ max: 4 });
  const { make, taken, refused, takenInTheEnd, allDelivered, delivered } = await receiver(
    t,
    postgresStore({ pool }) as Store<unknown>,
  );
  await taken(make(3));
  await allDelivered();
  // Beside the client that records and the one that listens.
  const hogs = [await pool.connect(), await pool.connect()];
  await taken(make(10));
  assert.ok(new Set(delivered).size > 3, 'what the recording client has leased to us needs no other to be handed out');

  // The recording client is lost, and there is none to take its place.
  const admin = server.pool({ max: 1 });
  await admin.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND query ~ 'record(_opened)?_[0-9a-f]+[(]' AND pid <> pg_backend_pid()`,
  );
  hogs.push(await pool.connect());
  const missed = make(10);
  await refused(missed);
  for (const hog of hogs) hog.release();
  await takenInTheEnd(missed);
  await allDelivered();
});
