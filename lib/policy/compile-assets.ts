import { invalidOption } from '../errors.ts';
import { addressOn } from '../networks/canonical.ts';
import { canonicalAsset, type Network } from '../networks/registry.ts';
import type { NetworkTable } from '../networks/table.ts';
import { refuseUnknownKeys } from '../util/known-keys.ts';
import type { ListedAsset, Policy } from './policy.ts';

/** Listed assets by their canonical CAIP-19, or `'any'`. */
export type CompiledAssets = ReadonlyMap<string, ListedAsset> | 'any';

const assetKeys = ['asset', 'decimals', 'minimum', 'memo', 'balanceDelta', 'emitters'];
// The most that an amount can have within the 78 digits of a store.
const mostDecimals = 77;

/** Checks `policy.assets` and makes each CAIP-19 canonical. Throws `OPTION_INVALID`. */
export function compileAssets(assets: Policy['assets'], networks: NetworkTable): CompiledAssets {
  if (assets === 'any') return assets;
  if (!Array.isArray(assets) || assets.length === 0) {
    throw invalidOption('policy.assets', "must list the assets to credit, or be 'any'; there is no default");
  }
  const compiled = new Map<string, ListedAsset>();
  for (const [index, listed] of assets.entries()) {
    const option = `policy.assets[${index}]`;
    const checked = compileAsset(listed, option, networks);
    if (compiled.has(checked.asset)) throw invalidOption(`${option}.asset`, `${checked.asset} is listed twice`);
    compiled.set(checked.asset, checked);
  }
  return compiled;
}

/** CAIP-2 of each network that has a listed asset. */
export function networksOf(assets: CompiledAssets): readonly string[] | 'any' {
  if (assets === 'any') return assets;
  return [...new Set([...assets.keys()].map((asset) => asset.slice(0, asset.indexOf('/'))))];
}

function compileAsset(listed: ListedAsset, option: string, networks: NetworkTable): ListedAsset {
  if (typeof listed !== 'object' || listed === null) throw invalidOption(option, 'must be { asset, decimals }');
  refuseUnknownKeys(listed, assetKeys, option);
  const asset = assetOf(listed.asset, `${option}.asset`, networks);
  const network = networks.require(asset.slice(0, asset.indexOf('/')));
  checkDecimals(listed.decimals, asset, network, `${option}.decimals`);
  const { minimum, memo, balanceDelta } = listed;
  if (minimum !== undefined && (typeof minimum !== 'bigint' || minimum < 1n)) {
    throw invalidOption(`${option}.minimum`, 'must be a bigint of at least 1n, in the smallest units');
  }
  if (memo !== undefined && memo !== 'required') throw invalidOption(`${option}.memo`, "must be 'required' or omitted");
  if (memo === 'required' && !network.hasMemos) {
    throw invalidOption(`${option}.memo`, `cannot be 'required': ${network.name} has no memos; leave it out`);
  }
  if (balanceDelta !== undefined && typeof balanceDelta !== 'boolean') {
    throw invalidOption(`${option}.balanceDelta`, 'must be true or false');
  }
  return Object.freeze({ ...listed, asset, ...emittersOf(listed, network, `${option}.emitters`) });
}

function assetOf(text: unknown, option: string, networks: NetworkTable): string {
  const example = 'must be CAIP-19, for example eip155:1/slip44:60';
  if (typeof text !== 'string') throw invalidOption(option, example);
  let asset: string;
  try {
    asset = canonicalAsset(text, networks);
  } catch (error) {
    throw invalidOption(option, `${example}: ${error instanceof Error ? error.message : String(error)}`, error);
  }
  if (/\/erc(721|1155):/.test(asset))
    throw invalidOption(option, 'is an NFT, which has no amount to credit; leave it out');
  return asset;
}

function checkDecimals(decimals: unknown, asset: string, { native }: Network, option: string): void {
  if (!Number.isSafeInteger(decimals) || Number(decimals) < 0 || Number(decimals) > mostDecimals) {
    throw invalidOption(option, `must be an integer from 0 to ${mostDecimals}`);
  }
  if (asset === native.asset && decimals !== native.decimals) {
    throw invalidOption(option, `must be ${native.decimals}, the decimals of ${native.symbol}`);
  }
}

function emittersOf({ emitters }: ListedAsset, network: Network, option: string): { emitters?: readonly string[] } {
  if (emitters === undefined) return {};
  if (!Array.isArray(emitters)) throw invalidOption(option, 'must be a list of addresses');
  try {
    return { emitters: emitters.map((address) => addressOn(network, address)) };
  } catch (error) {
    throw invalidOption(option, `must be addresses of ${network.name}`, error);
  }
}
