import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cryptapi, cryptapiPublicKey } from '../../lib/providers/cryptapi.ts';
import { describeProvider, readProviderFixtures, signCallback } from '../../lib/testing/index.ts';
import { inbound } from '../helpers/inbound.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/cryptapi', import.meta.url));
const fixtures = readProviderFixtures(folder);

describeProvider({ name: 'CryptAPI', create: cryptapi, fixtures });

const { first } = fixtures.keys;
const url = '/callbacks/cryptapi?order=42&address_in=a&txid_in=b&value_coin=1&coin=btc&pending=0';

test('A GET is signed over the whole URL: another host, order or amount does not verify', async () => {
  const at = (origin?: string) => cryptapi({ secrets: [first.key], ...(origin === undefined ? {} : { origin }) });
  const provider = at('https://pay.example.com');
  const { headers } = signCallback(provider, { secret: first.signing ?? '', body: '', method: 'GET', url });
  const sent = inbound({ method: 'GET', url, headers });
  assert.ok((await provider.verify(sent)).keyId);
  const refusals = [
    at('https://other.example.com').verify.bind(undefined, sent),
    at().verify.bind(undefined, sent),
    provider.verify.bind(undefined, { ...sent, url: url.replace('value_coin=1', 'value_coin=9') }),
    provider.verify.bind(undefined, { ...sent, url: `${url}&value_coin=9` }),
  ];
  for (const refusal of refusals) assert.throws(refusal, { code: 'SIGNATURE_INVALID' });
});

test('Without origin only POST is taken, and origin is scheme and host', () => {
  assert.deepEqual(cryptapi({ secrets: [cryptapiPublicKey] }).methods, ['POST']);
  for (const origin of ['pay.example.com', 'https://pay.example.com/', 'https://pay.example.com/x']) {
    assert.throws(() => cryptapi({ secrets: [cryptapiPublicKey], origin }), { code: 'OPTION_INVALID' });
  }
});
