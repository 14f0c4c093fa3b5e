import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountsOf } from '../../../lib/providers/kit/accounts.ts';
import { assetNames } from '../../../lib/providers/kit/asset-names.ts';
import { assetByCoinType } from '../../../lib/providers/kit/coin-types.ts';
import { paysByOutputs } from '../../../lib/providers/kit/outputs.ts';

const usdt = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';
const usdc = 'eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48';

test("A user's name comes before a known one, in any form of CAIP-19", () => {
  const names = assetNames(
    'acme',
    { USDT: usdc.replace('erc20', 'bep20') },
    { USDT: 'ethereum/USDT', ETH: 'ethereum' },
  );
  assert.deepEqual(names.named('USDT'), { network: 'eip155:1', asset: usdc });
  assert.deepEqual(names.named('ETH'), { network: 'eip155:1', asset: 'eip155:1/slip44:60' });
});

test('Names are told letter for letter, and one that nobody knows stays a name', () => {
  const names = assetNames('acme', {}, { USDT: 'ethereum/USDT' });
  for (const name of ['usdt', 'ETH', 'eip155:1', '', 'constructor']) {
    assert.deepEqual(names.named(name), { asset: { name } });
  }
});

test('Symbol and network are told as they are written, unless the user says what they mean', () => {
  const names = assetNames('acme', { 'USDC@polygon': usdc });
  assert.deepEqual(names.on('polygon', 'USDC'), { network: 'eip155:1', asset: usdc });
  assert.deepEqual(names.on('Polygon', 'USDC'), { network: 'Polygon', asset: { name: 'USDC' } });
  assert.deepEqual(names.on('acme', 'USDT'), { network: 'acme', asset: { name: 'USDT' } });
});

test("An asset on a network of the user's own is left to the receiver, which knows it", () => {
  const names = assetNames('acme', { X: 'acme:1/slip44:60' });
  assert.deepEqual(names.named('X'), { network: 'acme:1', asset: 'acme:1/slip44:60' });
});

test('What is no CAIP-19 is refused, naming the entry', () => {
  for (const asset of ['USDT', 'eip155:1', 'eip155:1/erc20:0x12', 'acme/slip44:60']) {
    assert.throws(() => assetNames('acme', { X: asset }), { code: 'OPTION_INVALID', message: /acme\.assets\[X\]/ });
  }
});

test('Accounts are kept by network in their canonical form, and there is none for another network', () => {
  const accountOn = accountsOf('acme', { ETH: '0x6e5eaf34c73d1cd0be4e24f923b97cf38e10d1f3' });
  assert.equal(accountOn('eip155:1'), '0x6E5eAf34c73D1CD0be4e24f923b97CF38e10d1f3');
  assert.equal(accountOn('eip155:56'), '');
  assert.equal(accountOn('X'), '');
  assert.equal(accountOn(undefined), '');
});

test("Accounts and outputs of a user's own network are known by its CAIP-2 id, and a name that means nothing is refused", () => {
  const accountOn = accountsOf('acme', { 'acme:main': 'ACME1abc' });
  assert.equal(accountOn('acme:main'), 'ACME1abc');
  assert.equal(accountOn('acme:test'), '');
  assert.throws(() => accountsOf('acme', { etherium: '0x6e5eaf34c73d1cd0be4e24f923b97cf38e10d1f3' }), {
    code: 'OPTION_INVALID',
  });
  for (const network of ['bip122:ffffffffffffffffffffffffffffffff', 'cip34:9-9', 'bitcoin', 'cardano'])
    assert.equal(paysByOutputs(network), true, network);
  for (const network of ['acme:main', 'ethereum', 'slip44:2', undefined])
    assert.equal(paysByOutputs(network), false, network);
});

test('Numbers of SLIP-0044 name networks, never the chain id of an EVM network', () => {
  assert.deepEqual(assetByCoinType('195', '195'), { network: 'tron', asset: 'native' });
  const contract = usdt.slice(usdt.indexOf(':0x') + 1);
  assert.deepEqual(assetByCoinType('60', contract), { network: 'ethereum', asset: { contract } });
  // 56 is BNB Smart Chain by its chain id, and nothing that this table knows by SLIP-0044.
  for (const coin of ['56', 'constructor']) assert.equal(assetByCoinType(coin, coin).network, `slip44:${coin}`);
  assert.deepEqual(assetByCoinType('2510', '2510', { '2510': 'bsc' }), { network: 'bsc', asset: 'native' });
});
