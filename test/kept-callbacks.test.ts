import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { depositCallbacks } from '../lib/deposit-callbacks.ts';
import type { Options } from '../lib/options.ts';
import { custom, integer, text } from '../lib/providers/custom.ts';
import { imtoken } from '../lib/providers/imtoken.ts';
import type { Reading, Transfer } from '../lib/providers/kit/provider.ts';
import { standardWebhooks } from '../lib/providers/standard-webhooks.ts';
import { sqliteStore } from '../lib/stores/sqlite.ts';
import { fixedClock } from '../lib/testing/fixed-clock.ts';
import { signCallback } from '../lib/testing/sign-callback.ts';
import { alice, callbackBody, randomHash, secret, signed, usdt } from './helpers/deposits.ts';
import { policy } from './helpers/receiver.ts';
import { codeOf, keepLog, send, serve } from './helpers/serve.ts';

// A callback that was acknowledged is there until all of it is dealt with, and shows no secret to whoever looks into it.

async function open<Tx>(t: TestContext, options: Partial<Options<Tx>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'deposit-callback-kept-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const clock = fixedClock();
  const callbacks = depositCallbacks<Tx>({
    providers: [imtoken({ secrets: [secret] })],
    store: sqliteStore({ path: join(folder, 'deposits.db'), now: clock.now }) as never,
    policy,
    now: clock.now,
    logger: keepLog(),
    ...options,
  });
  t.after(() => callbacks.close(0));
  const credited: bigint[] = [];
  callbacks.on('deposit', ({ amount }) => void credited.push(amount));
  const port = await serve(t, callbacks);
  return { callbacks, clock, credited, port };
}

const transfer = (extra: Partial<Transfer> = {}): Transfer => ({
  kind: 'confirmed',
  network: 'eip155:1',
  asset: usdt,
  amount: { units: '1' },
  to: alice,
  transaction: { id: randomHash(), position: 'log:1', block: { hash: randomHash() } },
  confirmations: 200,
  evidence: { success: true },
  ...extra,
});

test('a callback read again with one transfer still unreadable stays in quarantine, for the next time', async (t) => {
  const transfers = [transfer(), transfer({ amount: { units: '2' }, to: 'an address of a new kind' })];
  const provider = standardWebhooks({
    secrets: [secret],
    reportsConfirmations: 'count',
    read: () => ({ kind: 'transfers', transfers, removals: [] }),
  });
  const { callbacks, clock, credited, port } = await open(t, { providers: [provider] });
  const sent = await send(port, { path: '/standard-webhooks', ...signed('{}', { now: clock.now() }) });
  assert.equal(sent.status, 200);
  for (let time = 0; time < 2; time += 1) {
    assert.deepEqual(await callbacks.reprocess(), { read: 1, recorded: 0, passedOver: 0 });
    const [kept] = await callbacks.store.callbacks({ limit: 9 });
    assert.equal(kept?.outcome, 'quarantined');
    clock.advance(86_400_000);
    assert.equal(await callbacks.store.prune(clock.now()), 0);
  }
  transfers[1] = transfer({ amount: { units: '2' } });
  assert.deepEqual(await callbacks.reprocess(), { read: 1, recorded: 1, passedOver: 0 });
  await callbacks.idle();
  assert.deepEqual(credited, [1n, 2n]);
});

const bob = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359';

test('an address that becomes ours is credited also where its transfer came beside one that was ours before', async (t) => {
  const ours = new Set([alice]);
  const transfers = [transfer(), transfer({ amount: { units: '2' }, to: bob })];
  const provider = standardWebhooks({
    secrets: [secret],
    reportsConfirmations: 'count',
    read: () => ({ kind: 'transfers', transfers, removals: [] }),
  });
  const { callbacks, clock, credited, port } = await open(t, {
    providers: [provider],
    policy: { ...policy, isOurs: ({ address }) => ours.has(address) },
  });
  for (const id of ['msg_first', 'msg_again']) {
    const sent = await send(port, { path: '/standard-webhooks', ...signed('{}', { id, now: clock.now() }) });
    assert.equal(sent.status, 200);
  }
  ours.add(bob);
  assert.deepEqual(await callbacks.reprocess({ outcome: 'quarantined' }), { read: 0, recorded: 0, passedOver: 0 });
  assert.deepEqual(await callbacks.reprocess({ outcome: 'ignored' }), { read: 1, recorded: 1, passedOver: 0 });
  await callbacks.idle();
  assert.deepEqual(credited, [1n, 2n]);
  assert.deepEqual(await callbacks.reprocess(), { read: 0, recorded: 0, passedOver: 0 });
});

test('heartbeats, however many, do not stand between reprocess and an older callback', async (t) => {
  const ours = new Set<string>();
  const { callbacks, clock, credited, port } = await open(t, {
    policy: { ...policy, isOurs: ({ address }) => ours.has(address) },
  });
  const post = async (body: object): Promise<void> => {
    const sent = await send(port, { path: '/imtoken', ...signed(body, { now: clock.now() }) });
    assert.equal(sent.status, 200);
    clock.advance(60_000);
  };
  await post(callbackBody());
  for (const type of ['heartbeat', 'heartbeat', 'something.new', 'heartbeat', 'heartbeat']) {
    await post({ type, timestamp: new Date(clock.now()).toISOString() });
  }
  ours.add(alice);
  assert.deepEqual(await callbacks.reprocess({ limit: 2 }), { read: 2, recorded: 1, passedOver: 0 });
  await callbacks.idle();
  assert.deepEqual(credited, [1_500_000n]);
});

