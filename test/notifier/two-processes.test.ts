import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, it, type TestContext, test } from 'node:test';
import type { NotifierOptions } from '../../lib/notifier/index.ts';
import { fixedClock } from '../../lib/testing/fixed-clock.ts';
import { type Anvil, startAnvil } from '../chains/anvil.ts';
import { type PostgresServer, startPostgres } from '../helpers/postgres-server.ts';
import { adminSecret, type Stage, stage } from './stage.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const bob = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359';
const network = 'eip155:1';

let anvil: Anvil;
let server: PostgresServer;
let schemas = 0;
before(async () => {
  [anvil, server] = await Promise.all([startAnvil(), startPostgres()]);
});
after(async () => {
  await anvil.close();
  await server.remove();
});

/** A database of its own; each stage on it is a process, as far as the database can tell. */
function database(): NonNullable<NotifierOptions['database']> {
  schemas += 1;
  return { pool: server.pool(), schema: `notifier ${schemas}` };
}

test('a notifier answers and sends the same over PostgreSQL as over SQLite', async (t) => {
  const start = await anvil.rpc('evm_snapshot');
  const overSqlite = await tour(await stage(t, anvil));
  await anvil.rpc('evm_revert', [start]);
  const overPostgres = await tour(await stage(t, anvil, { database: database() }));
  assert.deepEqual(overPostgres, overSqlite);
  assert.ok(overSqlite.length > 60, `${overSqlite.length} answers and callbacks`);
});

/** Through every part of the API and the outbox; ids and hashes by the order in which they came. */
async function tour(made: Stage): Promise<unknown[]> {
  const told: unknown[] = [];
  const ask: Stage['api'] = async (...request) => {
    const answer = await made.api(...request);
    told.push(answer);
    return answer;
  };
  const id = ({ body }: { body: object }): string => (body as { id: string }).id;
  const { key: second } = await made.notifier().createKey('second');
  await ask('GET', '/v1/keys', undefined, adminSecret);
  await ask('GET', '/v1/keys?limit=1', undefined, adminSecret);
  await ask('PATCH', `/v1/keys/${made.key.id}`, { name: 'shop', requestsPerMinute: 10_000, scopes: null }, adminSecret);
  for (const filters of [
    {},
    { types: ['deposit.confirmed', 'deposit.reverted'] },
    { assets: ['eip155:1/slip44:60'] },
  ]) {
    await ask('POST', '/v1/callback-urls', { url: `${made.receiver.url}/${told.length}`, filters, apiKey: 'k' });
  }
  const urls = (await ask('GET', '/v1/callback-urls')).body.callbackUrls as { id: string }[];
  const [first, , third] = urls.map((one) => one.id);
  await ask('POST', '/v1/watches', { network, addresses: [alice, bob], label: 'two' });
  await ask('POST', '/v1/watches', { network, address: alice, assets: ['eip155:1/slip44:60'], expiresAt: 9e15 });
  await ask('POST', '/v1/watches', { network, address: bob }, second);
  for (const path of ['callbacks?address=%00', `watches?after=${network}/${alice}/%2500`, 'callbacks?before=%00']) {
    const answer = await fetch(`${made.baseUrl}/v1/${path}`, { headers: { authorization: `Bearer ${made.key.key}` } });
    assert.equal(answer.status, 400, path);
  }
  for (const path of ['', '?limit=1', `?network=${network}&after=${network}/${alice}`, `/${network}/${alice}`]) {
    await ask('GET', `/v1/watches${path}`);
  }
  const fork = await anvil.rpc('evm_snapshot');
  for (let value = 1n; value <= 4n; value += 1n) await anvil.send({ to: value % 2n === 0n ? bob : alice, value });
  await anvil.mine(4);
  await made.run();
  made.receiver.answer = () => 503;
  await anvil.send({ to: alice, value: 5n });
  await anvil.mine();
  await made.run();
  const { callbacks } = (await ask('GET', '/v1/callbacks?limit=5')).body as { callbacks: { id: string }[] };
  await ask('GET', `/v1/callbacks/${callbacks[0]?.id}`);
  for (const search of [
    'state=owed',
    `address=${bob}`,
    `type=deposit.confirmed&callbackUrl=${first}`,
    'httpStatus=503',
  ]) {
    await ask('GET', `/v1/callbacks?${search}`);
  }
  made.receiver.answer = () => 200;
  made.clock.advance(60_000);
  await made.run();
  // A shorter chain: all of it is taken back.
  await anvil.rpc('evm_revert', [fork]);
  await anvil.send({ to: bob, value: 7n });
  await anvil.mine(2);
  await made.run();
  await ask('POST', `/v1/callback-urls/${third}/pause`);
  await ask('PATCH', `/v1/callback-urls/${third}`, { apiKey: null, filters: { types: ['deposit.pending'] } });
  await anvil.mine(3);
  await made.run();
  await ask('GET', `/v1/callback-urls/${third}`);
  await ask('POST', `/v1/callback-urls/${third}/resume`);
  await ask('POST', '/v1/callback-url/test');
  await ask('POST', '/v1/callbacks/resend', { type: 'deposit.reverted' });
  await made.run();
  await ask('DELETE', `/v1/callback-urls/${third}`);
  await ask('POST', '/v1/signing-secret', { overlapMs: 1_000 });
  await ask('POST', '/v1/key/rotate', { overlapMs: 1_000 });
  await made.notifier().beat();
  const fill = await made.api('POST', '/v1/backfills', { network, fromBlock: String((await anvil.height()) - 4) });
  await made.run();
  await ask('GET', '/v1/backfills');
  await ask('DELETE', `/v1/backfills/${id(fill)}`);
  await ask('DELETE', `/v1/watches/${network}/${alice}`);
  const { keys } = (await ask('GET', '/v1/keys', undefined, adminSecret)).body as { keys: { id: string }[] };
  told.push(await made.notifier().status(), await made.notifier().inspect({ limit: 10 }));
  await ask('DELETE', `/v1/keys/${keys[0]?.id}`, undefined, adminSecret);
  await ask('GET', '/v1/watches', undefined, second);
  await made.restart();
  told.push(await made.notifier().status());
  // Eight callbacks go to a URL at once.
  const sent = made.receiver.received.map(({ type, data }) => JSON.stringify({ type, data }));
  return byOrder([...told, ...sent.sort()]);
}

