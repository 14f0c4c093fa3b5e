import type { ReportedAsset, Transfer } from '../deposits/transfer.ts';
import { assetOn, tokenOn } from '../networks/canonical.ts';
import type { Network } from '../networks/network.ts';
import { splitAsset } from '../networks/registry.ts';
import { assetOfSymbol } from '../networks/symbols.ts';
import type { Speaker } from '../networks/table.ts';
import type { CompiledPolicy } from '../policy/compile-policy.ts';
import { orUndefined } from './or-undefined.ts';

/** What network and asset of a transfer stand for; `asset` is undefined for one that can be none (a malformed contract). */
export interface KnownNames {
  network: Network;
  /** CAIP-19, on `network`. */
  asset: string | undefined;
}

/** A name that no table knows: the transfer is kept until one does. */
export interface UnknownName {
  code: 'NETWORK_NOT_KNOWN' | 'ASSET_NAME_NOT_KNOWN';
  /** As the provider writes it. */
  name: string;
}

/** What of the policy says what names stand for. */
export type NamePolicy = Pick<CompiledPolicy, 'networks' | 'assetOf'>;

/**
 * Looks up the names in a transfer, in the receiver's own table. A malformed contract or text is not an unknown name:
 * no table will ever know it.
 */
export function resolveNames(
  { network: written, asset }: Pick<Transfer, 'network' | 'asset'>,
  provider: Speaker,
  policy: NamePolicy,
): KnownNames | UnknownName {
  const name = assetNameIn(asset);
  const networkName = written ?? (name === undefined ? networkNameIn(asset) : undefined);
  if (networkName === undefined) return { code: 'ASSET_NAME_NOT_KNOWN', name: name ?? '' };
  const network = policy.networks.find(networkName, provider);
  if (network === undefined) return { code: 'NETWORK_NOT_KNOWN', name: networkName };
  if (name !== undefined) {
    const known = assetOfSymbol(network, name);
    return known === undefined
      ? { code: 'ASSET_NAME_NOT_KNOWN', name: `${name}@${networkName}` }
      : { network, asset: known };
  }
  if (typeof asset !== 'string') {
    return { network, asset: 'contract' in asset ? orUndefined(() => tokenOn(network, asset.contract)) : undefined };
  }
  return asset === 'native' ? { network, asset: network.native.asset } : onNetwork(asset, network, policy);
}

/** A CAIP-19 text on the network of its transfer: one of another network is not that asset. */
function onNetwork(text: string, network: Network, { assetOf, networks }: NamePolicy): KnownNames | UnknownName {
  // What is listed is canonical already.
  if (assetOf(text) !== undefined) return { network, asset: text.startsWith(`${network.id}/`) ? text : undefined };
  const split = orUndefined(() => splitAsset(text));
  if (split === undefined) return { network, asset: undefined };
  const own = networks.find(split.network);
  if (own === undefined) return { code: 'NETWORK_NOT_KNOWN', name: split.network };
  return { network, asset: own.id === network.id ? orUndefined(() => assetOn(network, split)) : undefined };
}

/** The name of an asset that is reported by a name; a text that is not CAIP-19 is one. */
function assetNameIn(asset: ReportedAsset): string | undefined {
  if (typeof asset !== 'string') return 'name' in asset ? asset.name : undefined;
  return asset === 'native' || asset.includes('/') ? undefined : asset;
}

function networkNameIn(asset: ReportedAsset): string | undefined {
  return typeof asset === 'string' ? orUndefined(() => splitAsset(asset).network) : undefined;
}
