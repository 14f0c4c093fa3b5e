import assert from 'node:assert/strict';
import { test } from 'node:test';
import express from 'express';
import express4 from 'express4';
import { depositCallbacks } from '../lib/deposit-callbacks.ts';
import { imtoken } from '../lib/providers/imtoken.ts';
import { memoryStore } from '../lib/stores/memory.ts';
import { alice, callbackBody, ether, randomHash, secret, signed, usdt } from './helpers/deposits.ts';
import { policy, receiver } from './helpers/receiver.ts';
import { keepLog, send, serve } from './helpers/serve.ts';

test('a confirmed callback becomes one deposit event with everything a ledger needs', async (t) => {
  const { send, deposits, events, callbacks, clock } = await receiver(t);
  const hash = randomHash();
  const block = randomHash();
  assert.equal((await send({ hash, block, to: alice.toLowerCase() })).status, 200);
  assert.deepEqual(events, ['deposit 1500000']);
  const [deposit] = deposits;
  assert.ok(deposit);
  assert.equal(deposit.network, 'eip155:1');
  assert.equal(deposit.asset, usdt.toLowerCase());
  assert.equal(deposit.decimals, 6);
  assert.equal(deposit.to, alice, 'in its canonical form, whatever the sender wrote');
  assert.equal(deposit.generation, 1);
  assert.equal(deposit.status, 'confirmed');
  assert.equal(deposit.transaction.id, hash);
  assert.equal(deposit.transaction.block?.hash, block);
  assert.equal(deposit.confirmations, 200);
  assert.equal(deposit.firstSeenAt, clock.now());
  assert.deepEqual(deposit.providers, ['imtoken']);
  const [callbackId = ''] = deposit.callbackIds;
  const raw = await callbacks.raw(callbackId);
  assert.equal(JSON.parse(String(raw)).data.transaction.hash, hash);
});

test('listeners may be added before the store is ready, and nothing is logged', async (t) => {
  const logger = keepLog();
  const { send, events } = await receiver(t, { logger });
  await new Promise(setImmediate);
  assert.deepEqual(logger.lines, []);
  await send();
  assert.deepEqual(events, ['deposit 1500000']);
});

test('a retry, a replay under another id and a re-signed body change nothing', async (t) => {
  const { sendBody, events, outcomes } = await receiver(t);
  const body = callbackBody();
  for (const id of ['msg_1', 'msg_1', 'msg_2', 'msg_1']) assert.equal((await sendBody(body, { id })).status, 200);
  assert.deepEqual(events, ['deposit 1500000']);
  assert.deepEqual(
    outcomes.map((record) => record.outcome),
    ['recorded', 'duplicate', 'duplicate', 'duplicate'],
  );
});

test('the same delivery id with another body is no duplicate', async (t) => {
  const { send, events } = await receiver(t);
  await send({ amount: '5' }, { id: 'msg_1' });
  await send({ amount: '7' }, { id: 'msg_1' });
  assert.deepEqual(events, ['deposit 5', 'deposit 7']);
});

test('an address that becomes ours between two sendings of one callback is credited', async (t) => {
  const ours = new Set<string>();
  const { sendBody, events, lastOutcome } = await receiver(t, {
    policy: { ...policy, isOurs: ({ address }) => ours.has(address) },
  });
  const body = callbackBody();
  await sendBody(body, { id: 'msg_1' });
  assert.equal(lastOutcome(), 'ignored NOT_OURS');
  ours.add(alice);
  await sendBody(body, { id: 'msg_1' });
  assert.equal(lastOutcome(), 'recorded');
  assert.deepEqual(events, ['deposit 1500000']);
});

test('pending, then confirmed; reverted by its provider, and mined again as the next generation', async (t) => {
  const { send, events, deposits } = await receiver(t);
  // Enough to be credited, not enough to be final: what is final is never taken back.
  const transfer = { hash: randomHash(), block: randomHash(), confirmations: 20 };
  const at = (minute: number) => `2026-01-01T00:0${minute}:00Z`;
  await send({ ...transfer, type: 'deposit.pending', confirmations: 1, timestamp: at(1) });
  await send({ ...transfer, timestamp: at(2) });
  await send({ ...transfer, type: 'deposit.reverted', confirmations: 0, timestamp: at(3) });
  assert.deepEqual(events, ['deposit.pending 1500000', 'deposit 1500000', 'deposit.reverted 1500000']);
  await send({ ...transfer, block: randomHash(), position: 'log:9', timestamp: at(4) });
  assert.deepEqual(events.slice(3), ['deposit 1500000']);
  assert.deepEqual(deposits.map(({ generation }) => generation).slice(1), [1, 1, 2]);
  assert.equal(new Set(deposits.map(({ id }) => id)).size, 1);
});