test('what could not be read keeps its body, though bodies are not kept', async (t) => {
  const { callbacks, clock, port } = await open(t, { keepBodies: false });
  const post = (body: object | string) => send(port, { path: '/imtoken', ...signed(body, { now: clock.now() }) });
  assert.equal((await post('{"type":"deposit.confirmed","data":{"of":"a new format"}}')).status, 200);
  assert.equal((await post(callbackBody())).status, 200);
  const kept = await callbacks.store.callbacks({ limit: 9 });
  const bodies = await Promise.all(kept.map(async ({ id, outcome }) => [outcome, (await callbacks.raw(id))?.length]));
  assert.deepEqual(bodies, [
    ['recorded', undefined],
    ['quarantined', 57],
  ]);
  assert.deepEqual(await callbacks.reprocess(), { read: 1, recorded: 0, passedOver: 0 });
});

const byQuery = custom({
  name: 'by-query',
  secrets: ['a shared secret of the provider'],
  methods: ['GET'],
  scheme: {
    algorithm: 'hmac-sha256',
    signature: { header: 'x-signature' },
    signed: ['url'],
    id: { from: ({ url }) => new URL(url, 'http://localhost').searchParams.get('payment') ?? undefined },
  },
  reportsConfirmations: 'count',
  form: 'query',
  read(query): Reading {
    const confirmations = integer(query, 'confirmations');
    const transaction = { id: text(query, 'tx') };
    return { kind: 'transfers', transfers: [transfer({ confirmations, transaction })], removals: [] };
  },
});

test('callbacks that say all in their URL are told apart by it: none is taken for a repetition of another', async (t) => {
  const { callbacks, clock, credited, port } = await open(t, { providers: [byQuery] });
  const [one, other] = [randomHash(), randomHash()];
  const get = async (tx: string, confirmations: number) => {
    const url = `/by-query?payment=${tx.slice(2, 10)}&tx=${tx}&confirmations=${confirmations}`;
    const { headers } = signCallback(byQuery, {
      secret: 'a shared secret of the provider',
      body: '',
      method: 'GET',
      url,
      now: clock.now(),
    });
    return (await send(port, { method: 'GET', path: url, headers })).status;
  };
  assert.deepEqual(await Promise.all([get(one, 1), get(other, 1)]), [200, 200]);
  assert.equal(await get(one, 200), 200);
  assert.equal(await get(other, 200), 200);
  assert.equal(await get(other, 200), 200);
  await callbacks.idle();
  assert.deepEqual(credited, [1n, 1n]);
  const outcomes = (await callbacks.store.callbacks({ limit: 9 })).map(({ outcome }) => outcome);
  assert.deepEqual(outcomes, ['duplicate', 'recorded', 'recorded', 'recorded', 'recorded']);
});

const rotated = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

test('a callback taken by reverify shows no more of itself than any other', async (t) => {
  let secrets = [secret];
  const { callbacks, clock, credited, port } = await open(t, {
    providers: [imtoken({ secrets: () => secrets })],
    sources: ['127.0.0.1'],
    quarantineUnverified: true,
  });
  const { headers, body } = signed(callbackBody(), { secret: rotated, now: clock.now() });
  const sent = { path: '/imtoken?token=s3cret', headers: { ...headers, 'x-auth': 's3cret' }, body };
  assert.equal((await send(port, sent)).status, 503);
  secrets = [secret, rotated];
  clock.advance(61_000);
  assert.deepEqual(await callbacks.reverify(), { taken: 1, kept: 0 });
  await callbacks.idle();
  assert.deepEqual(credited, [1500000n]);
  const [taken] = await callbacks.store.callbacks({ outcome: 'recorded', limit: 9 });
  assert.ok(taken);
  assert.doesNotMatch(JSON.stringify(taken), /s3cret|v1,/);
  assert.equal(taken.headers['webhook-id'], headers['webhook-id']);
});

test('reverify asks for the API key too', async (t) => {
  const clock = fixedClock();
  let apiKeys = ['the key of before'];
  const { callbacks, credited, port } = await open(t, {
    providers: [imtoken({ secrets: [secret], apiKeys: () => apiKeys })],
    sources: ['127.0.0.1'],
    quarantineUnverified: true,
    now: clock.now,
  });
  const come = async (apiKey: string, amount: string) => {
    const { headers, body } = signed(callbackBody({ amount }), { now: clock.now() });
    return send(port, { path: '/imtoken', headers: { ...headers, 'x-api-key': apiKey }, body });
  };
  for (const [apiKey, amount] of [
    ['a wrong key', '13'],
    ['the key of today', '1'],
  ] as const) {
    const answered = await come(apiKey, amount);
    assert.deepEqual([answered.status, codeOf(answered)], [503, 'KEPT_UNVERIFIED']);
  }
  apiKeys = ['the key of before', 'the key of today'];
  clock.advance(61_000);
  assert.deepEqual(await callbacks.reverify(), { taken: 1, kept: 1 });
  await callbacks.idle();
  assert.deepEqual(credited, [1n]);
  assert.doesNotMatch(JSON.stringify(await callbacks.store.unverified({ limit: 9 })), /a wrong key/);
});
