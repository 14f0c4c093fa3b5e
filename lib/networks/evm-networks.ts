import {
  arbitrumBounds,
  type Bounds,
  bscBounds,
  cautiousBounds,
  ethereumBounds,
  ethereumClassicBounds,
  gnosisBounds,
  instantBounds,
  localBounds,
  polygonBounds,
  rollupBounds,
} from './bounds.ts';
import { evm as codec } from './evm.ts';
import { type EvmRow, otherChains, rollups, testChains } from './evm-rows.ts';
import { type Aliases, everyone, type NativeAsset, type Network } from './network.ts';

interface Coin extends Pick<NativeAsset, 'symbol' | 'contracts' | 'feeAccounts'> {
  /** Number in SLIP-0044; 60 if the coin has none of its own. */
  coinType: number;
}

const eth: Coin = { symbol: 'ETH', coinType: 60 };
const bnb: Coin = { symbol: 'BNB', coinType: 714 };
// The coin is the token of a system contract too, which moves one balance under two names.
const pol: Coin = {
  symbol: 'POL',
  coinType: 966,
  contracts: ['0x0000000000000000000000000000000000001010'],
};
const celo: Coin = {
  symbol: 'CELO',
  coinType: 52752,
  contracts: ['0x471ece3750da237f93b8e339c536989b8978a438'],
};
// The bootloader pays back what a transaction has not used of its fee, as a transfer of the token.
const zkEth: Coin = {
  symbol: 'ETH',
  coinType: 60,
  contracts: ['0x000000000000000000000000000000000000800a'],
  feeAccounts: ['0x0000000000000000000000000000000000008001'],
};
const okt: Coin = { symbol: 'OKT', coinType: 996 };
const avax: Coin = { symbol: 'AVAX', coinType: 9005 };
const xdai: Coin = { symbol: 'XDAI', coinType: 700 };
const etc: Coin = { symbol: 'ETC', coinType: 61 };

/** The EVM networks that providers report. Native coins have 18 decimals on all of them. */
export const evmNetworks: readonly Network[] = [
  main(1, 'Ethereum', eth, ethereumBounds, 'eth ethereum erc20 homestead'),
  main(56, 'BNB Smart Chain', bnb, bscBounds, 'bsc bnb bnbchain bnbsmartchain binancesmartchain smartchain bep20'),
  main(137, 'Polygon', pol, polygonBounds, 'polygon matic pol polygonpos polygonnetwork'),
  main(66, 'OKXChain (OKTC)', okt, instantBounds, 'oktc okt okc okxchain okexchain okex kip20'),
  main(42161, 'Arbitrum One', eth, arbitrumBounds, 'arb arbitrum arbone arbitrumone'),
  main(10, 'OP Mainnet', eth, rollupBounds, 'op opt optimism opmainnet'),
  main(8453, 'Base', eth, rollupBounds, 'base'),
  main(
    43114,
    'Avalanche C-Chain',
    avax,
    instantBounds,
    'avax avalanche avaxc avaxcchain cchain avalanchec avalanchecchain',
  ),
  main(100, 'Gnosis Chain', xdai, gnosisBounds, 'gnosis xdai gnosischain gno'),
  main(59144, 'Linea', eth, rollupBounds, 'linea'),
  main(324, 'zkSync Era', zkEth, rollupBounds, 'zksync zksyncera era'),
  main(534352, 'Scroll', eth, rollupBounds, 'scroll'),
  main(81457, 'Blast', eth, rollupBounds, 'blast'),
  main(130, 'Unichain', eth, rollupBounds, 'unichain uni'),
  main(480, 'World Chain', eth, rollupBounds, 'worldchain'),
  main(7777777, 'Zora', eth, rollupBounds, 'zora'),
  main(204, 'opBNB', bnb, rollupBounds, 'opbnb'),
  main(5000, 'Mantle', { symbol: 'MNT', coinType: 60 }, rollupBounds, 'mantle mnt'),
  main(196, 'X Layer', { symbol: 'OKB', coinType: 60 }, rollupBounds, 'xlayer'),
  main(42220, 'Celo', celo, rollupBounds, 'celo'),
  main(250, 'Fantom', { symbol: 'FTM', coinType: 1007 }, instantBounds, 'fantom ftm'),
  main(25, 'Cronos', { symbol: 'CRO', coinType: 394 }, instantBounds, 'cronos cro'),
  main(8217, 'Kaia', { symbol: 'KAIA', coinType: 8217 }, instantBounds, 'kaia klaytn klay'),
  main(61, 'Ethereum Classic', etc, ethereumClassicBounds, 'etc ethereumclassic'),
  test(11155111, 'Sepolia', eth, ethereumBounds, 'sepolia ethsepolia ethereumsepolia'),
  test(17000, 'Holesky', eth, ethereumBounds, 'holesky ethholesky ethereumholesky'),
  test(560048, 'Hoodi', eth, ethereumBounds, 'hoodi ethhoodi ethereumhoodi'),
  test(5, 'Goerli', eth, ethereumBounds, 'goerli ethgoerli ethereumgoerli'),
  test(97, 'BNB Smart Chain Testnet', bnb, bscBounds, 'bsctestnet bnbtestnet bnbchaintestnet binancesmartchaintestnet'),
  test(80002, 'Polygon Amoy', pol, polygonBounds, 'amoy polygonamoy maticamoy'),
  test(80001, 'Polygon Mumbai', pol, polygonBounds, 'mumbai polygonmumbai maticmumbai'),
  test(65, 'OKTC Testnet', okt, instantBounds, 'oktctestnet okxchaintestnet'),
  test(421614, 'Arbitrum Sepolia', eth, arbitrumBounds, 'arbsepolia arbitrumsepolia'),
  test(11155420, 'OP Sepolia', eth, rollupBounds, 'opsepolia optsepolia optimismsepolia'),
  test(84532, 'Base Sepolia', eth, rollupBounds, 'basesepolia'),
  test(43113, 'Avalanche Fuji', avax, instantBounds, 'fuji avaxfuji avalanchefuji avaxtestnet avalanchetestnet'),
  test(10200, 'Gnosis Chiado', xdai, gnosisBounds, 'chiado gnosischiado'),
  test(59141, 'Linea Sepolia', eth, rollupBounds, 'lineasepolia'),
  test(300, 'zkSync Sepolia', zkEth, rollupBounds, 'zksyncsepolia'),
  test(534351, 'Scroll Sepolia', eth, rollupBounds, 'scrollsepolia scrolltestnet'),
  test(31337, 'Local (anvil, hardhat)', eth, localBounds, 'anvil hardhat foundry'),
  test(1337, 'Local (geth, ganache)', eth, localBounds, 'ganache gethdev'),
  ...[...rollups, ...otherChains].map((row) => listed(row, false)),
  // Flow has a chain of its own beside this one, which other providers mean by its name.
  flow(747, 'Flow EVM', 'FLOW_MAINNET', false),
  flow(545, 'Flow EVM Testnet', 'FLOW_TESTNET', true),
  ...testChains.map((row) => listed(row, true)),
];

