import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tatum } from '../../lib/providers/tatum.ts';
import { ours, receiver } from '../helpers/credited.ts';
import { alice, randomHash, secret, usdt } from '../helpers/deposits.ts';

const secrets = [secret];
const usdcOnBase = 'eip155:8453/erc20:0x833589fcd6edb6e08f4c7c32d4f71b54bda02913';
const usdtOnTron = 'tron:728126428/trc20:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t';
const bitcoin = 'bip122:000000000019d6689c085ae165831e93';
const plainTatum = tatum({ secrets, trustMined: true });

const tokenOnBase = {
  chain: 'base-mainnet',
  type: 'token',
  address: '0xf6efbde3b57ff9413c8262315ab0ca350881b1e1',
  counterAddress: '0xc7263ca36bf6cf7cb6c94ad47b4638a40192f487',
  amount: '2.5',
  asset: '0x833589fcd6edb6e08f4c7c32d4f71b54bda02913',
  tokenId: '2500000',
  subscriptionType: 'ADDRESS_EVENT',
  txId: '0x81813e112285d2a5b6776346ca7d32f2cfe6dfee38754248e6b220cdadcc9803',
  blockNumber: 43853661,
};

test('Tatum: a token whose tokenId is the amount in the smallest unit is no NFT', async (t) => {
  const { tell, credited } = await receiver(t, plainTatum, { ...ours, assets: [{ asset: usdcOnBase, decimals: 6 }] });
  await tell(plainTatum, tokenOnBase);
  assert.deepEqual(credited(), [`2500000 ${usdcOnBase}`]);
});

test('Tatum: a raw amount that says other decimals than the pinned ones is kept for an operator', async (t) => {
  const { tell, credited, outcomes } = await receiver(t, plainTatum, {
    ...ours,
    assets: [{ asset: usdcOnBase, decimals: 6 }],
  });
  await tell(plainTatum, { ...tokenOnBase, tokenId: '2500000000000000000' });
  assert.deepEqual([credited(), outcomes], [[], ['quarantined DECIMALS_MISMATCH']]);
});

test('Tatum: an amount with an exponent is no NFT either', async (t) => {
  const { tell, credited } = await receiver(t, plainTatum, { ...ours, assets: [{ asset: usdcOnBase, decimals: 6 }] });
  await tell(plainTatum, { ...tokenOnBase, amount: '1e-6', tokenId: '1' });
  assert.deepEqual(credited(), [`1 ${usdcOnBase}`]);
});

test('Tatum: an NFT with an id of its own stays one', async (t) => {
  const { tell, credited, outcomes } = await receiver(t, plainTatum, {
    ...ours,
    assets: [{ asset: usdcOnBase, decimals: 6 }],
  });
  await tell(plainTatum, { ...tokenOnBase, amount: '1', tokenId: '4711' });
  assert.deepEqual([credited(), outcomes], [[], ['ignored NFT_EVENT']]);
});

test('Tatum: a TRC-20 token that comes under a name of Tatum is credited', async (t) => {
  const { tell, credited } = await receiver(t, plainTatum, { ...ours, assets: [{ asset: usdtOnTron, decimals: 6 }] });
  await tell(plainTatum, {
    address: 'TJRabPrwbZy45sbavfcjinPJC18kjpRTv8',
    amount: '25',
    asset: 'USDT_TRON',
    blockNumber: 70000000,
    txId: randomHash().slice(2),
    type: 'trc20',
    tokenId: null,
    chain: 'tron-mainnet',
    subscriptionType: 'ADDRESS_EVENT',
  });
  assert.deepEqual(credited(), [`25000000 ${usdtOnTron}`]);
});

test('Tatum: Bitcoin comes without a type, and what leaves raises no alarm', async (t) => {
  const { tell, credited, outcomes, callbacks } = await receiver(t, plainTatum, {
    ...ours,
    assets: [{ asset: `${bitcoin}/slip44:0`, decimals: 8 }],
  });
  const alarms: unknown[] = [];
  callbacks.on('alarm', (alarm) => alarms.push(alarm));
  const event = {
    address: '1MFZWyKgeUj9vcYNmdeH52WUPue1S9j6rq',
    amount: '0.00051',
    asset: 'BTC',
    blockNumber: 922663,
    txId: randomHash().slice(2),
    subscriptionType: 'ADDRESS_EVENT',
    chain: 'bitcoin-mainnet',
  };
  await tell(plainTatum, event);
  await tell(plainTatum, { ...event, amount: '-0.00051', txId: randomHash().slice(2) });
  assert.deepEqual(credited(), [`51000 ${bitcoin}/slip44:0`]);
  assert.deepEqual([outcomes[1], alarms], ['ignored OUTGOING', []]);
});

test('Tatum: an enriched body, which names no chain, is kept for an operator', async (t) => {
  const { tell, outcomes } = await receiver(t, plainTatum, { ...ours, assets: [{ asset: usdt, decimals: 6 }] });
  await tell(plainTatum, {
    data: {
      kind: 'transfer',
      txId: randomHash(),
      currency: 'ETH',
      to: alice,
      value: '1',
      subscriptionType: 'ADDRESS_EVENT',
    },
  });
  assert.deepEqual(outcomes, ['quarantined BODY_UNREADABLE']);
});
