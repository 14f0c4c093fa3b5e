import { addressOn } from '../networks/canonical.ts';
import type { Network } from '../networks/network.ts';
import { splitAsset } from '../networks/registry.ts';
import type { CanonicalTransfer } from './canonical-transfer.ts';

/**
 * Whether the log or notification, if the provider names its emitter, came from another contract than the asset's: a
 * copy of the token, or a contract that only says "deposit".
 */
export function isForeignEmitter({ evidence, asset, network, listed }: CanonicalTransfer): boolean {
  const { emitter } = evidence;
  if (emitter === undefined || asset === undefined) return false;
  const allowed = [...contractsOf(asset, network), ...(listed?.emitters ?? [])];
  return !allowed.some((contract) => isSame(network, contract, emitter));
}

/** The contracts whose word on the asset counts; none for a coin that no contract moves. */
function contractsOf(asset: string, network: Network): readonly string[] {
  const { namespace, reference } = splitAsset(asset);
  const isNative = namespace === 'slip44';
  if (network.family === 'antelope') return [isNative ? 'eosio.token' : reference.slice(0, reference.lastIndexOf('-'))];
  if (network.family === 'aptos' && isNative) return ['0x1::aptos_coin::AptosCoin'];
  if (network.family === 'xrpl') return [reference.slice(reference.indexOf('.') + 1)];
  return isNative ? (network.native.contracts ?? []) : [reference];
}

function isSame(network: Network, contract: string, emitter: string): boolean {
  if (contract === emitter) return true;
  try {
    return addressOn(network, contract) === addressOn(network, emitter);
  } catch {
    return false;
  }
}
