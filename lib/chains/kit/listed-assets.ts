import { areDecimals } from '../../deposits/amount.ts';
import { invalidOption } from '../../errors.ts';
import type { Network } from '../../networks/network.ts';
import { canonicalAsset, findNetwork, splitAsset } from '../../networks/registry.ts';
import type { ListedAsset } from '../../policy/policy.ts';

/** An asset whose transfers are read: CAIP-19, with the decimals in which the policy counts it. */
export type AssetDecimals = Pick<ListedAsset, 'asset' | 'decimals'>;

/**
 * Decimals of the assets of a network, its own coin among them. Assets of other networks are passed over, so that `policy.assets` can
 * be given. Throws `OPTION_INVALID`; `example` is a token of the network, for its message.
 */
export function readListedAssets(
  assets: readonly AssetDecimals[],
  { id, native }: Network,
  example: string,
): ReadonlyMap<string, number> {
  const listed = new Map([[native.asset, native.decimals]]);
  for (const { asset, decimals } of assets) {
    const canonical = assetOf(asset, id, example);
    if (canonical === undefined) continue;
    if (!areDecimals(decimals)) throw invalidOption('assets', `must have the decimals of ${canonical}, from 0 to 255`);
    if (canonical === native.asset && decimals !== native.decimals) {
      throw invalidOption('assets', `must give ${canonical} ${native.decimals} decimals`);
    }
    listed.set(canonical, decimals);
  }
  return listed;
}

function assetOf(asset: string, network: string, example: string): string | undefined {
  try {
    return findNetwork(splitAsset(asset).network)?.id === network ? canonicalAsset(asset) : undefined;
  } catch (cause) {
    throw invalidOption('assets', `must list assets by CAIP-19, for example ${network}/token:${example}`, cause);
  }
}
