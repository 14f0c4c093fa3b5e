import assert from 'node:assert/strict';
import { constants, createCipheriv, createPublicKey, publicEncrypt, randomBytes, sign } from 'node:crypto';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { safeheron } from '../../lib/providers/safeheron.ts';
import { describeProvider, readProviderFixtures, signCallback } from '../../lib/testing/index.ts';
import { inbound } from '../helpers/inbound.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/safeheron', import.meta.url));
const fixtures = readProviderFixtures(folder);

describeProvider({
  name: 'Safeheron',
  create: (options) => safeheron({ privateKey: '', ...options }),
  fixtures,
});

const { first } = fixtures.keys;
const privateKey = String(fixtures.options?.privateKey);
const provider = safeheron({ secrets: [first.key], privateKey });
const event = fixtures.cases[0]?.body ?? Buffer.alloc(0);

test('The older envelope, PKCS #1 and CBC, opens too', async () => {
  const secrets = randomBytes(48);
  const cipher = createCipheriv('aes-256-cbc', secrets.subarray(0, 32), secrets.subarray(32));
  const bizContent = Buffer.concat([cipher.update(event), cipher.final()]).toString('base64');
  const padding = constants.RSA_PKCS1_PADDING;
  const key = publicEncrypt({ key: createPublicKey(privateKey), padding }, secrets).toString('base64');
  const timestamp = '1700000120000';
  const signed = Buffer.from(`bizContent=${bizContent}&key=${key}&timestamp=${timestamp}`);
  const sig = sign('sha256', signed, first.signing ?? '').toString('base64');
  const sent = inbound({ body: Buffer.from(JSON.stringify({ timestamp, sig, key, bizContent })) });
  const verified = await provider.verify(sent);
  assert.equal(provider.read(sent, verified).transfers[0]?.kind, 'confirmed');
});

test('A body that says another kind of encryption, which is not signed, is refused', async () => {
  const { body } = signCallback(provider, { secret: first.signing ?? '', body: event });
  const envelope = JSON.parse(body.toString()) as Record<string, string>;
  for (const changed of [{ rsaType: 'ECB' }, { aesType: 'CBC' }, { rsaType: undefined, aesType: undefined }]) {
    const sent = inbound({ body: Buffer.from(JSON.stringify({ ...envelope, ...changed })) });
    await assert.rejects(async () => provider.verify(sent), { code: 'SIGNATURE_INVALID' });
  }
});

test('What is no private key is refused at construction, and not quoted', () => {
  for (const wrong of ['', 'secret-text', first.key]) {
    const make = () => safeheron({ secrets: [first.key], privateKey: wrong });
    assert.throws(make, (error: Error) => /privateKey/.test(error.message) && !error.message.includes('secret-text'));
  }
});
