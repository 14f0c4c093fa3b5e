import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountOn, assetOn, blockHashOn, memoOn, tokenOn, transactionIdOn } from '../../lib/networks/canonical.ts';
import { defineNetwork, type NetworkDefinition, tableWith } from '../../lib/networks/define-network.ts';
import { evm } from '../../lib/networks/evm.ts';
import type { Codec } from '../../lib/networks/network.ts';
import { builtInNetworks } from '../../lib/networks/registry.ts';

const codec: Codec = {
  account: (text) => ({ address: text.toLowerCase() }),
  transactionId: (text) => text.toUpperCase(),
  blockHash: (text) => text,
  token: (reference, namespace = 'thing') => (namespace === 'thing' ? { namespace, reference } : undefined),
  memo: (text) => text.trim(),
};
const acme: NetworkDefinition = {
  id: 'acme:1',
  codec,
  native: { asset: 'acme:1/slip44:999', symbol: 'ACM', decimals: 4 },
  confirmations: 3,
  reorgDepth: 9,
  hasMemos: true,
};

test('an EVM network needs its id only; what is not given is cautious', () => {
  const network = defineNetwork({ id: 'eip155:987654321' });
  const { confirmations, reorgDepth, native, family } = network;
  assert.deepEqual([confirmations, reorgDepth, family, native.asset], [64, 256, 'evm', 'eip155:987654321/slip44:60']);
  assert.ok(Object.isFrozen(network));
  assert.equal(defineNetwork(network).id, network.id, 'what was defined can be defined again');
});

test('a network of the package takes other numbers and more names, and keeps the rest', () => {
  const table = tableWith([{ id: 'eip155:1', confirmations: 100, aliases: { acme: 'L1' } }]);
  const found = table.find('ETH_MAINNET');
  assert.deepEqual([found?.confirmations, found?.reorgDepth, found?.name], [100, 100, 'Ethereum']);
  assert.equal(table.find('l-1', { name: 'acme' })?.id, 'eip155:1');
  assert.equal(table.find('l-1'), undefined);
  assert.equal(builtInNetworks.find('ETH_MAINNET')?.confirmations, 12, "the package's own table stays as it is");
});

test('a network of another family is written as its own codec writes it', () => {
  const table = tableWith([acme]);
  const network = table.require('acme:1');
  assert.deepEqual(accountOn(network, 'BoB', ' 7 '), { address: 'bob', memo: '7' });
  assert.equal(transactionIdOn(network, 'ab'), 'AB');
  assert.equal(blockHashOn(network, 'x'), 'x');
  assert.equal(tokenOn(network, 'gold'), 'acme:1/thing:gold');
  assert.equal(assetOn(network, { namespace: 'slip44', reference: '999' }), 'acme:1/slip44:999');
  assert.throws(() => assetOn(network, { namespace: 'erc20', reference: 'x' }), { code: 'ADDRESS_INVALID' });
});

test("whatever a user's codec throws or gives is a refusal of that text, and never an account", () => {
  const broken: Codec = {
    account: () => {
      throw new TypeError('odd');
    },
    transactionId: () => 7 as unknown as string,
    blockHash: () => '',
    token: () => ({ namespace: 'thing', reference: 'a\0b' }),
    memo: () => {
      throw new Error('odd');
    },
  };
  const network = defineNetwork({ ...acme, codec: broken });
  assert.throws(() => accountOn(network, 'x'), { code: 'ADDRESS_INVALID', message: /codec\.account.*odd/ });
  assert.throws(() => memoOn(network, 'x'), { code: 'ADDRESS_INVALID' });
  assert.throws(() => transactionIdOn(network, 'x'), { code: 'OPTION_INVALID', message: /codec\.transactionId/ });
  assert.throws(() => blockHashOn(network, 'x'), { code: 'OPTION_INVALID' });
  assert.throws(() => tokenOn(network, 'x'), { code: 'OPTION_INVALID' });
});

test('what cannot be a network is refused by name', () => {
  const { codec: _, ...withoutCodec } = acme;
  const { native: __, ...withoutNative } = acme;
  const wrong: readonly [unknown, RegExp][] = [
    [{}, /CAIP-2/],
    [{ id: '57073' }, /CAIP-2/],
    [{ id: 'eip155:2', confirmation: 3 }, /networks\[eip155:2\]\.confirmation.*confirmations/],
    [{ id: 'eip155:2', confirmations: 0 }, /confirmations: must be a positive integer/],
    [{ id: 'eip155:2', confirmations: 9, reorgDepth: 3 }, /reorgDepth: must be at least the 9/],
    [{ id: 'eip155:2', native: { symbol: 'X', decimals: 99 } }, /native\.decimals/],
    [{ id: 'eip155:2', native: { asset: 'eip155:1/slip44:60', symbol: 'X', decimals: 18 } }, /native\.asset/],
    [{ id: 'eip155:2', codec }, /codec: must be omitted/],
    [{ id: 'eip155:728126428' }, /another name of tron:728126428/],
    [withoutCodec, /codec: is required/],
    [withoutNative, /native\.asset/],
    [{ ...acme, reorgDepth: undefined }, /reorgDepth: must be a positive integer/],
    [{ ...acme, codec: { ...codec, account: undefined } }, /codec\.account: must be a function/],
  ];
  for (const [given, message] of wrong) {
    assert.throws(
      () => defineNetwork(given as NetworkDefinition),
      { code: 'OPTION_INVALID', message },
      String(message),
    );
  }
  const twice = [{ id: 'eip155:2' }, { id: 'eip155:2' }];
  assert.throws(() => tableWith(twice), { code: 'OPTION_INVALID', message: /a duplicate id/ });
  assert.throws(() => tableWith([{ id: 'eip155:2', aliases: ['BASE_MAINNET'] }]), {
    code: 'OPTION_INVALID',
    message: /BASE_MAINNET already means eip155:8453/,
  });
  assert.throws(() => tableWith({} as never), { code: 'OPTION_INVALID' });
  assert.equal(defineNetwork({ id: 'eip155:2', codec: evm }).codec, evm);
});
