import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { codecs } from '../../lib/networks/families.ts';
import {
  canonicalAsset,
  findNetwork,
  nativeAsset,
  networks,
  parseAsset,
  tokenAsset,
} from '../../lib/networks/registry.ts';

test('names that providers use lead to one network, whatever their case and dashes', () => {
  const names: Record<string, readonly string[]> = {
    'eip155:1': [
      'ETH_MAINNET',
      'eth-mainnet',
      'ETHMAINNET',
      'ethereum-mainnet',
      'Ethereum',
      'ETH',
      '0x1',
      '0x01',
      '1',
      'ERC20',
    ],
    'eip155:11155111': ['ETH_SEPOLIA', 'ethereum-sepolia', 'ETH-SEPOLIA', '0xaa36a7', '11155111', 'sepolia'],
    'eip155:56': [
      'BSC',
      'BNB_MAINNET',
      'bnbchain-mainnet',
      'binance-smart-chain',
      'bsc-mainnet',
      '0x38',
      '56',
      'BEP20',
    ],
    'eip155:137': ['MATIC_MAINNET', 'MATICMAINNET', 'polygon-mainnet', 'MATIC', '0x89', 'Polygon Network'],
    'eip155:80002': ['MATIC-AMOY', 'polygon-amoy'],
    'eip155:66': ['OKTC', 'OKXChain', 'okc', '0x42'],
    'eip155:42161': ['ARBMAINNET', 'ARB_MAINNET', 'arb-one-mainnet', 'arbitrum-mainnet', '0xa4b1'],
    'eip155:10': ['OPTMAINNET', 'OPT_MAINNET', 'optimism-mainnet', '0xa'],
    'eip155:8453': ['BASE_MAINNET', 'base-mainnet', 'base'],
    'eip155:43114': ['AVAX_MAINNET', 'avax', 'avalanche-mainnet'],
    'eip155:31337': ['anvil', '0x7a69', '31337'],
    'tron:728126428': ['TRX', 'TRON', 'tron-mainnet', 'TRC20', 'tron:0x2b6653dc', 'eip155:728126428', '0x2b6653dc'],
    'tron:2494104990': ['tron-testnet', 'shasta'],
    'bip122:000000000019d6689c085ae165831e93': ['BTC', 'bitcoin', 'bitcoin-mainnet'],
    'bip122:1a91e3dace36e2be3bf030a65679fe82': ['DOGE', 'dogecoin', 'bip122:1a91e3dace36e2be3bf030a65679fe821'],
    'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp': ['SOL', 'solana-mainnet', 'mainnet-beta', 'solana:mainnet'],
    'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1': ['SOL-DEVNET', 'devnet'],
    'aptos:1': ['APTOS', 'APT'],
    'polkadot:91b171bb158e2d3848fa23a9f1c25182': ['DOT', 'polkadot'],
    'polkadot:b0a8d493285c2df73290dfb7e61f870f': ['KSM', 'kusama'],
    'antelope:aca376f206b8fc25a6ed44dbdc66547c': ['EOS'],
    'tvm:-239': ['TON', 'ton-mainnet', 'ton:-239', 'TVM:-239'],
    'xrpl:0': ['XRP', 'ripple', 'xrpl-mainnet'],
    'bip122:12a765e31ffd4059bada1e25190f6e98': ['LTC', 'litecoin'],
  };
  for (const [id, aliases] of Object.entries(names)) {
    for (const name of [id, ...aliases]) assert.equal(findNetwork(name)?.id, id, name);
  }
});

test('what names no network, or might name another, is not guessed', () => {
  // 195 is the coin type of TRON, and no listed chain id; tvm:239 is not TON.
  for (const name of [
    '',
    'mainnet',
    'testnet',
    '195',
    '999999',
    'tvm:239',
    'tvm:3',
    'eip155:0',
    'eip155:01',
    'eip155:x',
    'toString',
  ]) {
    assert.equal(findNetwork(name), undefined, name);
  }
});

test('an EVM network that is not listed is usable, with cautious defaults', () => {
  const network = findNetwork('eip155:987654321');
  assert.equal(network?.id, 'eip155:987654321');
  assert.equal(network?.native.asset, 'eip155:987654321/slip44:60');
  assert.ok((network?.confirmations ?? 0) >= 64);
  assert.equal(findNetwork('0x3ade68b1')?.id, 'eip155:987654321');
  assert.equal(canonicalAsset('eip155:987654321/slip44:60'), 'eip155:987654321/slip44:60');
});

