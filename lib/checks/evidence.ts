import type { Evidence } from '../deposits/transfer.ts';
import type { Network } from '../networks/network.ts';
import { wordIn } from '../util/word-in.ts';
import type { CanonicalTransfer } from './canonical-transfer.ts';

// An allow-list, never "not failed": EOS had a state (hard_fail) that nobody had thought of.
const goodStates: Readonly<Record<string, readonly string[]>> = {
  antelope: ['executed'],
  xrpl: ['tesSUCCESS'],
  tron: ['SUCCESS'],
  aptos: ['Executed successfully'],
};
const goodElsewhere: readonly string[] = ['executed', 'success'];

/** Whether the state, if the provider names one, is exactly a good one of its network. */
export function hasGoodState({ state }: Evidence, { family }: Network): boolean {
  return state === undefined || state === null || (wordIn(goodStates, family) ?? goodElsewhere).includes(state);
}

/** Whether a word on success is missing that ought to be there. An Omni payment says nothing without its protocol's. */
export function lacksStatus({ evidence, asset }: CanonicalTransfer): boolean {
  const { success, callSucceeded, protocolValid, state, bounced } = evidence;
  if (asset?.includes('/omni:') && protocolValid !== true) return true;
  return [success, callSucceeded, protocolValid, state, bounced].includes(null);
}

/**
 * Whether the amount that arrived is not reported though it may be less than the declared one: on the XRP Ledger
 * (partial payments), for an asset with `balanceDelta`, and if the provider ought to say. A payment is what the gateway
 * received of it.
 */
export function lacksDelivered({ evidence, listed, network, payment }: CanonicalTransfer): boolean {
  const { delivered } = evidence;
  if (delivered === undefined && payment !== undefined) return false;
  if (delivered === undefined) return network.family === 'xrpl' || listed?.balanceDelta === true;
  return delivered === null;
}

// Each pays to one address. Bare multisig, which explorers show under the address of one of its keys, is not among them.
const standardScripts: ReadonlySet<string> = new Set([
  ...['p2pkh', 'p2sh', 'p2wpkh', 'p2wsh', 'p2tr'],
  // Bitcoin Core
  ...['pubkeyhash', 'scripthash', 'witness_v0_keyhash', 'witness_v0_scripthash', 'witness_v1_taproot'],
  // BlockCypher
  ...['pay-to-pubkey-hash', 'pay-to-script-hash', 'pay-to-witness-pubkey-hash', 'pay-to-witness-script-hash'],
  'pay-to-taproot',
]);

/** Whether the output, as far as the provider describes it, pays to exactly one address by a known script. */
export function isStandardScript(evidence: Evidence): boolean {
  const { script } = evidence;
  return isOneAddress(evidence) && (script === undefined || (script !== null && isStandardScriptType(script)));
}

export function isStandardScriptType(script: string): boolean {
  return standardScripts.has(script.toLowerCase());
}

/** Whether the output names one address, as far as the provider counts them. */
export function isOneAddress({ scriptAddresses }: Evidence): boolean {
  return scriptAddresses === undefined || scriptAddresses === 1;
}

/** Whether the money can be spent at once, as far as the provider says. */
export function isUnlocked({ lockedUntil }: Evidence): boolean {
  return lockedUntil === undefined || /^0+$/.test(lockedUntil ?? '');
}

/** Whether the provider says that it stands in a block. */
export function isInBlock({ blockHash, blockNumber, confirmations }: CanonicalTransfer): boolean {
  return blockHash !== undefined || blockNumber !== undefined || (confirmations ?? 0) > 0;
}
