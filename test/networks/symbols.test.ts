import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findNetwork } from '../../lib/networks/registry.ts';
import { assetOfSymbol } from '../../lib/networks/symbols.ts';

const on = (network: string, symbol: string): string | undefined => {
  const found = findNetwork(network);
  assert.ok(found, network);
  return assetOfSymbol(found, symbol);
};

test('a symbol means the coin of the network, or a stablecoin that has had one contract there', () => {
  // tether.to/supported-protocols and circle.com/multi-chain-usdc
  const stablecoins: Readonly<Record<string, string>> = {
    'USDT@ethereum': 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7',
    'USDC@ethereum': 'eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48',
    'USDT@bsc': 'eip155:56/erc20:0x55d398326f99059ff775485246999027b3197955',
    'USDC@bsc': 'eip155:56/erc20:0x8ac76a51cc950d9822d68b83fe1ad97b32cd580d',
    'USDC@base': 'eip155:8453/erc20:0x833589fcd6edb6e08f4c7c32d4f71b54bda02913',
    'USDT@polygon': 'eip155:137/erc20:0xc2132d05d31c914a87c6611c10748aeb04b58e8f',
    'USDT@arbitrum': 'eip155:42161/erc20:0xfd086bc7cd5c481dcc9c85ebe478a1c0b69fcbb9',
    'USDT@ton': 'tvm:-239/jetton:0%3Ab113a994b5024a16719f69139328eb759596c38a25f59028b146fecdc3621dfe',
    'USDT@tron': 'tron:728126428/trc20:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t',
    'USDT@solana': 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB',
    'USDC@solana': 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGkTwyTDt1v',
  };
  for (const [name, asset] of Object.entries(stablecoins)) {
    const [symbol = '', network = ''] = name.split('@');
    assert.equal(on(network, symbol), asset, name);
    assert.equal(on(network, symbol.toLowerCase()), asset, name);
  }
  for (const [network, symbol] of [
    ['polygon', 'MATIC'],
    ['polygon', 'POL'],
    ['xrpl', 'xrp'],
    ['stellar', 'XLM'],
    ['ink', 'ETH'],
  ] as const) {
    assert.equal(on(network, symbol), findNetwork(network)?.native.asset);
  }
});

test('a symbol that has meant two contracts, or is that of a bridged coin, means nothing', () => {
  const ambiguous = ['USDC@polygon', 'USDC@arbitrum', 'USDC@optimism', 'USDT@optimism', 'USDT@avalanche', 'ETH@bsc'];
  for (const name of [...ambiguous, 'BTC@ethereum', 'toString@ethereum', '@ethereum', 'ETH@eip155:987654321']) {
    const [symbol = '', network = ''] = name.split('@');
    assert.equal(on(network, symbol), undefined, name);
  }
});
