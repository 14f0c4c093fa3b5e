import { unitsFrom } from '../../../deposits/amount.ts';
import {
  type Json,
  member,
  optionalArray,
  optionalInteger,
  optionalNumberText,
  optionalText,
  text,
} from '../../../json/json.ts';
import { internalTransfers } from './internal-transfers.ts';
import { tokenTransfer } from './token-transfers.ts';
import type { TronTransfer } from './transfers.ts';

/** A transaction of a block, with what came of it. */
export interface TronTransaction {
  id: string;
  /** Undefined if the node does not say, as of the first months of the chain. */
  success: boolean | undefined;
  /** What it moves, as far as the node has stored it; of one that failed, the TRX that it would have paid. */
  transfers: readonly TronTransfer[];
  /** Whether it may move TRX of which these do not tell. */
  mayHideTrx: boolean;
}

interface Contract {
  type: string;
  value: Json | undefined;
}

const good = 'SUCCESS';
const runsCode = new Set(['TriggerSmartContract', 'CreateSmartContract']);

/**
 * The transactions of `getblockbynum` with their results of `gettransactioninfobyblocknum`. Undefined if these are not those of
 * that block. Throws `BODY_UNREADABLE`.
 */
export function readTransactions(block: Json, results: Json, time: number): TronTransaction[] | undefined {
  const transactions = optionalArray(block, 'transactions');
  const outcomes = transactions.length === 0 ? [] : optionalArray(results, '');
  if (outcomes.length !== transactions.length) return undefined;
  // Only a node that stores internal transactions has any.
  const storesInternal = outcomes.some((one) => member(one, 'internal_transactions') !== undefined);
  const found: TronTransaction[] = [];
  let logs = 0;
  for (const [index, transaction] of transactions.entries()) {
    const outcome = outcomes[index];
    // A block has no other with its time, so results of another branch differ in it.
    if (textOf(outcome, 'id') !== textOf(transaction, 'txID') || optionalInteger(outcome, 'blockTimeStamp') !== time) {
      return undefined;
    }
    found.push(readTransaction(transaction, outcome, { storesInternal, logs }));
    logs += optionalArray(outcome, 'log').length;
  }
  return found;
}

function readTransaction(
  transaction: Json,
  outcome: Json | undefined,
  { storesInternal, logs }: { storesInternal: boolean; logs: number },
): TronTransaction {
  const success = successOf(transaction, outcome);
  const contract = contractOf(transaction);
  const direct = contract ? payment(contract) : [];
  // What failed has moved nothing, whatever logs stand in its result.
  const caused =
    success === false
      ? []
      : [
          ...optionalArray(outcome, 'log').flatMap((log, index) => tokenTransfer(log, logs + index) ?? []),
          ...internalTransfers(optionalArray(outcome, 'internal_transactions')),
        ];
  return {
    id: textOf(transaction, 'txID'),
    success,
    transfers: [...direct, ...caused],
    mayHideTrx: contract === undefined || (runsCode.has(contract.type) && (!storesInternal || carriesTrx(contract))),
  };
}

/** Undefined if the node does not say, or says two things. */
function successOf(transaction: Json, outcome: Json | undefined): boolean | undefined {
  const [ret] = optionalArray(transaction, 'ret');
  const inBlock = member(ret, 'contractRet');
  if (inBlock === undefined) return undefined;
  // Only what runs a contract has a word in its receipt.
  const inReceipt = member(outcome, 'receipt', 'result') ?? inBlock;
  const hasFailed = optionalText(outcome, 'result') === 'FAILED';
  if ((inBlock === good) !== (inReceipt === good)) return undefined;
  return inBlock === good && hasFailed ? undefined : inBlock === good;
}

/** The one contract of a transaction; undefined if the node could not read it. */
function contractOf(transaction: Json): Contract | undefined {
  const [contract, ...more] = optionalArray(transaction, 'raw_data.contract');
  const type = contract === undefined ? undefined : optionalText(contract, 'type');
  if (type === undefined || more.length > 0) return undefined;
  return { type, value: member(contract, 'parameter', 'value') };
}

/** TRX that the transaction itself pays. A TransferAssetContract has the same members, and pays a TRC-10 token. */
function payment({ type, value }: Contract): TronTransfer[] {
  if (type !== 'TransferContract') return [];
  const amount = unitsFrom({ units: optionalNumberText(value, 'amount') ?? '0' }, undefined);
  if (amount === 0n) return [];
  const [from, to] = [text(value, 'owner_address'), text(value, 'to_address')];
  return [{ token: undefined, from, to, amount, position: 'native' }];
}

/** Whether a call pays TRX to the contract itself: that is no payment of its own, and no internal one. */
function carriesTrx({ type, value }: Contract): boolean {
  const path = type === 'TriggerSmartContract' ? 'call_value' : 'new_contract.call_value';
  return (optionalNumberText(value, path) ?? '0') !== '0';
}

function textOf(json: Json | undefined, path: string): string {
  return text(json, path).toLowerCase();
}
