import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cryptomus } from '../../lib/providers/cryptomus.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/cryptomus', import.meta.url));
const fixtures = readProviderFixtures(folder);

describeProvider({ name: 'Cryptomus', create: (options) => cryptomus({ accounts: {}, ...options }), fixtures });

const key = 'first-test-key-0001';
const provider = cryptomus({ secrets: [key], accounts: { tron: 'TTSgF6XEd1TbEH3fPuC4Zypn7UZsxetEcH' } });
const verify = (body: string) =>
  provider.verify({ method: 'POST', url: '/', headers: {}, body: Buffer.from(body), receivedAt: 0 });
const md5 = (json: string): string =>
  createHash('md5')
    .update(Buffer.from(json).toString('base64') + key)
    .digest('hex');

test('A body that something on the way has written again verifies as PHP had written it', async () => {
  const sign = md5('{"url":"https:\\/\\/example.com","name":"caf\u00e9","line":"a\\u2028b","amount":"3.00"}');
  const members = '"url":"https://example.com","name":"caf\u00e9","line":"a\u2028b","amount":"3.00"';
  assert.ok((await verify(`{${members},"sign":"${sign}"}`)).keyId);
  assert.ok((await verify(`{ "sign": "${sign}", ${members} }`)).keyId);
  assert.throws(() => verify(`{${members.replace('3.00', '3.01')},"sign":"${sign}"}`), { code: 'SIGNATURE_INVALID' });
});

test('A second signature inside the body does not take the place of the one that counts', () => {
  const sign = md5('{"amount":"3.00"}');
  const body = `{"amount":"3.00","more":{"a":1,"sign":"${sign}"},"sign":"${sign}"}`;
  assert.throws(() => verify(body), { code: 'SIGNATURE_INVALID' });
  assert.throws(() => verify(`{"amount":"9.00","sign":"${sign}","amount":"3.00"}`), { code: /^SIGNATURE_/ });
});

test('Without an account that payments are put down to, it is refused at construction', () => {
  for (const accounts of [{}, { tron: 'T123' }, { acme: 'x' }]) {
    assert.throws(() => cryptomus({ secrets: [key], accounts }), {
      code: 'OPTION_INVALID',
      message: /cryptomus\.accounts/,
    });
  }
});
