import { findNetwork } from '../../networks/registry.ts';

/** Whether transactions of a network, as a provider names it, pay by numbered outputs: then the number is the position. */
export function paysByOutputs(network: string | undefined): boolean {
  return network !== undefined && findNetwork(network)?.inputsModel === 'utxo';
}