// No symbol that a provider could mean: what the coin is called is not known, and it need not be ether.
const unknownCoin: Coin = { symbol: 'native coin', coinType: 60 };

/** A network that the registry does not list: usable, with cautious defaults. */
export function unknownEvmNetwork(chainId: string): Network {
  return evm(chainId, `EVM network ${chainId}`, unknownCoin, cautiousBounds, [], false);
}

function main(chainId: number, name: string, coin: Coin, bounds: Bounds, stems: string): Network {
  return evm(`${chainId}`, name, coin, bounds, withMainnet(stems), false);
}

function test(chainId: number, name: string, coin: Coin, bounds: Bounds, aliases: string): Network {
  return evm(`${chainId}`, name, coin, bounds, aliases.split(' '), true);
}

function listed([chainId, name, symbol, bounds, names]: EvmRow, testnet: boolean): Network {
  const aliases = testnet ? names.split(' ') : withMainnet(names);
  return evm(`${chainId}`, name, coinOf(chainId, symbol), bounds, aliases, testnet);
}

/** The coin of a listed chain. Abstract and Lens are of zkSync's kind, whose coin is a token too. */
function coinOf(chainId: number, symbol: string): Coin {
  const isZkSync = [2741, 11124, 232, 37111].includes(chainId);
  return isZkSync ? { ...zkEth, symbol } : { symbol, coinType: 60 };
}

function flow(chainId: number, name: string, alchemy: string, testnet: boolean): Network {
  const stems = testnet ? ['flow-evm-testnet'] : withMainnet('flow-evm');
  const coin = { symbol: 'FLOW', coinType: 60 };
  return evm(`${chainId}`, name, coin, cautiousBounds, { [everyone]: [...stems, ...ids(chainId)], alchemy }, testnet);
}

function withMainnet(stems: string): readonly string[] {
  const names = stems.split(' ');
  return [...names, ...names.map((stem) => `${stem}-mainnet`)];
}

function ids(chainId: number | string): readonly string[] {
  return [`${chainId}`, `0x${BigInt(chainId).toString(16)}`];
}

function isList(aliases: Aliases): aliases is readonly string[] {
  return Array.isArray(aliases);
}

function evm(chainId: string, name: string, coin: Coin, bounds: Bounds, names: Aliases, testnet: boolean): Network {
  const id = `eip155:${chainId}`;
  const { coinType, ...native } = coin;
  return Object.freeze({
    id,
    name,
    family: 'evm',
    codec,
    aliases: isList(names) ? [...names, ...ids(chainId)] : names,
    ...bounds,
    native: Object.freeze({ ...native, asset: `${id}/slip44:${coinType}`, decimals: 18 }),
    hasMemos: false,
    inputsModel: 'account',
    testnet,
  });
}
