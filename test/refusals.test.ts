import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import express from 'express';
import { depositCallbacks } from '../lib/deposit-callbacks.ts';
import type { Options } from '../lib/options.ts';
import { imtoken } from '../lib/providers/imtoken.ts';
import type { ProviderOptions } from '../lib/providers/kit/provider.ts';
import { memoryStore } from '../lib/stores/memory.ts';
import type { CallbackRecord } from '../lib/stores/store.ts';
import { alice, callbackBody, secret, signed, usdt } from './helpers/deposits.ts';
import { type Answered, send, serve } from './helpers/serve.ts';

const policy = {
  assets: [{ asset: usdt, decimals: 6 }],
  isOurs: ({ address }: { address: string }) => address === alice,
};
const apiKey = 'an-api-key-that-nobody-else-knows';

interface Receiver {
  url: string;
  rejected: CallbackRecord[];
  credited: bigint[];
}

async function receiver(
  t: TestContext,
  options: Partial<Options> = {},
  provider: Partial<ProviderOptions> = {},
  before?: express.RequestHandler,
): Promise<Receiver> {
  const callbacks = depositCallbacks({ providers: [imtoken({ secrets: [secret], ...provider })], policy, ...options });
  const rejected: CallbackRecord[] = [];
  const credited: bigint[] = [];
  callbacks.on('rejected', (record) => rejected.push(record));
  callbacks.on('deposit', (deposit) => {
    credited.push(deposit.amount);
  });
  t.after(() => callbacks.close(0));
  const app = express();
  if (before) app.use(before);
  app.use('/callbacks', callbacks);
  return { url: `http://127.0.0.1:${await serve(t, app)}/callbacks/imtoken`, rejected, credited };
}

/** The sender learns the status and the code, and nothing that only we know. */
function assertRefused(answered: Answered, status: number, code: string): void {
  assert.equal(answered.status, status);
  assert.equal(answered.headers['content-type'], 'application/problem+json');
  const problem = JSON.parse(answered.text);
  assert.deepEqual(Object.keys(problem).sort(), ['code', 'status', 'title', 'type']);
  assert.equal(problem.code, code);
  assert.equal(problem.status, status);
  const all = JSON.stringify(answered);
  for (const known of [secret, apiKey, 'lib/', 'node_modules', 'at Object', alice]) {
    assert.ok(!all.includes(known), `${known} leaked: ${all}`);
  }
  if (status === 503) assert.match(String(answered.headers['retry-after']), /^\d+$/);
}

const good = () => signed(callbackBody());

function post(
  url: string,
  sent: { headers: Record<string, string>; body: Buffer },
  method = 'POST',
): Promise<Answered> {
  const { port, pathname } = new URL(url);
  return send(Number(port), { method, path: pathname, ...sent });
}

test('a good callback is answered 200 after its listener, so that each refusal below has its counterpart', async (t) => {
  const { url, credited, rejected } = await receiver(t);
  const answered = await post(url, good());
  assert.equal(answered.status, 200);
  assert.deepEqual(credited, [1_500_000n]);
  assert.deepEqual(rejected, []);
});

test('HTTPS_REQUIRED: plain HTTP through a trusted proxy', async (t) => {
  const { url, rejected } = await receiver(t, { trustProxy: 1 });
  const { headers, body } = good();
  const forwarded = { ...headers, 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'http' };
  assertRefused(await post(url, { headers: forwarded, body }), 403, 'HTTPS_REQUIRED');
  assert.equal(rejected[0]?.code, 'HTTPS_REQUIRED');
  assert.equal((await post(url, { headers: { ...forwarded, 'x-forwarded-proto': 'https' }, body })).status, 200);
});

test('SOURCE_NOT_ALLOWED: an address that is not listed', async (t) => {
  const { url } = await receiver(t, { sources: ['203.0.113.0/24'] });
  assertRefused(await post(url, good()), 403, 'SOURCE_NOT_ALLOWED');
});