test('every network of the registry is whole', () => {
  for (const network of networks) {
    assert.match(network.id, /^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}$/, network.id);
    assert.ok(Number.isSafeInteger(network.confirmations) && network.confirmations > 0, network.id);
    assert.ok(network.reorgDepth >= network.confirmations || network.id === 'eip155:31337', network.id);
    assert.ok(network.stuckAfterMs >= 900_000, network.id);
    assert.ok(network.confirmationsReason.length > 20, network.id);
    assert.equal(canonicalAsset(network.native.asset), network.native.asset);
    assert.equal(nativeAsset(network.id), network.native.asset);
    const isOfOutputs = ['bitcoin', 'bitcoincash', 'cardano'].includes(network.family);
    assert.equal(network.inputsModel, isOfOutputs ? 'utxo' : 'account');
    assert.ok(Object.isFrozen(network));
  }
  assert.equal(new Set(networks.map((network) => network.id)).size, networks.length);
});

test('a CAIP-19 text is read in its parts, percent-encoding undone', () => {
  assert.deepEqual(parseAsset('eip155:1/slip44:60'), { network: 'eip155:1', namespace: 'slip44', reference: '60' });
  assert.deepEqual(parseAsset('APTOS/coin:0x1%3A%3Aa%3A%3AB'), {
    network: 'aptos:1',
    namespace: 'coin',
    reference: '0x1::a::B',
  });
});

test('an asset that cannot be right is refused with the code that says why', () => {
  const invalid = [
    '',
    'eip155:1',
    'eip155:1/slip44',
    'eip155:1/slip44:',
    'eip155:1/erc20:0x12',
    'eip155:1/erc20:%zz',
    'eip155:1/trc20:x',
  ];
  // Its own number, not that of Ethereum: whoever writes 60 on another chain may mean bridged ether.
  invalid.push('eip155:56/slip44:60', 'eip155:1/slip44:714', 'bip122:000000000019d6689c085ae165831e93/token:x');
  for (const text of invalid) assert.throws(() => canonicalAsset(text), { code: 'ADDRESS_INVALID' }, text);
  assert.throws(() => canonicalAsset('nowhere:1/slip44:60'), { code: 'NETWORK_UNKNOWN' });
  assert.throws(() => nativeAsset('nowhere'), { code: 'NETWORK_UNKNOWN' });
  assert.throws(() => tokenAsset('bitcoin', 'x'), { code: 'ADDRESS_INVALID' });
});

test('a coin with a second number, and any coin of a test network by number 1, are one asset', () => {
  assert.equal(canonicalAsset('eip155:56/slip44:9006'), 'eip155:56/slip44:714');
  assert.equal(canonicalAsset('eip155:43114/slip44:9000'), 'eip155:43114/slip44:9005');
  assert.equal(canonicalAsset('eip155:11155111/slip44:1'), 'eip155:11155111/slip44:60');
});

test('names of one token standard on several chains are one namespace, and an NFT keeps its id', () => {
  const token = '0x55d398326f99059ff775485246999027b3197955';
  assert.equal(canonicalAsset(`bsc/bep20:${token}`), `eip155:56/erc20:${token}`);
  assert.equal(canonicalAsset(`eip155:1/erc721:${token}/771769`), `eip155:1/erc721:${token}/771769`);
  assert.throws(() => canonicalAsset(`eip155:1/erc721:${token}/x`), { code: 'ADDRESS_INVALID' });
  assert.throws(() => canonicalAsset(`eip155:1/erc20:${token}/1`), { code: 'ADDRESS_INVALID' });
});

test('the canonical form of an asset is its own canonical form', () => {
  const contract = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('hex'));
  fc.assert(
    fc.property(fc.constantFrom('eip155:1', 'tron', 'eip155:66'), contract, (network, hex) => {
      const asset = tokenAsset(network, `0x${hex}`);
      assert.equal(canonicalAsset(asset), asset);
      assert.match(asset, /^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}\/[-a-z0-9]{3,8}:[-.%a-zA-Z0-9]{1,128}$/);
    }),
  );
});

test('docs/networks.md has a line for every network, with its numbers', () => {
  const lines = readFileSync('docs/networks.md', 'utf8').split('\n');
  for (const { id, native, confirmations, reorgDepth } of networks) {
    const line = lines.find((text) => text.includes(`\`${id}\``) && text.startsWith('|'));
    assert.ok(line, id);
    for (const part of [native.asset, `| ${confirmations} |`, `| ${reorgDepth} |`]) {
      assert.ok(line.includes(part), `${id}: ${part}`);
    }
  }
});

test('docs/networks.md says how each family writes things, and why each network has its numbers', () => {
  const rows = readFileSync('docs/networks.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  for (const family of Object.keys(codecs)) {
    assert.ok(
      rows.some((row) => row[1] === family && row.length === 9),
      `${family} has no row under "Families"`,
    );
  }
  for (const { name, testnet, confirmations, reorgDepth, confirmationsReason } of networks) {
    if (testnet) continue;
    const reason = rows.find((row) => row[4]?.startsWith(confirmationsReason) && row[1]?.split(', ').includes(name));
    assert.ok(reason, `${name} is not under "Why these numbers", or for another reason`);
    assert.equal(reason[2], `${confirmations} of ${reorgDepth}`, name);
  }
});
