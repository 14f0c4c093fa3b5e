import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { coinpaymentsV2 } from '../../lib/providers/coinpayments-v2.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';
import { inbound } from '../helpers/inbound.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/coinpayments-v2', import.meta.url));
const fixtures = readProviderFixtures(folder);

describeProvider({
  name: 'CoinPayments v2',
  create: (options) => coinpaymentsV2({ url: '', ...options }),
  fixtures,
});

test('Byte order mark, method, URL, client, time and body are signed, one after the other', async () => {
  const url = 'https://pay.example.com/callbacks/coinpayments-v2';
  const provider = coinpaymentsV2({ secrets: ['secret'], url });
  const signed = `\uFEFFPOST${url}client2025-01-02T03:04:05{}`;
  const headers = {
    'x-coinpayments-client': 'client',
    'x-coinpayments-timestamp': '2025-01-02T03:04:05',
    'x-coinpayments-signature': createHmac('sha256', 'secret').update(signed).digest('base64'),
  };
  assert.ok((await provider.verify(inbound({ headers, body: Buffer.from('{}') }))).keyId);
  const other = coinpaymentsV2({ secrets: ['secret'], url: `${url}/` });
  assert.throws(() => other.verify(inbound({ headers, body: Buffer.from('{}') })), { code: 'SIGNATURE_INVALID' });
});
