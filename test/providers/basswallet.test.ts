import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { basswallet } from '../../lib/providers/basswallet.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';
import { type Received, receive } from '../helpers/received.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/basswallet', import.meta.url));
const fixtures = readProviderFixtures(folder);

describeProvider({ name: 'BassWallet', create: basswallet, fixtures });

const { key } = fixtures.keys.first;
const payment = {
  ...{ webhookType: 'Payment', id: '603277493897662465', status: 'Success', chainName: 'Tron', tokenName: 'TRX' },
  ...{ fromAddress: 'TKjLDbk7LC9NXzRBCYahKa8pzMHRfahJjn', toAddress: 'TTSgF6XEd1TbEH3fPuC4Zypn7UZsxetEcH' },
  txHash: 'a43d0157e327da5fe5912e5ff91939a4c142cfa1ebedea0a40b4e118d35425d2',
  ...{ amount: '20', amountActual: '10', amountUSD: '1.6', timestamp: 1_729_476_831_813 },
};
const sent = (t: TestContext, body: object, trustMined: boolean): Promise<Received> =>
  receive(t, basswallet({ secrets: [key], trustMined }), [body], {
    policy: { assets: [{ asset: 'tron:728126428/slip44:195', decimals: 6 }], isOurs: () => true },
    signing: key,
  });

test('A payment tells no confirmations: it is credited where Success is trusted, and waits elsewhere', async (t) => {
  assert.deepEqual((await sent(t, payment, true)).events, ['deposit 10000000']);
  assert.deepEqual((await sent(t, payment, false)).events, ['deposit.pending 10000000']);
});
