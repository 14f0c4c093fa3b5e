import { wordIn } from '../util/word-in.ts';
import { tokenOn } from './canonical.ts';
import type { Network } from './network.ts';

// Contracts that their issuers publish (tether.to/supported-protocols, circle.com/multi-chain-usdc). Networks on which one
// symbol has stood for two contracts (USDC of Polygon, Arbitrum, Optimism, Avalanche) are left out: there the user says which.
const contracts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'eip155:1': {
    USDT: '0xdAC17F958D2ee523a2206206994597C13D831ec7',
    USDC: '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48',
  },
  'eip155:56': {
    USDT: '0x55d398326f99059fF775485246999027B3197955',
    USDC: '0x8AC76a51cc950d9822D68b83fE1Ad97B32Cd580d',
  },
  'eip155:137': { USDT: '0xc2132D05D31c914a87C6611C10748AEb04B58e8F' },
  'eip155:8453': { USDC: '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913' },
  'eip155:42161': { USDT: '0xFd086bC7CD5C481DCC9C85ebE478A1C0b69FCbb9' },
  'tron:728126428': { USDT: 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t' },
  'tvm:-239': { USDT: 'EQCxE6mUtQJKFnGfaROTKOt1lZbDiiX1kCixRv7Nw2Id_sDs' },
  'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp': {
    USDT: 'Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB',
    USDC: 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGkTwyTDt1v',
  },
};

// Names that a coin had before.
const oldSymbols: Readonly<Record<string, readonly string[]>> = { 'eip155:137': ['MATIC'] };

/**
 * CAIP-19 of what a symbol means on a network: its own coin, or USDT or USDC if the symbol has only ever meant one
 * contract there. Undefined for any other: a symbol is whatever a token calls itself.
 */
export function assetOfSymbol(network: Network, symbol: string): string | undefined {
  const upper = symbol.toUpperCase();
  const { native, id } = network;
  if (upper === native.symbol.toUpperCase() || wordIn(oldSymbols, id)?.includes(upper)) return native.asset;
  const contract = wordIn(wordIn(contracts, id) ?? {}, upper);
  return contract === undefined ? undefined : tokenOn(network, contract);
}

/** The symbols that mean something on a network. */
export function symbolsOf({ native, id }: Network): readonly string[] {
  return [native.symbol, ...Object.keys(wordIn(contracts, id) ?? {})];
}

/** The symbol of an asset (CAIP-19) on its network, if it has one that means nothing else. */
export function symbolOf(network: Network, asset: string): string | undefined {
  return symbolsOf(network).find((symbol) => assetOfSymbol(network, symbol) === asset);
}

/** Whether a symbol can mean the asset (CAIP-19) on its network. */
export function hasSymbol(network: Network, asset: string): boolean {
  return asset === network.native.asset || ['USDT', 'USDC'].some((symbol) => assetOfSymbol(network, symbol) === asset);
}
