import assert from 'node:assert/strict';
import { createPublicKey, createSign } from 'node:crypto';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fireblocks, fireblocksKeys } from '../../lib/providers/fireblocks.ts';
import type { InboundCallback } from '../../lib/providers/kit/provider.ts';
import { describeProvider, readProviderFixtures, signCallback } from '../../lib/testing/index.ts';
import { serveKeys } from '../helpers/key-server.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/fireblocks', import.meta.url));
const fixtures = readProviderFixtures(folder);
const { first, second } = fixtures.keys;
const secret = first.signing ?? '';
const body = fixtures.cases[0]?.body ?? Buffer.alloc(0);

describeProvider({ name: 'Fireblocks', create: fireblocks, fixtures });

const inbound = (headers: InboundCallback['headers'], bytes = body): InboundCallback => ({
  method: 'POST',
  url: '/callbacks/fireblocks',
  headers,
  body: bytes,
  receivedAt: 1_767_225_600_000,
});

const legacy = (): string => createSign('RSA-SHA512').update(body).sign(secret, 'base64');

test('The legacy signature verifies too, and no byte of the body can change under it', async () => {
  const provider = fireblocks({ secrets: [first.key, second.key] });
  const headers = { 'fireblocks-signature': legacy() };
  assert.ok((await provider.verify(inbound(headers))).keyId);
  for (const index of [0, 100, body.length - 1]) {
    const changed = Buffer.from(body);
    changed[index] = (changed[index] ?? 0) ^ 1;
    assert.throws(() => provider.verify(inbound(headers, changed)), { code: 'SIGNATURE_INVALID' });
  }
  assert.throws(() => fireblocks({ secrets: [second.key] }).verify(inbound(headers)), { code: 'SIGNATURE_INVALID' });
});

test('While both signatures are sent, one that fits a configured key is enough', async () => {
  const both = {
    ...signCallback(fireblocks({ secrets: [second.key] }), { secret: second.signing ?? '', body }).headers,
  };
  const headers = { ...both, 'fireblocks-signature': legacy() };
  for (const key of [first.key, second.key]) {
    assert.ok((await fireblocks({ secrets: [key] }).verify(inbound(headers))).keyId);
  }
});

test('A header that names another algorithm, or none, is refused whatever it signs', () => {
  const provider = fireblocks({ secrets: [first.key] });
  for (const alg of ['RS256', 'none', 'HS512']) {
    const header = Buffer.from(JSON.stringify({ alg })).toString('base64url');
    const signed = `${header}.${body.toString('base64url')}`;
    const signature = createSign('RSA-SHA256').update(signed).sign(secret, 'base64url');
    assert.throws(() => provider.verify(inbound({ 'fireblocks-webhook-signature': `${header}..${signature}` })), {
      code: 'SIGNATURE_INVALID',
    });
  }
});

test('Keys come from the JWKS, by their ids; what is no RSA key for RS512 is passed over', async (t) => {
  const jwk = {
    ...createPublicKey(first.key).export({ format: 'jwk' }),
    kid: 'webhook-key-1',
    use: 'sig',
    alg: 'RS512',
  };
  const keys = [jwk, { kty: 'EC', kid: 'other' }, { ...jwk, kid: 'old', alg: 'RS256' }];
  const at = await serveKeys(t, ({ url }) => ({
    status: url === '/.well-known/jwks.json' ? 200 : 500,
    body: { keys },
  }));
  const fetch = { allowPrivate: true };
  const provider = fireblocks({ secrets: fireblocksKeys({ url: `${at}/.well-known/jwks.json`, fetch }) });
  const { headers } = signCallback(provider, { secret, body });
  assert.deepEqual(await provider.verify(inbound(headers)), { keyId: 'webhook-key-1' });
  const broken = fireblocks({ secrets: fireblocksKeys({ url: `${at}/elsewhere`, fetch }) });
  await assert.rejects(async () => broken.verify(inbound(headers)), { code: 'KEYS_UNAVAILABLE' });
});
