import { unitsFrom } from '../../../deposits/amount.ts';
import {
  type Json,
  optionalArray,
  optionalBoolean,
  optionalNumberText,
  optionalText,
  text,
} from '../../../json/json.ts';
import type { TronTransfer } from './transfers.ts';

// Internal transactions freeze, delegate and vote as well, and show the TRX concerned as if it moved.
const moves = new Set(['call', 'create', 'suicide', 'withdrawExpireUnfreezeWhileSuiciding']);

/** The TRX that moved by calls inside a transaction that succeeded. What was rejected moved nothing. */
export function internalTransfers(internal: readonly Json[]): TronTransfer[] {
  return internal.flatMap((one) => {
    if (optionalBoolean(one, 'rejected') === true) return [];
    if (!moves.has(Buffer.from(optionalText(one, 'note') ?? '', 'hex').toString('latin1'))) return [];
    return internalTransfer(one) ?? [];
  });
}

function internalTransfer(internal: Json): TronTransfer | undefined {
  // Beside the TRX, tokens (TRC-10) stand with their id.
  const values = optionalArray(internal, 'callValueInfo').filter((one) => optionalText(one, 'tokenId') === undefined);
  const amount = values
    .map((one) => unitsFrom({ units: optionalNumberText(one, 'callValue') ?? '0' }, undefined))
    .reduce((sum, value) => sum + value, 0n);
  if (amount === 0n) return undefined;
  const from = text(internal, 'caller_address').toLowerCase();
  const to = text(internal, 'transferTo_address').toLowerCase();
  if (from === to) return undefined;
  // Its place in the list depends on what the node stores; its hash does not.
  return { token: undefined, from, to, amount, position: `trace:${text(internal, 'hash').toLowerCase()}` };
}
