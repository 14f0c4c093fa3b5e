import { evmNetworks, unknownEvmNetwork } from './evm-networks.ts';
import { codecs } from './families.ts';
import type { AssetName, Network } from './network.ts';
import { otherNetworks } from './other-networks.ts';
import { addressInvalid, networkUnknown } from './refusals.ts';

export type { Network } from './network.ts';

/** Every network that is known by name. An `eip155` network outside this list can be used all the same. */
export const networks: readonly Network[] = Object.freeze([...evmNetworks, ...otherNetworks]);

/** Namespaces of token standards whose old and new names mean one thing are folded by the codecs. */
export interface Asset extends AssetName {
  /** CAIP-2. */
  network: string;
}

const byId = new Map(networks.map((network) => [network.id, network]));
const byAlias = indexAliases();

/**
 * The network of a CAIP-2 id, of a chain id of the EVM in hex or decimal, or of a name that a provider uses (`ETH_MAINNET`,
 * `matic-mainnet`, `BSC`); undefined where it is not known. A decimal number alone is an EVM chain id, and only of a
 * listed network; `eip155:N` and `0xN` are taken for any N.
 */
export function findNetwork(idOrAlias: string): Network | undefined {
  return byId.get(idOrAlias) ?? byAlias.get(aliasKey(idOrAlias)) ?? unlistedEvm(idOrAlias);
}

/** As `findNetwork`; throws `NETWORK_UNKNOWN`. */
export function requireNetwork(idOrAlias: string): Network {
  const network = findNetwork(idOrAlias);
  if (network === undefined) throw networkUnknown(idOrAlias);
  return network;
}

/** CAIP-19 of a network's own coin. Throws `NETWORK_UNKNOWN`. */
export function nativeAsset(network: string): string {
  return requireNetwork(network).native.asset;
}

/**
 * Canonical CAIP-19 of a token by its contract, mint, type tag or issuer; the native asset where that is what it names
 * (`0x1::aptos_coin::AptosCoin`). Throws `NETWORK_UNKNOWN`, `ADDRESS_INVALID`.
 */
export function tokenAsset(network: string, contract: string): string {
  const found = requireNetwork(network);
  const token = codecs[found.family].token(contract, undefined, found);
  if (token === undefined) throw addressInvalid(contract, `${found.name} has no tokens that this package knows`);
  return token === 'native' ? found.native.asset : assetText(found, token);
}

/**
 * Canonical form of a CAIP-19 text: network, namespace and reference each in theirs, so that one asset has one text. A
 * reference may be percent-encoded or not. Throws `NETWORK_UNKNOWN`, `ADDRESS_INVALID`.
 */
export function canonicalAsset(text: string): string {
  const asset = parseAsset(text);
  const network = requireNetwork(asset.network);
  if (asset.namespace === 'slip44') {
    if (!nativeReferences(network).includes(asset.reference)) {
      throw addressInvalid(text, `the native asset of ${network.name} is ${network.native.asset}`);
    }
    return network.native.asset;
  }
  const token = codecs[network.family].token(asset.reference, asset.namespace, network);
  if (token === undefined) throw addressInvalid(text, `${network.name} has no asset namespace "${asset.namespace}"`);
  return token === 'native' ? network.native.asset : assetText(network, token);
}

/**
 * Parts of a CAIP-19 text, the network by its CAIP-2 id, the reference without percent-encoding; nothing else is
 * checked. Throws `NETWORK_UNKNOWN`, `ADDRESS_INVALID`.
 */
export function parseAsset(text: string): Asset {
  const [, networkText, namespace, encoded] = /^([^/]{1,64})\/([-a-z0-9]{3,8}):(.{1,1024})$/.exec(text) ?? [];
  if (networkText === undefined || namespace === undefined || encoded === undefined) {
    throw addressInvalid(text, 'an asset is CAIP-19, network/namespace:reference, for example eip155:1/slip44:60');
  }
  return { network: requireNetwork(networkText).id, namespace, reference: decodeReference(encoded, text) };
}

function decodeReference(encoded: string, text: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw addressInvalid(text, 'its percent-encoding is broken');
  }
}

// CAIP-19 allows letters, digits, dot and dash; a slash parts an NFT's contract from its id.
function assetText(network: Network, { namespace, reference }: AssetName): string {
  const encoded = reference.replace(/[^-.a-zA-Z0-9/]/g, (character) => `%${hexByte(character)}`);
  return `${network.id}/${namespace}:${encoded}`;
}

function hexByte(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
}

// SLIP-0044 gives every test network the number 1, and some coins have two numbers.
const secondNumbers: Readonly<Record<string, string>> = { 'eip155:56': '9006', 'eip155:43114': '9000' };

function nativeReferences(network: Network): readonly string[] {
  const own = network.native.asset.slice(network.native.asset.lastIndexOf(':') + 1);
  return [own, ...(network.testnet ? ['1'] : []), secondNumbers[network.id] ?? own];
}

function unlistedEvm(text: string): Network | undefined {
  const decimal = /^eip155:([1-9][0-9]{0,31})$/.exec(text)?.[1];
  if (decimal !== undefined) return unknownEvmNetwork(decimal);
  const hex = /^0[xX]0*([1-9a-fA-F][0-9a-fA-F]{0,15})$/.exec(text)?.[1];
  if (hex === undefined) return undefined;
  const id = `eip155:${BigInt(`0x${hex}`)}`;
  return byId.get(id) ?? byAlias.get(id) ?? unknownEvmNetwork(id.slice('eip155:'.length));
}

// Dashes count in an id (`tvm:-239`), not in a name (`ETH_MAINNET`, `eth-mainnet`, `ETHMAINNET`).
function aliasKey(text: string): string {
  return text.includes(':') ? text.toLowerCase() : text.toLowerCase().replace(/[-_\s]/g, '');
}

function indexAliases(): Map<string, Network> {
  const index = new Map<string, Network>();
  for (const network of networks) {
    for (const alias of [network.id, ...network.aliases]) {
      const key = aliasKey(alias);
      const known = index.get(key);
      if (known !== undefined && known !== network)
        throw new Error(`Alias ${alias} names ${known.id} and ${network.id}`);
      index.set(key, network);
    }
  }
  return index;
}
