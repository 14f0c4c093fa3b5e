import { canonicalAddress } from '../networks/address.ts';
import { parseAsset } from '../networks/registry.ts';
import type { CanonicalTransfer } from './canonical-transfer.ts';

// Native coins that a system contract moves and logs.
const nativeContracts: Readonly<Record<string, string>> = {
  'eip155:137': '0x0000000000000000000000000000000000001010',
  'eip155:80002': '0x0000000000000000000000000000000000001010',
};

/**
 * Whether the log or notification, where the provider names who emitted it, came from another contract than the asset's:
 * a copy of the token, or a contract that only says "deposit".
 */
export function isForeignEmitter({ evidence, asset, network, listed }: CanonicalTransfer): boolean {
  const { emitter } = evidence;
  if (emitter === undefined || asset === undefined) return false;
  const allowed = [contractOf(asset, network.id), ...(listed?.emitters ?? [])];
  return !allowed.some((contract) => contract !== undefined && isSame(network.id, contract, emitter));
}

/** The contract whose word on the asset counts; undefined for a coin that no contract moves. */
function contractOf(asset: string, network: string): string | undefined {
  const { namespace, reference } = parseAsset(asset);
  const isNative = namespace === 'slip44';
  if (network.startsWith('antelope:')) return isNative ? 'eosio.token' : reference.slice(0, reference.lastIndexOf('-'));
  if (network.startsWith('aptos:') && isNative) return '0x1::aptos_coin::AptosCoin';
  if (network.startsWith('xrpl:')) return reference.slice(reference.indexOf('.') + 1);
  return isNative ? nativeContracts[network] : reference;
}

function isSame(network: string, contract: string, emitter: string): boolean {
  if (contract === emitter) return true;
  try {
    return canonicalAddress(network, contract) === canonicalAddress(network, emitter);
  } catch {
    return false;
  }
}
