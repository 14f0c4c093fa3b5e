import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base58 } from '@scure/base';
import { canonicalAddress } from '../lib/networks/address.ts';
import { requireNetwork } from '../lib/networks/registry.ts';
import { imtoken } from '../lib/providers/imtoken.ts';
import { readProviderFixtures } from '../lib/testing/index.ts';
import { receive } from './helpers/received.ts';

// docs/networks.md#chains rests on it: what a provider says of each chain is received, credited once, and taken back.

interface Sample {
  network: string;
  to: string;
  memo?: string;
  transaction: string;
  block: string;
  position: string;
  /** Where an amount may be less than the one sent. */
  delivered?: string;
}

const hex = (byte: string): string => byte.repeat(32);
const evm = (network: string): Sample => ({
  network,
  to: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  transaction: `0x${hex('ab')}`,
  block: `0x${hex('cd')}`,
  position: 'native',
});
const bitcoin = (network: string, to: string): Sample => ({
  network,
  to,
  transaction: hex('ab'),
  block: hex('cd'),
  position: 'out:1',
});
const substrate = (network: string, to: string): Sample => ({
  network,
  to,
  transaction: '21000000-2',
  block: `0x${hex('cd')}`,
  position: 'event:7',
});

const samples: Readonly<Record<string, Sample>> = {
  Bitcoin: bitcoin('bitcoin', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'),
  Litecoin: bitcoin('litecoin', 'LM2WMpR1Rp6j3Sa59cMXMs1SPzj9eXpGc1'),
  Dogecoin: bitcoin('dogecoin', 'DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L'),
  'Bitcoin Cash': bitcoin('bitcoin-cash', 'bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a'),
  Ethereum: evm('ethereum'),
  'BNB Smart Chain': evm('bsc'),
  Polygon: evm('polygon'),
  'OKXChain (OKTC)': evm('oktc'),
  TRON: {
    network: 'tron',
    to: 'TJCnKsPa7y5okkXvQAidZBzqx3QyQ6sxMW',
    transaction: hex('ab'),
    block: hex('0d'),
    position: 'native',
  },
  Solana: {
    network: 'solana',
    to: 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v',
    transaction: base58.encode(Buffer.alloc(64, 7)),
    block: base58.encode(Buffer.alloc(32, 9)),
    position: 'balance',
  },
  Aptos: {
    network: 'aptos',
    to: `0x${hex('12')}`,
    transaction: `0x${hex('ab')}`,
    block: `0x${hex('cd')}`,
    position: 'event:3',
  },
  Polkadot: substrate('polkadot', '15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5'),
  'Polkadot Asset Hub': substrate('polkadot-asset-hub', '15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5'),
  Kusama: substrate('kusama', 'HNZata7iMYWmk5RvZRTiAsSDhV8366zq2YGb3tLH5Upf74F'),
  'Kusama Asset Hub': substrate('kusama-asset-hub', 'HNZata7iMYWmk5RvZRTiAsSDhV8366zq2YGb3tLH5Upf74F'),
  EOS: {
    network: 'eos',
    to: 'exchange.acc',
    memo: '10042',
    transaction: hex('ab'),
    block: hex('cd'),
    position: 'event:1',
  },
  TON: {
    network: 'ton',
    to: 'Ef_lZ1T4NCb2mwkme9h2rJfESCE0W34ma9lWp7-_uY3zXDvq',
    memo: '10042',
    transaction: `-1:e56754f83426f69b09267bd876ac97c44821345b7e266bd956a7bfbfb98df35c:46000000000003:${hex('ab')}`,
    block: hex('cd'),
    position: 'native',
  },
  'XRP Ledger': {
    network: 'xrp',
    to: 'rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B',
    memo: '10042',
    transaction: hex('ab'),
    block: hex('cd'),
    position: 'native',
    delivered: '1500000',
  },
};

const { key } = readProviderFixtures(new URL('./fixtures/providers/imtoken', import.meta.url).pathname).keys.first;

for (const [name, { network, to, memo, transaction, block, position, delivered }] of Object.entries(samples)) {
  test(`${name}: a deposit is received under its chain's own names, and credited once`, async (t) => {
    const { id, native, confirmations } = requireNetwork(network);
    const body = (type: string, count: number): object => ({
      type,
      timestamp: '2026-01-01T00:00:00Z',
      data: {
        network: id,
        asset: native.asset,
        symbol: native.symbol,
        decimals: native.decimals,
        amount: '1500000',
        ...(delivered !== undefined && { delivered }),
        from: null,
        to,
        memo: memo ?? null,
        status: 'success',
        confirmations: count,
        transaction: { hash: transaction, position, block: { number: '21000000', hash: block } },
      },
    });
    const ours = canonicalAddress(id, to);
    const policy = {
      assets: [{ asset: native.asset, decimals: native.decimals }],
      isOurs: (account: { address: string; memo?: string }) => account.address === ours && account.memo === memo,
    };
    const confirmed = body('deposit.confirmed', Number(confirmations));
    const { outcome, standing, events } = await receive(
      t,
      imtoken({ secrets: [key] }),
      [body('deposit.pending', 0), confirmed, confirmed],
      { policy, signing: key },
    );
    assert.equal(outcome, 'duplicate', JSON.stringify(standing));
    assert.deepEqual(standing, ['confirmed 1500000']);
    assert.deepEqual(
      events.filter((event) => event.startsWith('deposit ')),
      ['deposit 1500000'],
    );
  });
}
