import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { binancePay, binancePayKeys } from '../../lib/providers/binance-pay.ts';
import { describeProvider, readProviderFixtures, signCallback } from '../../lib/testing/index.ts';
import { serveKeys } from '../helpers/key-server.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/binance-pay', import.meta.url));
const fixtures = readProviderFixtures(folder);
const { first } = fixtures.keys;
const accounts = { bsc: '0x6E5eAf34c73D1CD0be4e24f923b97CF38e10d1f3' };

describeProvider({ name: 'Binance Pay', create: (options) => binancePay({ accounts: {}, ...options }), fixtures });

test('Keys are asked for as Binance documents it, letter for letter, and told by their serials', async (t) => {
  const url = await serveKeys(t, ({ method, url: asked, headers, body }) => {
    const nonce = String(headers['binancepay-nonce']);
    const signed = createHmac('sha512', 'SECRET').update(`1700000000000\n${nonce}\n${body}\n`).digest('hex');
    const isRight =
      method === 'POST' &&
      asked === '/binancepay/openapi/certificates' &&
      headers['content-type'] === 'application/json' &&
      headers['binancepay-timestamp'] === '1700000000000' &&
      /^[a-zA-Z0-9]{32}$/.test(nonce) &&
      headers['binancepay-certificate-sn'] === 'KEY' &&
      headers['binancepay-signature'] === signed.toUpperCase();
    return isRight
      ? { body: { status: 'SUCCESS', code: '000000', data: [{ certSerial: 'serial-1', certPublic: first.key }] } }
      : { status: 400, body: {} };
  });
  const fetch = { allowPrivate: true };
  const keysOf = (secretKey: string) =>
    binancePayKeys({ apiKey: 'KEY', secretKey, url, fetch, now: () => 1_700_000_000_000 });
  const provider = binancePay({ secrets: keysOf('SECRET'), accounts });
  const { headers, body } = signCallback(provider, { secret: first.signing ?? '', body: '{}', id: 'nonce' });
  const delivery = { method: 'POST', url: '/', headers, body, receivedAt: 1_767_225_600_000 };
  assert.equal((await provider.verify(delivery)).keyId, 'serial-1');
  const wrong = binancePay({ secrets: keysOf('OTHER'), accounts });
  await assert.rejects(async () => wrong.verify(delivery), { code: 'KEYS_UNAVAILABLE' });
});

test('Without its own keys the fetcher is refused at construction', () => {
  assert.throws(() => binancePayKeys({ apiKey: '', secretKey: 'S' }), { code: 'OPTION_INVALID' });
  assert.throws(() => binancePayKeys({ apiKey: 'K', secretKey: '' }), { code: 'OPTION_INVALID' });
});
