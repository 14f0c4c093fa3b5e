import { invalidOption, isDepositCallbackError } from '../errors.ts';
import { canonicalAsset } from '../networks/registry.ts';
import type { NetworkTable } from '../networks/table.ts';
import type { CompiledAssets } from './compile-assets.ts';
import type { ProviderTraits } from './context.ts';

/**
 * Whether each listed asset has a name with some provider: of one that names assets and not contracts, an asset without a
 * name never comes. Warns of each that has none; throws `OPTION_INVALID` for a name that leads to no network.
 */
export function checkNames(
  assets: CompiledAssets,
  providers: readonly ProviderTraits[],
  { warn, networks }: { warn(text: string): void; networks: NetworkTable },
): void {
  for (const { name, names } of providers) {
    for (const asset of names?.given ?? []) checkGiven(asset, name, networks);
  }
  const speaking = providers.filter(({ keyedBy }) => keyedBy !== 'hint');
  if (assets === 'any' || speaking.length === 0 || speaking.some(({ names }) => names === undefined)) return;
  for (const asset of assets.keys()) {
    const network = networks.require(asset.slice(0, asset.indexOf('/')));
    if (speaking.some(({ names }) => names?.canName(asset, network))) continue;
    const who = speaking.map(({ name }) => name).join(', ');
    warn(`No provider has a name for ${asset}, so it is never credited: add its name to the assets option of ${who}`);
  }
}

// A provider is made before the receiver, which alone knows the networks that the user defines.
function checkGiven(asset: string, provider: string, networks: NetworkTable): void {
  try {
    canonicalAsset(asset, networks);
  } catch (error) {
    if (!isDepositCallbackError(error)) throw error;
    throw invalidOption(`${provider}.assets`, `contains ${asset}, which is not a known asset: ${error.message}`, error);
  }
}
