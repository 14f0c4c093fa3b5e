import { areDecimals } from '../../deposits/amount.ts';
import { invalidOption } from '../../errors.ts';
import type { Network } from '../../networks/network.ts';
import { canonicalAsset, findNetwork, splitAsset } from '../../networks/registry.ts';
import type { ListedAsset } from '../../policy/policy.ts';

/** An asset whose transfers are read: CAIP-19, with the decimals in which the policy counts it. */
export type AssetDecimals = Pick<ListedAsset, 'asset' | 'decimals'>;

/**
 * Decimals of the assets of a network, its own coin among them. Assets of other networks are passed over, so that `policy.assets` can
 * be given. Throws `OPTION_INVALID`; `example` is an asset of the network, `token:...`, for its message.
 */
export function readListedAssets(
  assets: readonly AssetDecimals[],
  network: Network,
  example: string,
): ReadonlyMap<string, number> {
  const { native } = network;
  const listed = new Map([[native.asset, native.decimals]]);
  for (const { asset, decimals } of assets) {
    const canonical = listedAsset(asset, network, example);
    if (canonical === undefined) continue;
    if (!areDecimals(decimals)) throw invalidOption('assets', `must have the decimals of ${canonical}, from 0 to 255`);
    if (canonical === native.asset && decimals !== native.decimals) {
      throw invalidOption('assets', `must give ${canonical} ${native.decimals} decimals`);
    }
    listed.set(canonical, decimals);
  }
  return listed;
}

/** Canonical CAIP-19 of a listed asset; undefined for one of another network. Throws `OPTION_INVALID`. */
export function listedAsset(asset: string, { id }: Network, example: string): string | undefined {
  try {
    return findNetwork(splitAsset(asset).network)?.id === id ? canonicalAsset(asset) : undefined;
  } catch (cause) {
    throw invalidOption('assets', `must list assets by CAIP-19, for example ${id}/${example}`, cause);
  }
}
