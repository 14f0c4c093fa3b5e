import { invalidOption, isDepositCallbackError } from '../../errors.ts';
import { canonicalAsset, findNetwork, parseAsset, requireNetwork } from '../../networks/registry.ts';
import type { ProviderOptions } from './provider.ts';
import { stablecoinOn } from './stablecoins.ts';

/** For providers that name an asset and not its contract. */
export interface NamedAssetsOptions extends ProviderOptions {
  /**
   * CAIP-19 by the provider's own name of the asset, or by `SYMBOL@network` where it names symbol and network apart.
   * Comes before the names that the provider's page lists. An asset that neither names is ignored.
   */
  assets?: Readonly<Record<string, string>>;
}

/** What a name stands for: `network` and `asset` of a transfer. */
export interface NamedAsset {
  network: string;
  asset: string;
}

export interface AssetNames {
  /** By the provider's name of the asset alone. Where nobody knows the name, an asset that no policy lists. */
  named(name: string): NamedAsset;
  /** By symbol and network, the network as the provider writes it. */
  on(network: string, symbol: string): NamedAsset;
}

/**
 * Reads a provider's names. `known` are those that mean the same for every customer, as `network` or `network/SYMBOL`
 * for USDT and USDC. Throws `OPTION_INVALID` for an entry of `assets` that is no CAIP-19.
 */
export function assetNames(
  provider: string,
  assets: Readonly<Record<string, string>> = {},
  known: Readonly<Record<string, string>> = {},
): AssetNames {
  const given = new Map(
    Object.entries(assets).map(([name, asset]) => [name, namedAsset(asset, `${provider}.assets[${name}]`)] as const),
  );
  const common = new Map(Object.entries(known).map(([name, what]) => [name, knownAsset(what)] as const));
  return {
    named: (name) => given.get(name) ?? common.get(name) ?? unnamed(name),
    on(network, symbol) {
      const found = given.get(`${symbol}@${network}`);
      if (found !== undefined) return found;
      const { id, native } = findNetwork(network) ?? {};
      if (id === undefined || native === undefined) return unnamed(`${symbol}@${network}`);
      const isNative = native.symbol === symbol.toUpperCase() || (id === 'eip155:137' && symbol === 'MATIC');
      return { network: id, asset: isNative ? native.asset : (stablecoinOn(id, symbol) ?? `unnamed/${symbol}`) };
    },
  };
}

function namedAsset(asset: unknown, option: string): NamedAsset {
  try {
    const canonical = canonicalAsset(String(asset));
    return { network: parseAsset(canonical).network, asset: canonical };
  } catch (error) {
    if (isDepositCallbackError(error)) throw invalidOption(option, 'must be CAIP-19, for example eip155:1/slip44:60');
    throw error;
  }
}

function knownAsset(what: string): NamedAsset {
  const [network = '', symbol] = what.split('/');
  const { id, native } = requireNetwork(network);
  return { network: id, asset: symbol === undefined ? native.asset : (stablecoinOn(id, symbol) ?? '') };
}

// Ignored by itself, and does not keep the others of its callback from being read.
function unnamed(name: string): NamedAsset {
  return { network: `unnamed:${name}`, asset: `unnamed/${name}` };
}
