import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cregis } from '../../lib/providers/cregis.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';
import { type Received, receive } from '../helpers/received.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/cregis', import.meta.url));
const fixtures = readProviderFixtures(folder);

describeProvider({ name: 'Cregis', create: cregis, fixtures });

const published = (file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`./published/cregis/${file}`, import.meta.url), 'utf8')) as Record<string, unknown>;

const { key } = fixtures.keys.first;
const sent = (t: TestContext, ...bodies: object[]): Promise<Received> =>
  receive(t, cregis({ secrets: [key], trustMined: true }), bodies, {
    policy: {
      assets: [
        { asset: 'tron:728126428/slip44:195', decimals: 6 },
        { asset: 'xrpl:0/slip44:144', decimals: 6, memo: 'required' },
      ],
      isOurs: () => true,
    },
    signing: key,
  });

test('A withdrawal from a sub-address, which names no `address`, raised an alarm: it leaves us', async (t) => {
  const { outcome, codes, standing } = await sent(t, published('withdrawal.json'));
  assert.deepEqual([outcome, codes, standing], ['ignored', ['OUTGOING'], []]);
});

test('A payout that lacks its third_party_id was shown as a deposit on its way', async (t) => {
  const { third_party_id, ...payout } = published('payout.json');
  for (const status of [0, 4, 6, 7]) {
    const { codes, standing } = await sent(t, { ...payout, status });
    assert.deepEqual([codes, standing], [['OUTGOING'], []], String(status));
  }
  assert.equal(typeof third_party_id, 'string');
});

test('A memo that is a number, as in the Java library, cost the deposit', async (t) => {
  const xrp = {
    ...{ chain_id: '144', token_id: '144', currency: 'XRP', address: 'rPEPPER7kfTD9w2To4CQk6UCfuHM9c6GDY', memo: 77 },
    txid: 'E3FE6EA3D48F0C2B639448020EA4F03D4F4F8FFDB243A852A0F59177921B4879',
  };
  const { codes } = await sent(t, { ...published('address-deposit.json'), ...xrp });
  // What arrived is not told on the XRP Ledger; the tag was read.
  assert.deepEqual(codes, ['DELIVERED_MISSING']);
});