test('two instances report one transfer: one deposit', async (t) => {
  const { send, events, deposits, callbacks } = await receiver(t, {
    providers: [imtoken({ secrets: [secret] }), imtoken({ name: 'second', secrets: [secret] })],
  });
  const transfer = { hash: randomHash(), block: randomHash() };
  await send(transfer);
  await send({ ...transfer, confirmations: 201 }, { path: '/second' });
  assert.deepEqual(events, ['deposit 1500000']);
  const stored = await callbacks.store.deposit(deposits[0]?.id ?? '');
  assert.deepEqual(stored?.deposit.providers, ['imtoken', 'second']);
});

test('a body that cannot be read is kept whole, answered 2xx, and read after an upgrade', async (t) => {
  let upgraded = false;
  const current = imtoken({ secrets: [secret] });
  const provider: typeof current = {
    ...current,
    read(delivery, verified) {
      if (!upgraded) throw new Error('a field of a new kind');
      return current.read(delivery, verified);
    },
  };
  const { send, events, lastOutcome, callbacks } = await receiver(t, { providers: [provider] });
  const alarms: string[] = [];
  callbacks.on('alarm', ({ code }) => alarms.push(code));
  assert.equal((await send()).status, 200);
  assert.equal(lastOutcome(), 'quarantined BODY_UNREADABLE');
  assert.deepEqual(alarms, ['BODY_UNREADABLE']);
  assert.deepEqual(await callbacks.reprocess(), { read: 1, recorded: 0, passedOver: 0 });
  upgraded = true;
  assert.deepEqual(await callbacks.reprocess(), { read: 1, recorded: 1, passedOver: 0 });
  await callbacks.idle();
  assert.deepEqual(events, ['deposit 1500000']);
  assert.deepEqual(
    await callbacks.reprocess(),
    { read: 0, recorded: 0, passedOver: 0 },
    'what is recorded is not read again',
  );
});

test('hostile JSON of an authentic sender is quarantined, never read as data', async (t) => {
  const { sendBody, lastOutcome, events } = await receiver(t);
  const good = JSON.stringify(callbackBody());
  for (const body of [
    good.replace('"amount":"1500000"', '"amount":"1500000","amount":"9"'),
    good.replace('{"type"', '{"__proto__":{"x":1},"type"'),
    `${'['.repeat(100)}${']'.repeat(100)}`,
    'not json',
  ]) {
    assert.equal((await sendBody(body)).status, 200);
    assert.equal(lastOutcome(), 'quarantined BODY_UNREADABLE');
  }
  assert.deepEqual(events, []);
});

test('policy.hold that throws is a 503 with an alarm, and the deposit is credited once it is mended', async (t) => {
  let isDown = true;
  const hold = () => {
    if (isDown) throw new Error('the risk service is down');
    return undefined;
  };
  const { send, events, callbacks } = await receiver(t, { policy: { ...policy, hold }, logger: keepLog() });
  const alarms: string[] = [];
  callbacks.on('alarm', ({ code, message }) => alarms.push(`${code} ${message}`));
  const hash = randomHash();
  const block = randomHash();
  assert.equal((await send({ hash, block }, { id: 'msg_1' })).status, 503);
  assert.match(alarms.join(), /^POLICY_FAILED dep_\w+ .*the risk service is down$/);
  assert.deepEqual(events, []);
  isDown = false;
  for (let times = 0; times < 2; times += 1) assert.equal((await send({ hash, block }, { id: 'msg_1' })).status, 200);
  assert.deepEqual(events, ['deposit 1500000']);
});

