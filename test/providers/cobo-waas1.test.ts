import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { coboWaas1, coboWaas1PublicKeys } from '../../lib/providers/cobo-waas1.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';
import { type Received, receive } from '../helpers/received.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/cobo-waas1', import.meta.url));
const fixtures = readProviderFixtures(folder);

describeProvider({ name: 'Cobo WaaS 1.0', create: coboWaas1, fixtures });

test('The published keys are keys', () => {
  const { keys } = coboWaas1({ secrets: Object.values(coboWaas1PublicKeys) });
  assert.equal(keys.describe().length, 2);
});

const published = (file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`./published/cobo-waas1/${file}`, import.meta.url), 'utf8')) as Record<
    string,
    unknown
  >;

const testnet = { asset: 'bip122:000000000933ea01ad0ee984209779ba/slip44:0', decimals: 8 };
const sent = (t: TestContext, ...bodies: object[]): Promise<Received> =>
  receive(t, coboWaas1({ secrets: [fixtures.keys.first.key], assets: { XTN: testnet.asset } }), bodies, {
    policy: { assets: [testnet], isOurs: () => true, confirmations: { 'bip122:000000000933ea01ad0ee984209779ba': 1 } },
    signing: fixtures.keys.first.signing ?? '',
  });
const mpc = (more: object): object => ({ ...published('mpc-deposit.json'), ...more });

test('The block of an MPC deposit was unread: it is that of block_detail', async (t) => {
  const { standing } = await sent(t, mpc({}));
  assert.deepEqual(standing, ['confirmed 100000']);
});

test('An MPC deposit that fails (901) was pending for ever', async (t) => {
  const { events } = await sent(t, mpc({ status: 501, updated_time: 1_705_461_095_138 }), mpc({ status: 901 }));
  assert.deepEqual(events, ['deposit.pending 100000', 'deposit.failed 100000']);
});

test('A reorg of an MPC deposit (902) was only seen: it takes back what was credited', async (t) => {
  const { events } = await sent(t, mpc({}), mpc({ status: 902, updated_time: 1_705_462_579_999 }));
  assert.deepEqual(events, ['deposit 100000', 'deposit.reverted 100000']);
});

test('A failure on the way that Cobo itself tries again (402, 502) takes nothing back', async (t) => {
  for (const status of [402, 502]) {
    const { standing } = await sent(t, mpc({ status, updated_time: 1_705_461_095_138 }), mpc({}));
    assert.deepEqual(standing, ['confirmed 100000'], String(status));
  }
});

test('Gas that the Gas Station sends to our address is no deposit', async (t) => {
  const { codes, standing } = await sent(t, mpc({ is_gas_station_tx: true }));
  assert.deepEqual([codes, standing], [['FEE_EVENT'], []]);
});

test('An NFT is not read as an amount, and does not spoil the callback', async (t) => {
  const nft = {
    nft_detail: { nft_code: 'ETH_APE', token_id: '1' },
    coin_detail: null,
    amount_detail: { nft_amount: 1 },
  };
  const { outcome, standing } = await sent(t, mpc(nft));
  assert.deepEqual([outcome, standing], ['ignored', []]);
});
