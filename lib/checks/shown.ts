import { type CheckCode, type EvidenceName, evidenceWanted } from '../deposits/codes.ts';
import type { CanonicalTransfer } from './canonical-transfer.ts';
import { hasGoodState, isInBlock, isOneAddress, isStandardScriptType, isUnlocked } from './evidence.ts';

const statusNames = ['success', 'callSucceeded', 'protocolValid', 'state', 'bounced'] as const;

/** What a statement of the transfer shows that a check may have waited for: good evidence, by name. */
export function shownEvidence(transfer: CanonicalTransfer): EvidenceName[] | undefined {
  const { evidence, network, decimals, claimedDecimals, owner } = transfer;
  const { success, callSucceeded, protocolValid, state, bounced, delivered, logged, replaceable } = evidence;
  const shown: EvidenceName[] = [];
  if (success === true) shown.push('success');
  if (callSucceeded === true) shown.push('callSucceeded');
  if (protocolValid === true) shown.push('protocolValid');
  if (typeof state === 'string' && hasGoodState(evidence, network)) shown.push('state');
  if (bounced === false) shown.push('bounced');
  if (delivered !== undefined && delivered !== null) shown.push('delivered');
  if (logged === true) shown.push('logged');
  if (claimedDecimals !== undefined && claimedDecimals === decimals) shown.push('decimals');
  if (typeof evidence.script === 'string' && isStandardScriptType(evidence.script)) shown.push('script');
  if (evidence.scriptAddresses !== undefined && isOneAddress(evidence)) shown.push('scriptAddresses');
  const mayBeReplaced = replaceable !== undefined || network.inputsModel === 'utxo';
  if (replaceable === false || (mayBeReplaced && isInBlock(transfer))) shown.push('replaceable');
  if (evidence.lockedUntil !== undefined && isUnlocked(evidence)) shown.push('lockedUntil');
  if (evidence.outputKeyReused === false) shown.push('outputKeyReused');
  if (evidence.direction === 'in') shown.push('direction');
  if (evidence.soleRecipient === true) shown.push('soleRecipient');
  if (typeof owner === 'object') shown.push('owner');
  return shown.length === 0 ? undefined : shown;
}

/** What a failed check wants to be shown before it is cleared; undefined for one that only an operator clears. */
export function lackingEvidence(
  code: CheckCode,
  { evidence, asset }: CanonicalTransfer,
): readonly EvidenceName[] | undefined {
  switch (code) {
    case 'STATUS_MISSING': {
      const lacking: EvidenceName[] = statusNames.filter((name) => evidence[name] === null);
      const isOmni = asset?.includes('/omni:') && evidence.protocolValid !== true;
      return isOmni && !lacking.includes('protocolValid') ? [...lacking, 'protocolValid'] : lacking;
    }
    case 'SCRIPT_NOT_STANDARD': {
      const lacking: EvidenceName[] = [];
      const { script } = evidence;
      if (script !== undefined && !(script !== null && isStandardScriptType(script))) lacking.push('script');
      if (!isOneAddress(evidence)) lacking.push('scriptAddresses');
      return lacking;
    }
    default:
      return evidenceWanted[code];
  }
}
