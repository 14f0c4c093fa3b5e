import { array, type Json, numberText, optionalText, text } from '../../../json/json.ts';
import { readTransferData, type TransferData } from './transfer-data.ts';

/** A transaction of a block, with what it moved. */
export interface EosTransaction {
  id: string;
  outcome: Outcome;
  /** Transfers of the listed contracts, in the order in which they were executed; none if the transaction moved nothing. */
  transfers: readonly EosTransfer[];
}

/** `waiting`: delayed, and perhaps executed in a later block. `unsaid`: the node does not say, or not in a word that is known. */
export type Outcome = 'executed' | 'failed' | 'waiting' | 'unsaid';

export interface EosTransfer extends TransferData {
  contract: string;
  /** Unique in the chain: the number of this action among all that were ever executed. */
  globalSequence: string;
}

// https://docs.antelope.io: an allow-list, since exchanges have taken "not failed" for executed.
const outcomes: ReadonlyMap<string | undefined, Outcome> = new Map([
  ['executed', 'executed'],
  ['soft_fail', 'failed'],
  ['hard_fail', 'failed'],
  ['expired', 'failed'],
  ['delayed', 'waiting'],
]);

/** Reads a transaction of `/v1/trace_api/get_block`; only `contracts` are listened to. Throws `BODY_UNREADABLE` or `TypeError`. */
export function readTransaction(json: Json, contracts: ReadonlySet<string>): EosTransaction {
  const id = text(json, 'id').toLowerCase();
  const outcome = outcomes.get(optionalText(json, 'status')) ?? 'unsaid';
  const moves = outcome === 'executed' || outcome === 'unsaid';
  return { id, outcome, transfers: moves ? array(json, 'actions').flatMap((one) => readAction(one, contracts)) : [] };
}

function readAction(action: Json, contracts: ReadonlySet<string>): EosTransfer[] {
  const contract = text(action, 'account');
  // An action is repeated for each account that it notifies: only the contract itself has moved anything.
  if (!contracts.has(contract) || text(action, 'receiver') !== contract || text(action, 'action') !== 'transfer') {
    return [];
  }
  const data = readTransferData(text(action, 'data'));
  const globalSequence = numberText(action, 'global_sequence');
  if (!/^\d{1,20}$/.test(globalSequence)) throw new TypeError('No number of an action');
  return data.from === data.to || data.amount === 0n ? [] : [{ ...data, contract, globalSequence }];
}
