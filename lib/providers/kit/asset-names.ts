import type { ReportedAsset } from '../../deposits/transfer.ts';
import { invalidOption, isDepositCallbackError } from '../../errors.ts';
import { canonicalAsset, findNetwork, requireNetwork, splitAsset } from '../../networks/registry.ts';
import { assetOfSymbol, hasSymbol } from '../../networks/symbols.ts';
import type { NamedBy, ProviderOptions } from './provider.ts';

/** For providers that name an asset and not its contract. */
export interface NamedAssetsOptions extends ProviderOptions {
  /**
   * CAIP-19 by the provider's own name of the asset, or by `SYMBOL@network` if it names symbol and network apart. Comes
   * before the names that the provider's page lists. An asset that neither names is quarantined, with an alarm.
   */
  assets?: Readonly<Record<string, string>>;
}

/** What a name stands for: `network` and `asset` of a transfer. */
export interface NamedAsset {
  network?: string;
  asset: ReportedAsset;
}

export interface AssetNames {
  /** By the provider's name of the asset alone. A name that nobody knows stays a name. */
  named(name: string): NamedAsset;
  /** By symbol and network, the network as the provider writes it: the receiver's table says what that is. */
  on(network: string, symbol: string): NamedAsset;
  /** Which assets a provider can name that names each by itself. */
  readonly alone: NamedBy;
  /** Which assets a provider can name that names symbol and network. */
  readonly bySymbol: NamedBy;
}

/**
 * Reads a provider's names. `known` are those that mean the same for every customer, as `network`, or `network/SYMBOL`
 * for USDT and USDC. Throws `OPTION_INVALID` for an entry of `assets` that is not CAIP-19.
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
  const assetsGiven = [...given.values()].map(({ asset }) => String(asset));
  const named = new Set([...given.values(), ...common.values()].map(({ asset }) => asset));
  return {
    alone: { given: assetsGiven, canName: (asset) => named.has(asset) },
    bySymbol: {
      given: assetsGiven,
      canName: (asset, network) => named.has(asset) || hasSymbol(network, asset),
    },
    named: (name) => given.get(name) ?? common.get(name) ?? { asset: { name } },
    on: (network, symbol) => given.get(`${symbol}@${network}`) ?? { network, asset: { name: symbol } },
  };
}

function namedAsset(asset: unknown, option: string): NamedAsset {
  try {
    const { network } = splitAsset(String(asset));
    const known = findNetwork(network);
    // On a network of the user's own, the receiver makes it canonical.
    if (known === undefined && network.includes(':')) return { network, asset: String(asset) };
    const canonical = canonicalAsset(String(asset));
    return { network: requireNetwork(network).id, asset: canonical };
  } catch (error) {
    if (isDepositCallbackError(error)) throw invalidOption(option, 'must be CAIP-19, for example eip155:1/slip44:60');
    throw error;
  }
}

function knownAsset(what: string): NamedAsset {
  const [name = '', symbol] = what.split('/');
  const network = requireNetwork(name);
  const asset = symbol === undefined ? network.native.asset : assetOfSymbol(network, symbol);
  if (asset === undefined) throw new Error(`${what} is not a known asset`);
  return { network: network.id, asset };
}
