import { assetOn, tokenOn } from './canonical.ts';
import { evmNetworks } from './evm-networks.ts';
import type { AssetName, Network } from './network.ts';
import { otherNetworks } from './other-networks.ts';
import { addressInvalid } from './refusals.ts';
import { type NetworkTable, networkTable } from './table.ts';

export type { Network } from './network.ts';

/** The networks that the package knows by itself. A receiver's own table may hold more: `networks` of its options. */
export const builtInNetworks: NetworkTable = networkTable([...evmNetworks, ...otherNetworks]);

/** Every network of the package that has an entry. */
export const networks: readonly Network[] = builtInNetworks.all;

/** `find` of the package's own table. */
export const findNetwork: NetworkTable['find'] = builtInNetworks.find;

/** `require` of the package's own table: throws `NETWORK_UNKNOWN`. */
export const requireNetwork: NetworkTable['require'] = builtInNetworks.require;

/** Parts of a CAIP-19 text. */
export interface Asset extends AssetName {
  /** CAIP-2. */
  network: string;
}

/** CAIP-19 of a network's own coin. Throws `NETWORK_UNKNOWN`. */
export function nativeAsset(network: string): string {
  return requireNetwork(network).native.asset;
}

/**
 * Canonical CAIP-19 of a token by its contract, mint, type tag or issuer; the native asset if that is what it names
 * (`0x1::aptos_coin::AptosCoin`). Throws `NETWORK_UNKNOWN`, `ADDRESS_INVALID`.
 */
export function tokenAsset(network: string, contract: string): string {
  return tokenOn(requireNetwork(network), contract);
}

/**
 * Canonical form of a CAIP-19 text: network, namespace and reference each in theirs, so that one asset has one text. A
 * reference may be percent-encoded or not. Throws `NETWORK_UNKNOWN`, `ADDRESS_INVALID`.
 */
export function canonicalAsset(text: string, table: NetworkTable = builtInNetworks): string {
  const { network, ...name } = parseAsset(text, table);
  return assetOn(table.require(network), name);
}

/**
 * Parts of a CAIP-19 text, the network by its CAIP-2 id, the reference without percent-encoding; nothing else is
 * checked. Throws `NETWORK_UNKNOWN`, `ADDRESS_INVALID`.
 */
export function parseAsset(text: string, table: NetworkTable = builtInNetworks): Asset {
  const { network, ...name } = splitAsset(text);
  return { network: table.require(network).id, ...name };
}

/** As `parseAsset`, the network as it is written, whether anybody knows it or not. Throws `ADDRESS_INVALID`. */
export function splitAsset(text: string): Asset {
  const [, network, namespace, encoded] = /^([^/]{1,64})\/([-a-z0-9]{3,8}):(.{1,1024})$/.exec(text) ?? [];
  if (network === undefined || namespace === undefined || encoded === undefined) {
    throw addressInvalid(text, 'an asset is CAIP-19, network/namespace:reference, for example eip155:1/slip44:60');
  }
  return { network, namespace, reference: decodeReference(encoded, text) };
}

function decodeReference(encoded: string, text: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw addressInvalid(text, 'its percent-encoding is broken');
  }
}
