import {
  type Bounds,
  bitcoinBounds,
  bitcoinCashBounds,
  cardanoBounds,
  dogecoinBounds,
  eosBounds,
  grandpaBounds,
  instantBounds,
  litecoinBounds,
  localBounds,
  nearBounds,
  solanaBounds,
  tronBounds,
} from './bounds.ts';
import { codecs, type Family } from './families.ts';
import type { Network } from './network.ts';

interface Chain {
  family: Family;
  symbol: string;
  decimals: number;
  /** Number in SLIP-0044. */
  coinType: number;
  bounds: Bounds;
  hasMemos?: boolean;
}

const bitcoin: Chain = { family: 'bitcoin', symbol: 'BTC', decimals: 8, coinType: 0, bounds: bitcoinBounds };
const litecoin: Chain = { family: 'bitcoin', symbol: 'LTC', decimals: 8, coinType: 2, bounds: litecoinBounds };
const dogecoin: Chain = { family: 'bitcoin', symbol: 'DOGE', decimals: 8, coinType: 3, bounds: dogecoinBounds };
const tron: Chain = { family: 'tron', symbol: 'TRX', decimals: 6, coinType: 195, bounds: tronBounds };
const solana: Chain = { family: 'solana', symbol: 'SOL', decimals: 9, coinType: 501, bounds: solanaBounds };
const aptos: Chain = { family: 'aptos', symbol: 'APT', decimals: 8, coinType: 637, bounds: instantBounds };
const polkadot: Chain = { family: 'substrate', symbol: 'DOT', decimals: 10, coinType: 354, bounds: grandpaBounds };
const kusama: Chain = { family: 'substrate', symbol: 'KSM', decimals: 12, coinType: 434, bounds: grandpaBounds };
const eos: Chain = { family: 'antelope', symbol: 'EOS', decimals: 4, coinType: 194, bounds: eosBounds, hasMemos: true };
const ton: Chain = { family: 'ton', symbol: 'TON', decimals: 9, coinType: 607, bounds: instantBounds, hasMemos: true };
const xrpl: Chain = {
  family: 'xrpl',
  symbol: 'XRP',
  decimals: 6,
  coinType: 144,
  bounds: instantBounds,
  hasMemos: true,
};

const bitcoinCash: Chain = {
  family: 'bitcoincash',
  symbol: 'BCH',
  decimals: 8,
  coinType: 145,
  bounds: bitcoinCashBounds,
};
const cosmos: Chain = {
  family: 'cosmos',
  symbol: 'ATOM',
  decimals: 6,
  coinType: 118,
  bounds: instantBounds,
  hasMemos: true,
};
const near: Chain = { family: 'near', symbol: 'NEAR', decimals: 24, coinType: 397, bounds: nearBounds };
const sui: Chain = { family: 'sui', symbol: 'SUI', decimals: 9, coinType: 784, bounds: instantBounds };
const cardano: Chain = { family: 'cardano', symbol: 'ADA', decimals: 6, coinType: 1815, bounds: cardanoBounds };
const stellar: Chain = {
  family: 'stellar',
  symbol: 'XLM',
  decimals: 7,
  coinType: 148,
  bounds: instantBounds,
  hasMemos: true,
};

