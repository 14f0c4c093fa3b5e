import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { nowpayments } from '../../lib/providers/nowpayments.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';
import { inbound } from '../helpers/inbound.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/nowpayments', import.meta.url));
const fixtures = readProviderFixtures(folder);

describeProvider({ name: 'NOWPayments', create: nowpayments, fixtures });

const provider = nowpayments({ secrets: ['secret'] });
const signatureOf = (json: string): string => createHmac('sha512', 'secret').update(json).digest('hex');
const verify = (body: string, signed: string) =>
  provider.verify(inbound({ body: Buffer.from(body), headers: { 'x-nowpayments-sig': signatureOf(signed) } }));

test('Nested members are signed: a fee that was changed does not verify', async () => {
  const signed = '{"fee":{"currency":"btc","depositFee":1},"payment_id":5}';
  assert.ok((await verify('{"payment_id":5,"fee":{"depositFee":1,"currency":"btc"}}', signed)).keyId);
  assert.throws(() => verify('{"payment_id":5,"fee":{"depositFee":2,"currency":"btc"}}', signed), {
    code: 'SIGNATURE_INVALID',
  });
});

test('A signature that leaves nested members out, as the prose of the documentation has it, is refused', () => {
  assert.throws(() => verify('{"fee":{"depositFee":1},"payment_id":5}', '{"fee":{},"payment_id":5}'), {
    code: 'SIGNATURE_INVALID',
  });
});
