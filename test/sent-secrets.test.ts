import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { depositCallbacks } from '../lib/deposit-callbacks.ts';
import { custom, type Scheme } from '../lib/providers/custom.ts';
import { sqliteStore } from '../lib/stores/sqlite.ts';
import { fixedClock } from '../lib/testing/fixed-clock.ts';
import { eth, openPolicy } from './deposits/attacks.ts';
import { keepLog, send, serve } from './helpers/serve.ts';

// Some providers sign nothing: each callback carries the secret itself, in a header or in the URL. Who can read the store must
// not learn it, neither from a callback that was taken nor from one that is kept to be verified again.

const old = 'old-0123456789abcdef0123456789abcdef';
const rotated = 'new-0123456789abcdef0123456789abcdef';
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

interface Way {
  scheme: Scheme;
  sent(secret: string): { path: string; headers: Record<string, string> };
  /** The forms in which the secret must not be found. */
  forms(secret: string): string[];
}

const ways: Readonly<Record<string, Way>> = {
  'in a header': {
    scheme: { algorithm: 'shared', signature: { header: 'x-hook' } },
    sent: (secret) => ({ path: '/hook', headers: { 'x-hook': secret } }),
    forms: (secret) => [secret],
  },
  'in authorization': {
    scheme: { algorithm: 'basic', signature: { header: 'authorization' } },
    sent: (secret) => ({ path: '/hook', headers: { authorization: basic(`us:${secret}`) } }),
    forms: (secret) => [secret, Buffer.from(`us:${secret}`).toString('base64')],
  },
  'in the URL': {
    scheme: { algorithm: 'shared', signature: { query: 'code' } },
    sent: (secret) => ({ path: `/hook?x=1&code=${secret}`, headers: {} }),
    forms: (secret) => [secret],
  },
  'in the URL, its name written in another spelling': {
    scheme: { algorithm: 'shared', signature: { query: 'code' } },
    sent: (secret) => ({ path: `/hook?x=1&c%6fde=${secret}`, headers: {} }),
    forms: (secret) => [secret],
  },
};

for (const [where, { scheme, sent, forms }] of Object.entries(ways)) {
  test(`a secret ${where} is not stored, and a callback that is kept can still be verified again`, async (t) => {
    const one = await open(t, scheme);
    const prefix = scheme.algorithm === 'basic' ? 'us:' : '';
    one.use(prefix + old);
    assert.equal(await one.come(sent(old)), 200);
    assert.equal(await one.come(sent(rotated)), 503);
    const stored = await one.stored();
    for (const form of [...forms(old), ...forms(rotated)]) assert.ok(!stored.includes(form), form);

    assert.deepEqual(await one.callbacks.reverify(), { taken: 0, kept: 1 });
    one.use(prefix + rotated);
    assert.deepEqual(await one.callbacks.reverify(), { taken: 1, kept: 0 });
    const after = await one.stored();
    for (const form of [...forms(old), ...forms(rotated)]) assert.ok(!after.includes(form), form);
  });
}

test('the digest that is stored is no secret: who sends it is refused', async (t) => {
  const one = await open(t, { algorithm: 'shared', signature: { header: 'x-hook' } });
  one.use(old);
  const digest = hash('sha256', old);
  const come = (headers: Record<string, string>): Promise<number> => one.come({ path: '/hook', headers });
  assert.equal(await come({ 'sent-secret-sha256': digest }), 401);
  assert.equal(await come({ 'x-hook': digest }), 503);
  assert.equal(await come({ 'x-hook': digest, 'sent-secret-sha256': digest }), 503);
  assert.deepEqual(await one.callbacks.reverify(), { taken: 0, kept: 2 });
});

for (const query of ['?x=1;secret=', '?s%65cret=', '?x=1&API%4bey=', '?%E0%A4%A=']) {
  test(`a value after ${query} is not stored, whoever sends it`, async (t) => {
    const one = await open(t, { algorithm: 'shared', signature: { header: 'x-hook' } });
    one.use(old);
    await one.come({ path: `/hook${query}${rotated}`, headers: { 'x-hook': old } });
    assert.ok(!(await one.stored()).includes(rotated));
  });
}

for (const header of ['x-shkeeper-api-key', 'apikey', 'x-auth-token', 'x-amz-access-token', 'x-hook-password']) {
  test(`the value of ${header} is not stored, though the signature does not depend on it`, async (t) => {
    const one = await open(t, {
      algorithm: 'hmac-sha256',
      signature: { header: 'x-hook-signature' },
      signed: ['body'],
    });
    one.use(old);
    assert.equal(
      await one.come({ path: '/hook', headers: { 'x-hook-signature': '00'.repeat(32), [header]: rotated } }),
      503,
    );
    assert.ok(!(await one.stored()).includes(rotated));
  });
}

async function open(t: TestContext, scheme: Scheme) {
  const folder = await mkdtemp(join(tmpdir(), 'deposit-callback-sent-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const clock = fixedClock();
  let secrets: string[] = [];
  const callbacks = depositCallbacks({
    providers: [
      custom({
        name: 'hook',
        secrets: () => secrets,
        scheme,
        trustMined: true,
        read: () => ({ kind: 'transfers', transfers: [{ ...eth, at: clock.now() }], removals: [] }),
      }),
    ],
    store: sqliteStore({ path: join(folder, 'deposits.db'), now: clock.now }),
    policy: openPolicy,
    sources: ['127.0.0.0/30'],
    quarantineUnverified: true,
    now: clock.now,
    logger: keepLog(),
  });
  t.after(() => callbacks.close(0));
  callbacks.on('deposit', () => {});
  const port = await serve(t, callbacks, '127.0.0.1');
  return {
    callbacks,
    use(secret: string) {
      secrets = [secret];
      // What was fetched is used for a minute.
      clock.advance(61_000);
    },
    come: async (request: { path: string; headers: Record<string, string> }): Promise<number> =>
      (await send(port, { ...request, body: `{"n":${clock.now()}}` })).status,
    async stored(): Promise<string> {
      const names = (await readdir(folder)).filter((name) => name.startsWith('deposits.db'));
      return (await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')))).join('');
    },
  };
}