test('SOURCE_NOT_ALLOWED: the provider has a narrower list than all of them', async (t) => {
  const { url } = await receiver(t, { sources: ['127.0.0.1'] }, { sources: ['203.0.113.0/24'] });
  assertRefused(await post(url, good()), 403, 'SOURCE_NOT_ALLOWED');
});

test('SOURCE_UNKNOWN: a proxy in front that is not configured is our own trouble', async (t) => {
  const { url } = await receiver(t, { sources: ['203.0.113.0/24'] });
  const { headers, body } = good();
  assertRefused(
    await post(url, { headers: { ...headers, 'x-forwarded-for': '203.0.113.9' }, body }),
    503,
    'SOURCE_UNKNOWN',
  );
});

test('BODY_TOO_LARGE: told before the body is read', async (t) => {
  const { url } = await receiver(t, { limits: { bodyBytes: 1_000 } });
  assertRefused(await post(url, signed(Buffer.alloc(1_001, 'x'))), 413, 'BODY_TOO_LARGE');
});

test('BODY_TIMEOUT: a body that does not arrive', async (t) => {
  const { url, rejected } = await receiver(t, { limits: { receiveMs: 40 } });
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(`POST ${pathname} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nabc`);
  const [head] = await once(socket, 'data');
  socket.destroy();
  assert.match(String(head), /^HTTP\/1\.1 408 /);
  assert.match(String(head), /BODY_TIMEOUT/);
  assert.equal(rejected[0]?.code, 'BODY_TIMEOUT');
});

test('BODY_ABORTED: a sender that goes away in the middle', async (t) => {
  const { url, rejected } = await receiver(t);
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(`POST ${pathname} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nabc`);
  socket.destroy();
  while (rejected.length === 0) await new Promise(setImmediate);
  assert.equal(rejected[0]?.code, 'BODY_ABORTED');
});

test('BODY_ENCODING: a coding that the provider does not sign', async (t) => {
  const { url } = await receiver(t);
  const { headers, body } = good();
  const zipped = { headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipSync(body) };
  assertRefused(await post(url, zipped), 415, 'BODY_ENCODING');
});

test('BODY_ALREADY_PARSED: at once, behind a parser that kept no bytes', async (t) => {
  const { url } = await receiver(t, {}, {}, express.json());
  assertRefused(await post(url, good()), 503, 'BODY_ALREADY_PARSED');
});

test('API_KEY_INVALID: absent and wrong', async (t) => {
  const { url } = await receiver(t, {}, { apiKeys: [apiKey] });
  const { headers, body } = good();
  assertRefused(await post(url, { headers, body }), 401, 'API_KEY_INVALID');
  assertRefused(await post(url, { headers: { ...headers, 'x-api-key': `${apiKey}!` }, body }), 401, 'API_KEY_INVALID');
  assert.equal((await post(url, { headers: { ...headers, 'x-api-key': apiKey }, body })).status, 200);
});

test('SIGNATURE_MISSING: each of the three headers', async (t) => {
  const { url } = await receiver(t);
  for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
    const { headers, body } = good();
    delete headers[name];
    assertRefused(await post(url, { headers, body }), 401, 'SIGNATURE_MISSING');
  }
});

test('SIGNATURE_INVALID: another key, a changed byte, a changed id', async (t) => {
  const { url, credited } = await receiver(t);
  const other = signed(callbackBody(), { secret: `whsec_${Buffer.alloc(32, 8).toString('base64')}` });
  assertRefused(await post(url, other), 401, 'SIGNATURE_INVALID');
  const { headers, body } = good();
  const changed = Buffer.from(body.toString().replace('1500000', '1500001'));
  assertRefused(await post(url, { headers, body: changed }), 401, 'SIGNATURE_INVALID');
  assertRefused(
    await post(url, { headers: { ...headers, 'webhook-id': 'msg_other' }, body }),
    401,
    'SIGNATURE_INVALID',
  );
  assert.deepEqual(credited, []);
});