test('policy.hold keeps a deposit back until an operator releases it', async (t) => {
  const asked: string[] = [];
  const hold = async ({ amount, toJSON }: { amount: bigint; toJSON: () => object }) => {
    asked.push(JSON.stringify(toJSON()));
    return amount > 1_000_000n ? 'over the limit' : undefined;
  };
  const { send, events, callbacks } = await receiver(t, { policy: { ...policy, hold } });
  await send({ amount: '1000000' });
  await send({ amount: '1000001' });
  assert.deepEqual(
    events.filter((one) => one.startsWith('deposit ')),
    ['deposit 1000000'],
  );
  assert.equal(asked.length, 2);
  const [held] = await callbacks.store.deposits({ status: 'quarantined', limit: 10 });
  assert.equal(held?.code, 'HELD');
  await assert.rejects(callbacks.release(held?.id ?? '', { reason: ' ', actor: 'carol' }), { code: 'OPTION_INVALID' });
  const released = await callbacks.release(held?.id ?? '', { reason: 'source of funds checked', actor: 'carol' });
  assert.equal(released.status, 'confirmed');
  await callbacks.idle();
  assert.ok(events.includes('deposit 1000001'));
  await callbacks.release(held?.id ?? '', { reason: 'again', actor: 'carol' });
  await callbacks.idle();
  assert.equal(events.filter((one) => one === 'deposit 1000001').length, 1);
});

test('a deposit whose decimals are in doubt cannot be released: its amount may be wrong by powers of ten', async (t) => {
  const { sendBody, events, callbacks } = await receiver(t);
  const body = callbackBody() as { data: object };
  await sendBody({ ...body, data: { ...body.data, decimals: 18 } });
  const [held] = await callbacks.store.deposits({ status: 'quarantined', limit: 1 });
  assert.equal(held?.code, 'DECIMALS_MISMATCH');
  await assert.rejects(callbacks.release(held?.id ?? '', { reason: 'looks right', actor: 'carol' }), {
    code: 'CORRECTION_NEEDED',
    message: /DECIMALS_MISMATCH/,
  });
  await callbacks.idle();
  assert.deepEqual(events, []);
});

test('a frozen network credits nothing, and after the thaw everything once', async (t) => {
  let frozen = ['eip155:1'];
  const { send, events, callbacks } = await receiver(t, { policy: { ...policy, frozen: () => frozen } });
  await send();
  assert.deepEqual(
    events.filter((one) => one.startsWith('deposit ')),
    [],
  );
  const [deposit] = await callbacks.store.deposits({ limit: 1 });
  assert.equal(deposit?.code, 'NETWORK_FROZEN');
  frozen = [];
  await callbacks.reassess(deposit?.id ?? '');
  await callbacks.idle();
  assert.deepEqual(
    events.filter((one) => one.startsWith('deposit ')),
    ['deposit 1500000'],
  );
});

test('heartbeats, pings, and kinds that are not known are answered 2xx and make nothing', async (t) => {
  const { sendBody, lastOutcome, events } = await receiver(t);
  for (const [type, outcome] of [
    ['heartbeat', 'ignored HEARTBEAT'],
    ['test', 'ignored PING'],
    ['wallet.renamed', 'ignored UNKNOWN'],
  ] as const) {
    assert.equal((await sendBody({ type, timestamp: '2026-01-01T00:00:00Z' })).status, 200);
    assert.equal(lastOutcome(), outcome);
  }
  assert.deepEqual(events, []);
});

test('a botched key rotation loses nothing: kept, answered 503, and taken by reverify', async (t) => {
  const rotated = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
  let secrets = [secret];
  const { send, events, callbacks } = await receiver(t, {
    providers: [imtoken({ secrets: () => secrets })],
    sources: ['127.0.0.1'],
    quarantineUnverified: true,
  });
  const alarms: string[] = [];
  callbacks.on('alarm', ({ code }) => alarms.push(code));
  const answered = await send({}, { secret: rotated });
  assert.equal(answered.status, 503);
  assert.deepEqual(alarms, ['UNVERIFIED_KEPT']);
  assert.deepEqual(await callbacks.reverify(), { taken: 0, kept: 1 });
  assert.deepEqual(events, []);
  secrets = [secret, rotated];
  await new Promise(setImmediate);
  const fresh = await receiver(t, {
    store: callbacks.store,
    providers: [imtoken({ secrets })],
    sources: ['127.0.0.1'],
    quarantineUnverified: true,
  });
  assert.deepEqual(await fresh.callbacks.reverify(), { taken: 1, kept: 0 });
  await fresh.callbacks.idle();
  assert.deepEqual([...events, ...fresh.events], ['deposit 1500000']);
});