function byOrder(told: readonly unknown[]): unknown[] {
  const names = new Map<string, string>();
  return told.map((one) => {
    const text = JSON.stringify(one).replaceAll(
      /0x[0-9a-f]{64}|(key|url|msg|fill)_[0-9a-f-]+|dck_[\w-]+|whsec_[\w+/=]+|127\.0\.0\.1:\d+/g,
      (found) => {
        if (!names.has(found)) names.set(found, `name ${names.size}`);
        return names.get(found) ?? '';
      },
    );
    return JSON.parse(text) as unknown;
  });
}

describe('two notifiers over one PostgreSQL', () => {
  /** The first reads the network; the second has the customer's requests. */
  async function both(
    t: TestContext,
    options: Partial<NotifierOptions> = {},
  ): Promise<{ reading: Stage; other: Stage; schema: string }> {
    const shared = database();
    const clock = fixedClock();
    const given = { now: clock.now, ...options, database: shared };
    const reading = await stage(t, anvil, given);
    const other = await stage(t, anvil, { ...given, database: { ...shared, pool: server.pool() } });
    reading.clock = clock;
    other.clock = clock;
    assert.equal((await other.api('PUT', '/v1/callback-url', { url: other.receiver.url })).status, 200);
    return { reading, other, schema: String(shared.schema) };
  }

  async function asked(schema: string, text: string): Promise<Record<string, unknown>[]> {
    const client = await server.pool({ max: 1 }).connect();
    try {
      await client.query(`SET search_path TO "${schema}"`);
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      client.release(true);
    }
  }

  function amounts({ receiver }: Stage, type: string): string[] {
    return receiver.received.filter((one) => one.type === type).map((one) => String(one.data.amount));
  }

  it('see in the next block what was asked to be watched at the other, and what is no longer', async (t) => {
    const { reading, other } = await both(t);
    for (let value = 1n; value <= 3n; value += 1n) {
      // Each time acknowledged before the transfer is mined, and never asked of the process that reads.
      await other.api('POST', '/v1/watches', { network, address: value % 2n === 0n ? bob : alice });
      await anvil.send({ to: value % 2n === 0n ? bob : alice, value });
      await anvil.mine();
      await reading.notifier().catchUp();
    }
    await other.api('DELETE', `/v1/watches/${network}/${alice}`);
    await anvil.send({ to: alice, value: 9n });
    await anvil.mine();
    await reading.run();
    assert.deepEqual(amounts(other, 'deposit.pending').sort(), ['1', '2', '3']);
    assert.deepEqual(reading.receiver.received, []);
  });

  it('tell what lies before the watch too, with no block between that nobody reads', async (t) => {
    const { reading, other } = await both(t);
    await anvil.send({ to: alice, value: 1n });
    await anvil.mine(2);
    await reading.run();
    const fromBlock = String((await anvil.height()) - 1);
    const added = await other.api('POST', '/v1/watches', { network, address: alice, fromBlock });
    assert.equal((added.body.backfill as { toBlock: unknown }).toBlock, null);
    await anvil.send({ to: alice, value: 2n });
    await anvil.mine();
    await reading.run();
    assert.deepEqual([amounts(other, 'deposit.confirmed'), amounts(other, 'deposit.pending')], [['1'], ['2']]);
  });

  it('let no step of a process stand that lost the network, whether it knows or not', async (t) => {
    const { reading, other, schema } = await both(t);
    await other.api('POST', '/v1/watches', { network, address: alice });
    await anvil.send({ to: alice, value: 1n });
    await anvil.mine();
    const before = await asked(schema, 'SELECT max(number) AS top, count(*) AS n FROM blocks');
    await asked(schema, 'UPDATE networks SET epoch = epoch + 1');
    await assert.rejects(reading.run(), { name: 'TermOver' });
    assert.deepEqual(await asked(schema, 'SELECT max(number) AS top, count(*) AS n FROM blocks'), before);
    assert.deepEqual(await asked(schema, 'SELECT id FROM outbox'), []);
    // Its session ends, and with it all that it held; the other one goes on.
    await reading.notifier().close();
    await until(async () => {
      await other.run();
      return other.receiver.received.length > 0;
    });
    assert.deepEqual(amounts(other, 'deposit.pending'), ['1']);
  });

  it('end what was revoked, paused or taken away at the other at once', async (t) => {
    const { reading, other } = await both(t);
    await reading.api('POST', '/v1/watches', { network, address: alice }, other.key.key);
    await anvil.send({ to: alice, value: 1n });
    await anvil.mine();
    await reading.notifier().catchUp();
    const [url] = (await other.api('GET', '/v1/callback-urls')).body.callbackUrls as { id: string }[];
    await other.api('POST', `/v1/callback-urls/${url?.id}/pause`);
    await reading.notifier().deliver();
    assert.deepEqual(other.receiver.received, []);
    await other.api('POST', `/v1/callback-urls/${url?.id}/resume`);
    await until(() => other.receiver.received.length === 1);
    await other.api('DELETE', `/v1/keys/${other.key.id}`, undefined, adminSecret);
    assert.equal((await reading.api('GET', '/v1/watches', undefined, other.key.key)).status, 401);
    await anvil.send({ to: alice, value: 2n });
    await anvil.mine();
    await reading.run();
    assert.equal(other.receiver.received.length, 1);
    const { owed, watches } = await reading.notifier().status();
    assert.deepEqual({ owed, watches }, { owed: 0, watches: 0 });
  });

  it('send each callback from one of them, in order, and take over what the other leaves', async (t) => {
    const { reading, other } = await both(t, { concurrency: 1 });
    await other.api('POST', '/v1/watches', { network, address: alice });
    for (let value = 1n; value <= 40n; value += 1n) await anvil.send({ to: alice, value });
    await anvil.mine(3);
    await reading.notifier().catchUp();
    await Promise.all([reading, other, reading, other].map((one) => one.notifier().deliver()));
    const ids = other.receiver.received.map((one) => one.headers['webhook-id']);
    assert.deepEqual([ids.length, new Set(ids).size], [80, 80]);
    const seen = other.receiver.received.map((one) => one.type);
    assert.deepEqual(
      seen,
      [...seen].sort((a, b) => (a === b ? 0 : a === 'deposit.pending' ? -1 : 1)),
      'each deposit was told as pending first',
    );
    // A receiver that hangs in the hands of a process that goes away is the other's.
    other.receiver.answer = () => 503;
    for (let value = 1n; value <= 6n; value += 1n) await anvil.send({ to: alice, value });
    await anvil.mine();
    await reading.run();
    const tried = other.receiver.received.length;
    await other.notifier().deliver();
    assert.equal(other.receiver.received.length, tried, 'it is away, as the first process has seen');
    await reading.notifier().close();
    other.receiver.answer = () => 200;
    other.receiver.received.length = 0;
    other.clock.advance(11_000);
    await until(async () => {
      await other.run();
      return new Set(amounts(other, 'deposit.pending')).size === 6;
    });
  });

  it('do a request with an idempotency key once, wherever it is asked', async (t) => {
    const { reading, other } = await both(t);
    const make = (at: Stage) =>
      at.ask('POST', '/v1/callback-urls', {
        ...{ body: { url: other.receiver.url }, key: other.key.key, headers: { 'idempotency-key': 'one' } },
      });
    const answers = await Promise.all([make(reading), make(other), make(reading), make(other)]);
    const last = await make(other);
    const ids = new Set(answers.filter((one) => one.status === 201).map((one) => one.body.signingSecret));
    assert.deepEqual([...ids], [last.body.signingSecret]);
    assert.ok(answers.every((one) => one.status === 201 || one.body.code === 'IDEMPOTENCY_KEY_IN_USE'));
  });

  it('say of a network that the other reads how far it is', async (t) => {
    const { reading, other } = await both(t);
    await reading.run();
    await reading.notifier().start();
    const height = String(await anvil.height());
    await until(async () => (await other.notifier().status()).networks[0]?.head === height);
    const [state] = (await other.notifier().status()).networks;
    assert.deepEqual([state?.block, state?.lag], [height, 0]);
  });

  it('go on within seconds when the process that reads and sends is killed', async (t) => {
    const { reading, other, schema } = await both(t, { pollMs: 20, now: Date.now });
    await reading.notifier().close();
    await other.api('POST', '/v1/watches', { network, address: alice });
    const child = fork(new URL('./runner.ts', import.meta.url), [schema, anvil.url, server.url], {
      execArgv: ['--import', 'tsx'],
    });
    await once(child, 'message');
    other.receiver.answer = () => {
      child.kill('SIGKILL');
      return 200;
    };
    for (let value = 1n; value <= 9n; value += 1n) await anvil.send({ to: alice, value });
    await anvil.mine();
    await other.notifier().start();
    await once(child, 'exit');
    const killedAt = performance.now();
    other.receiver.answer = () => 200;
    await anvil.mine(2);
    await until(() => new Set(amounts(other, 'deposit.confirmed')).size === 9);
    assert.deepEqual(new Set(amounts(other, 'deposit.pending')).size, 9);
    t.diagnostic(`all was told ${Math.round(performance.now() - killedAt)} ms after the kill`);
  });
});

/** The test's own time limit ends it, if it never comes. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise(setImmediate);
}