/** The networks outside the EVM. */
export const otherNetworks: readonly Network[] = [
  main('bip122:000000000019d6689c085ae165831e93', 'Bitcoin', bitcoin, 'btc bitcoin'),
  test(
    'bip122:000000000933ea01ad0ee984209779ba',
    'Bitcoin Testnet 3',
    bitcoin,
    'btc-testnet bitcoin-testnet btc-testnet3 bitcoin-testnet3',
  ),
  test('bip122:00000000da84f2bafbbc53dee25a72ae', 'Bitcoin Testnet 4', bitcoin, 'btc-testnet4 bitcoin-testnet4'),
  test('bip122:00000008819873e925422c1ff0f99f7c', 'Bitcoin Signet', bitcoin, 'btc-signet bitcoin-signet'),
  test(
    'bip122:0f9188f13cb7b2c71f2a335e3a4fc328',
    'Bitcoin Regtest',
    { ...bitcoin, bounds: localBounds },
    'btc-regtest bitcoin-regtest',
  ),
  main('bip122:12a765e31ffd4059bada1e25190f6e98', 'Litecoin', litecoin, 'ltc litecoin litecoin-core'),
  test(
    'bip122:4966625a4b2851d9fdee139e56211a0d',
    'Litecoin Testnet',
    litecoin,
    'ltc-testnet litecoin-testnet litecoin-core-testnet',
  ),
  test(
    'bip122:530827f38f93b43ed12af0b3ad25a288',
    'Litecoin Regtest',
    { ...litecoin, bounds: localBounds },
    'ltc-regtest litecoin-regtest',
  ),
  // The namespace's own document prints one character too many; both are read.
  main(
    'bip122:1a91e3dace36e2be3bf030a65679fe82',
    'Dogecoin',
    dogecoin,
    'doge dogecoin',
    'bip122:1a91e3dace36e2be3bf030a65679fe821',
  ),
  test('bip122:bb0a78264637406b6360aad926284d54', 'Dogecoin Testnet', dogecoin, 'doge-testnet dogecoin-testnet'),
  main(
    'tron:728126428',
    'TRON',
    tron,
    'trx tron trc20',
    'tron:0x2b6653dc eip155:728126428 728126428 0x2b6653dc tron:mainnet',
  ),
  test(
    'tron:2494104990',
    'TRON Shasta',
    tron,
    'shasta tron-shasta trx-shasta tron-testnet tron:0x94a9059e eip155:2494104990',
  ),
  test('tron:3448148188', 'TRON Nile', tron, 'nile tron-nile trx-nile tron:0xcd8690dc eip155:3448148188'),
  main(
    'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp',
    'Solana',
    solana,
    'sol solana',
    'solana:mainnet solana-mainnet-beta mainnet-beta spl',
  ),
  test(
    'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1',
    'Solana Devnet',
    solana,
    'sol-devnet solana-devnet devnet solana:devnet',
  ),
  test(
    'solana:4uhcVJyU9pJkvQyS88uRDiswHXSCkY3z',
    'Solana Testnet',
    solana,
    'sol-testnet solana-testnet solana:testnet',
  ),
  main('aptos:1', 'Aptos', aptos, 'apt aptos', 'aptos:mainnet'),
  test('aptos:2', 'Aptos Testnet', aptos, 'apt-testnet aptos-testnet aptos:testnet'),
  main('polkadot:91b171bb158e2d3848fa23a9f1c25182', 'Polkadot', polkadot, 'dot polkadot'),
  main(
    'polkadot:68d56f15f85d3136970ec16946040bc1',
    'Polkadot Asset Hub',
    polkadot,
    'polkadot-asset-hub assethub-polkadot statemint',
  ),
  main('polkadot:b0a8d493285c2df73290dfb7e61f870f', 'Kusama', kusama, 'ksm kusama'),
  main(
    'polkadot:48239ef607d7928874027a43a6768920',
    'Kusama Asset Hub',
    kusama,
    'kusama-asset-hub assethub-kusama statemine',
  ),
  test('polkadot:e143f23803ac50e8f6f8e62695d1ce9e', 'Westend', { ...kusama, symbol: 'WND' }, 'westend wnd'),
  main('antelope:aca376f206b8fc25a6ed44dbdc66547c', 'EOS', eos, 'eos', 'eosio:aca376f206b8fc25a6ed44dbdc66547c vaulta'),
  test('antelope:73e4385a2708e6d7048834fbc1079f2f', 'EOS Jungle 4', eos, 'jungle4 eos-jungle4 eos-testnet'),
  main('tvm:-239', 'TON', ton, 'ton theopennetwork', 'ton:-239 ton:mainnet'),
  test('tvm:-3', 'TON Testnet', ton, 'ton-testnet ton:-3 ton:testnet'),
  main('xrpl:0', 'XRP Ledger', xrpl, 'xrp xrpl ripple xrpledger', 'xrpl:livenet'),
  test('xrpl:1', 'XRP Ledger Testnet', xrpl, 'xrp-testnet xrpl-testnet ripple-testnet'),
  test('xrpl:2', 'XRP Ledger Devnet', xrpl, 'xrp-devnet xrpl-devnet'),
  main('bip122:000000000000000000651ef99cb9fcbe', 'Bitcoin Cash', bitcoinCash, 'bch bitcoin-cash bitcoincash'),
  main('cosmos:cosmoshub-4', 'Cosmos Hub', cosmos, 'cosmos atom cosmoshub'),
  test('cosmos:provider', 'Cosmos Hub Testnet', cosmos, 'cosmos-testnet atom-testnet'),
  main('cosmos:osmosis-1', 'Osmosis', { ...cosmos, symbol: 'OSMO' }, 'osmosis osmo'),
  main('cosmos:celestia', 'Celestia', { ...cosmos, symbol: 'TIA' }, 'celestia tia'),
  main('cosmos:injective-1', 'Injective', { ...cosmos, symbol: 'INJ', decimals: 18, coinType: 60 }, 'injective inj'),
  main('cosmos:dydx-mainnet-1', 'dYdX Chain', { ...cosmos, symbol: 'DYDX', decimals: 18 }, 'dydx'),
  main('near:mainnet', 'NEAR', near, 'near'),
  test('near:testnet', 'NEAR Testnet', near, 'near-testnet'),
  main('sui:mainnet', 'Sui', sui, 'sui'),
  test('sui:testnet', 'Sui Testnet', sui, 'sui-testnet'),
  test('sui:devnet', 'Sui Devnet', sui, 'sui-devnet'),
  main('cip34:1-764824073', 'Cardano', cardano, 'cardano ada'),
  test('cip34:0-1', 'Cardano Preprod', cardano, 'cardano-preprod cardano-testnet ada-testnet'),
  test('cip34:0-2', 'Cardano Preview', cardano, 'cardano-preview'),
  main('stellar:pubnet', 'Stellar', stellar, 'stellar xlm'),
  test('stellar:testnet', 'Stellar Testnet', stellar, 'stellar-testnet xlm-testnet'),
];

function main(id: string, name: string, chain: Chain, stems: string, others = ''): Network {
  const names = stems.split(' ');
  const aliases = [...names, ...names.map((stem) => `${stem}-mainnet`), ...others.split(' ').filter(Boolean)];
  return network(id, name, chain, aliases, false);
}

function test(id: string, name: string, chain: Chain, aliases: string): Network {
  return network(id, name, chain, aliases.split(' '), true);
}

function network(id: string, name: string, chain: Chain, aliases: readonly string[], testnet: boolean): Network {
  const { family, symbol, decimals, coinType, bounds, hasMemos = false } = chain;
  return Object.freeze({
    id,
    name,
    family,
    codec: codecs[family],
    aliases,
    ...bounds,
    native: Object.freeze({ asset: `${id}/slip44:${coinType}`, symbol, decimals }),
    hasMemos,
    inputsModel: ['bitcoin', 'bitcoincash', 'cardano'].includes(family) ? 'utxo' : 'account',
    testnet,
  });
}
