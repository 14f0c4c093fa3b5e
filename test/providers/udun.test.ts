import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { udun } from '../../lib/providers/udun.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';
import { type Received, receive } from '../helpers/received.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/udun', import.meta.url));
const fixtures = readProviderFixtures(folder);

describeProvider({ name: 'Udun', create: udun, fixtures });

const { key } = fixtures.keys.first;
const provider = udun({ secrets: [key], trustMined: true });
const trade = (more: object): Buffer => {
  const body = {
    ...{ address: 'TEpK1aWkjDue6j8reeeMqG7hdJ5tRytyAF', amount: '10000000', blockHigh: '42525123', coinType: '195' },
    ...{
      decimals: '6',
      fee: '0',
      mainCoinType: '195',
      memo: '',
      status: 3,
      tradeId: '998006370676506624',
      tradeType: 1,
    },
    txId: '31689c332536b56a2246347e206fbed2d04d461a3d668c4c1de32a75a8d436f0',
    ...more,
  };
  return Buffer.from(`body=${encodeURIComponent(JSON.stringify(body))}&nonce=eHSrfr&timestamp=1658370940327`);
};
const sent = (t: TestContext, ...more: object[]): Promise<Received> =>
  receive(t, provider, more.map(trade), {
    policy: { assets: [{ asset: 'tron:728126428/slip44:195', decimals: 6 }], isOurs: () => true },
    signing: key,
  });

test('A trade whose numbers are numbers, as the Java library takes them, was quarantined', async (t) => {
  const numbers = { amount: 10_000_000, decimals: 6, mainCoinType: 195, coinType: 195, tradeId: 998_006_370_676_506 };
  assert.deepEqual((await sent(t, numbers)).events, ['deposit 10000000']);
});

test('A deposit with state 1, a success in the older protocol, was pending for ever: it is kept for an operator', async (t) => {
  const { outcome, codes, standing } = await sent(t, { status: 1 });
  assert.deepEqual([outcome, codes], ['quarantined', ['STATUS_MISSING']]);
  assert.deepEqual(standing, ['quarantined 10000000 STATUS_MISSING']);
});

test('What a deposit can do without does not cost it', async (t) => {
  for (const more of [{ decimals: '2e9' }, { decimals: null }, { blockHigh: {} }, { fee: [] }])
    assert.deepEqual((await sent(t, more)).events, ['deposit 10000000'], JSON.stringify(more));
});
