import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { plisio } from '../../lib/providers/plisio.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';
import { inbound } from '../helpers/inbound.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/plisio', import.meta.url));
const fixtures = readProviderFixtures(folder);

describeProvider({ name: 'Plisio', create: (options) => plisio({ accounts: {}, ...options }), fixtures });

test('Members that were sorted and made texts before they were signed verify too', async () => {
  const provider = plisio({ secrets: ['secret'], accounts: { bitcoin: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4' } });
  const signed = (json: string): string => createHmac('sha1', 'secret').update(json).digest('hex');
  const hash = signed('{"amount":"0.10","confirmations":"3","status":"new"}');
  const body = (amount: string): Buffer =>
    Buffer.from(`{"status":"new","confirmations":3,"amount":${amount},"verify_hash":"${hash}"}`);
  assert.ok((await provider.verify(inbound({ body: body('0.10') }))).keyId);
  assert.throws(() => provider.verify(inbound({ body: body('0.11') })), { code: 'SIGNATURE_INVALID' });
});