test('with memoryStore the answer waits for the listeners: a failure is a 503, and the retry joins what is owed', async (t) => {
  const callbacks = depositCallbacks({
    providers: [imtoken({ secrets: [secret] })],
    policy,
    store: memoryStore(),
    delivery: { backoff: { firstMs: 1, maxMs: 1 } },
  });
  t.after(() => callbacks.close(0));
  const port = await serve(t, callbacks);
  let broken = true;
  let credited = 0;
  callbacks.on('deposit', () => {
    if (broken) throw new Error('the ledger is down');
    credited += 1;
  });
  const body = callbackBody();
  assert.equal((await send(port, { path: '/imtoken', ...signed(body) })).status, 503);
  broken = false;
  assert.equal((await send(port, { path: '/imtoken', ...signed(body) })).status, 200);
  assert.equal(credited, 1);
});

for (const [name, framework] of [
  ['Express 5', express],
  ['Express 4', express4],
] as const) {
  test(`mounted on a router of ${name} under two prefixes, with a body parser after it`, async (t) => {
    const callbacks = depositCallbacks({ providers: [imtoken({ secrets: [secret] })], policy });
    t.after(() => callbacks.close(0));
    let credited = 0;
    callbacks.on('deposit', () => {
      credited += 1;
    });
    const router = framework.Router();
    router.use('/callbacks', callbacks);
    const app = framework();
    app.use('/api/v1', router);
    app.use(framework.json());
    app.use((req: { body: unknown }, res: { json(body: unknown): void }) => res.json({ parsed: req.body }));
    const port = await serve(t, app);
    assert.equal((await send(port, { path: '/api/v1/callbacks/imtoken/', ...signed(callbackBody()) })).status, 200);
    assert.equal(credited, 1);
    const other = await send(port, {
      path: '/api/v1/other',
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    });
    assert.equal(other.text, '{"parsed":{"a":1}}');
  });
}

test('close finishes what is in flight before it closes the store', async (t) => {
  const asked: (() => void)[] = [];
  const isOurs = () => new Promise<boolean>((resolve) => asked.push(() => resolve(true)));
  const callbacks = depositCallbacks({ providers: [imtoken({ secrets: [secret] })], policy: { ...policy, isOurs } });
  callbacks.on('deposit', () => {});
  const port = await serve(t, callbacks);
  const sent = send(port, { path: '/imtoken', ...signed(callbackBody()) });
  while (asked.length === 0) await new Promise(setImmediate);
  const closing = callbacks.close();
  assert.equal((await send(port, { path: '/imtoken', ...signed(callbackBody()) })).status, 503);
  for (const go of asked) go();
  assert.equal((await sent).status, 200);
  await closing;
});

test('options that cannot be understood stop the start and name the fix', () => {
  const providers = [imtoken({ secrets: [secret] })];
  const wrong: [object, RegExp][] = [
    [{ providers: [], policy }, /providers/],
    [{ providers: [...providers, ...providers], policy }, /name imtoken/],
    [{ providers, policy, tolerance: 5 }, /tolerance.*Did you mean toleranceMs/],
    [{ providers, policy, toleranceMs: 0 }, /toleranceMs/],
    [{ providers, policy, limits: { bodyBytes: Number.NaN } }, /limits\.bodyBytes/],
    [{ providers, policy, limits: { body: 1 } }, /limits\.body: .*Did you mean bodyBytes/],
    [{ providers, policy, sources: ['not an address !'] }, /sources|allow/],
    [{ providers, policy, sources: ['127.0.0.1'], trustProxy: true }, /trustProxy/],
    [{ providers, policy, quarantineUnverified: true }, /quarantineUnverified/],
    [{ providers, policy: { ...policy, assets: undefined } }, /policy\.assets/],
    [{ providers, policy: { ...policy, isOurs: undefined } }, /policy\.isOurs/],
    [{ providers, policy: { ...policy, confirmations: { 'eip155:1': 0 } } }, /confirmations/],
    [{ providers, policy: { ...policy, assets: [{ asset: ether, decimals: 6 }] } }, /decimals/],
  ];
  for (const [options, message] of wrong) {
    assert.throws(
      () => depositCallbacks(options as never),
      { code: 'OPTION_INVALID', message },
      JSON.stringify(options),
    );
  }
  assert.throws(() => imtoken({ secrets: [] }), { code: 'OPTION_INVALID', message: /imtoken\.secrets/ });
  assert.throws(() => imtoken({ secrets: [''] }), { code: 'OPTION_INVALID', message: /imtoken\.secrets/ });
  assert.throws(
    () => imtoken({ secrets: ['no base64!'] }),
    (error: Error) => !error.message.includes('no base64!'),
  );
});