test('TIMESTAMP_TOO_OLD and TIMESTAMP_TOO_NEW: outside the window, both ways', async (t) => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const { url } = await receiver(t, { now: () => now, toleranceMs: 60_000 });
  assertRefused(await post(url, signed(callbackBody(), { now: now - 61_000 })), 401, 'TIMESTAMP_TOO_OLD');
  assertRefused(await post(url, signed(callbackBody(), { now: now + 61_000 })), 401, 'TIMESTAMP_TOO_NEW');
  assert.equal((await post(url, signed(callbackBody(), { now: now - 59_000 }))).status, 200);
  assert.equal((await post(url, signed(callbackBody(), { now: now + 59_000 }))).status, 200);
});

test('KEYS_UNAVAILABLE: a vault that does not answer is our own trouble', async (t) => {
  const { url } = await receiver(t, {}, { secrets: () => Promise.reject(new Error(`vault: ${secret}`)) });
  assertRefused(await post(url, good()), 503, 'KEYS_UNAVAILABLE');
});

test('METHOD_NOT_ALLOWED: and the methods are named', async (t) => {
  const { url } = await receiver(t);
  const answered = await post(url, good(), 'PUT');
  assertRefused(answered, 405, 'METHOD_NOT_ALLOWED');
  assert.equal(answered.headers.allow, 'POST');
});

test('UNAVAILABLE: a store that is full', async (t) => {
  const { url, credited } = await receiver(t, { store: memoryStore({ maxDeposits: 1 }) });
  assert.equal((await post(url, good())).status, 200);
  assertRefused(await post(url, good()), 503, 'UNAVAILABLE');
  assert.equal(credited.length, 1);
});

test('UNAVAILABLE: a store that does not get ready, until it does', async (t) => {
  const store = memoryStore();
  let up = false;
  const slow = {
    ...store,
    ready: () => (up ? store.ready() : Promise.reject(new Error('connect ECONNREFUSED 10.0.0.1:5432'))),
  };
  const { url } = await receiver(t, { store: slow });
  const answered = await post(url, good());
  assertRefused(answered, 503, 'UNAVAILABLE');
  assert.ok(!answered.text.includes('ECONNREFUSED'));
  up = true;
  assert.equal((await post(url, good())).status, 200);
});

test('UNAVAILABLE: isOurs throws', async (t) => {
  let broken = true;
  const isOurs = () => {
    if (broken) throw new Error('the wallet database is down');
    return true;
  };
  const { url, credited } = await receiver(t, { policy: { ...policy, isOurs } });
  const sent = good();
  assertRefused(await post(url, sent), 503, 'UNAVAILABLE');
  broken = false;
  assert.equal((await post(url, sent)).status, 200);
  assert.equal(credited.length, 1);
});

test('UNAVAILABLE: over limits.inFlight, and past limits.ackMs', async (t) => {
  const asked: (() => void)[] = [];
  const isOurs = () => new Promise<boolean>((resolve) => asked.push(() => resolve(true)));
  const { url } = await receiver(t, { policy: { ...policy, isOurs }, limits: { inFlight: 1, ackMs: 60 } });
  const first = post(url, good());
  while (asked.length === 0) await new Promise(setImmediate);
  assertRefused(await post(url, good()), 503, 'UNAVAILABLE');
  assertRefused(await first, 503, 'UNAVAILABLE');
  for (const go of asked) go();
});

test('UNAVAILABLE: once the receiver is closing', async (t) => {
  const callbacks = depositCallbacks({ providers: [imtoken({ secrets: [secret] })], policy });
  const url = `http://127.0.0.1:${await serve(t, callbacks)}`;
  await callbacks.close();
  assertRefused(await post(`${url}/imtoken`, good()), 503, 'UNAVAILABLE');
});

test("a path that is no provider's goes to the next middleware", async (t) => {
  const { url } = await receiver(t);
  const answered = await post(url.replace('/imtoken', '/other'), good());
  assert.equal(answered.status, 404);
  assert.match(answered.text, /Cannot POST/);
});
