import { findNetwork } from '../../networks/registry.ts';

/** Whether transactions of a network, as a provider names it, pay by numbered outputs: then the number is the position. */
export function paysByOutputs(network: string | undefined): boolean {
  if (network === undefined) return false;
  const known = findNetwork(network);
  // Of a network of the user's own a provider knows the namespace and no more.
  return known === undefined ? /^(?:bip122|cip34):/.test(network) : known.inputsModel === 'utxo';
}
