import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { turnkey, turnkeyKeys } from '../../lib/providers/turnkey.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';
import { nowOf, sentCallback } from '../../lib/testing/provider-cases/sending.ts';
import { serveKeys } from '../helpers/key-server.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/turnkey', import.meta.url));

const fixtures = readProviderFixtures(folder);

describeProvider({ name: 'Turnkey', create: turnkey, fixtures });

const [one] = fixtures.cases;
const { first, second } = fixtures.keys;
const inbound = () => {
  const provider = turnkey({ secrets: [first.key], organizationId: 'any' });
  assert.ok(one);
  return { ...sentCallback(provider, one, fixtures), receivedAt: nowOf(fixtures) };
};
const jwk = (kid: string, hex: string) => ({
  kty: 'OKP',
  crv: 'Ed25519',
  kid,
  x: Buffer.from(hex, 'hex').toString('base64url'),
});
const keysAt = (url: string) =>
  turnkey({ secrets: turnkeyKeys({ url, fetch: { allowPrivate: true } }), organizationId: 'any' });

test('Keys are taken from the key set, by their ids, and those of other curves are passed over', async (t) => {
  const keys = [
    { kty: 'EC', crv: 'P-256', kid: 'p256', x: 'AA', y: 'AA' },
    jwk('old', second.key),
    jwk('new', first.key),
  ];
  const url = await serveKeys(t, () => ({ body: { keys } }));
  assert.equal((await keysAt(url).verify(inbound())).keyId, 'new');
});

test('What no key of the set has signed is refused', async (t) => {
  const url = await serveKeys(t, () => ({ body: { keys: [jwk('old', second.key)] } }));
  await assert.rejects(async () => keysAt(url).verify(inbound()), { code: 'SIGNATURE_INVALID' });
});

test('If Turnkey does not give its keys, a callback is to come again', async (t) => {
  for (const answer of [{ status: 500, body: {} }, { body: { keys: 'none' } }]) {
    const url = await serveKeys(t, () => answer);
    await assert.rejects(async () => keysAt(url).verify(inbound()), { code: 'KEYS_UNAVAILABLE' });
  }
});
