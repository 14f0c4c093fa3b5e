import { isDepositCallbackError } from '../errors.ts';
import { canonicalAddress } from '../networks/address.ts';
import { aliasesOf, everyone, type Network } from '../networks/network.ts';
import { canonicalAsset, findNetwork, networks, splitAsset } from '../networks/registry.ts';
import { assetOfSymbol, symbolsOf } from '../networks/symbols.ts';
import { asIs, both, notKnown, phrase } from './words/phrases.ts';
import { refuse } from './words/refuse.ts';

/**
 * CAIP-2 of a network as a person names it: its id, its name or another of its names. An id that the package does not know
 * may be that of a network of the user's own. Throws `OPTION_INVALID`.
 */
export function readNetwork(text: string): string {
  const network = findNetwork(text);
  if (network !== undefined) return network.id;
  if (/^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}$/.test(text)) return text;
  throw refuse('--network', notKnown(text, knownNetworks()));
}

function knownNetworks(): string[] {
  return networks.flatMap((network) => [
    network.name,
    network.id,
    ...aliasesOf(network).flatMap(([speaker, names]) => (speaker === everyone ? names : [])),
  ]);
}

/**
 * CAIP-19 of an asset as a person names it: its id, or a symbol on `network` (CAIP-2). Throws `OPTION_INVALID`.
 */
export function readAsset(text: string, network: string | undefined): string {
  const known = network === undefined ? undefined : findNetwork(network);
  if (!text.includes('/')) return assetBySymbol(text, known);
  try {
    const own = splitAsset(text).network;
    if (findNetwork(own) === undefined && own.includes(':')) return text;
    return canonicalAsset(text);
  } catch (error) {
    if (isDepositCallbackError(error)) throw refuse('--asset', asIs(error.message));
    throw error;
  }
}

function assetBySymbol(symbol: string, network: Network | undefined): string {
  if (network === undefined) {
    throw refuse(
      '--asset',
      phrase('{symbol} is a symbol: name its network too, for example --network ethereum', { symbol }),
    );
  }
  const asset = assetOfSymbol(network, symbol);
  if (asset !== undefined) return asset;
  throw refuse(
    '--asset',
    both(
      notKnown(symbol, symbolsOf(network)),
      phrase('Any other token of {network} is named by its CAIP-19 id.', { network: network.name }),
    ),
  );
}

/** An address in the canonical form of `network` (CAIP-2), whatever its spelling. Throws `OPTION_INVALID`. */
export function readAddress(option: string, text: string, network: string): string {
  if (findNetwork(network) === undefined) return text;
  try {
    return canonicalAddress(network, text);
  } catch (error) {
    if (isDepositCallbackError(error)) throw refuse(option, asIs(error.message));
    throw error;
  }
}
