import { unitsFrom } from '../../deposits/amount.ts';
import { type Json, optionalArray, optionalBoolean, optionalNumberText, optionalText, text } from '../../json/json.ts';
import { addressOn } from '../../networks/canonical.ts';
import type { Network } from '../../networks/network.ts';
import type { ChainRow } from '../kit/chain-check.ts';

// Internal transactions freeze, delegate and vote as well, and show the TRX concerned as if it moved.
const moves = new Set(['call', 'create', 'suicide', 'withdrawExpireUnfreezeWhileSuiciding']);

/** The TRX that moved by calls inside a transaction that succeeded. What was rejected moved nothing. */
export function internalTransfers(internal: readonly Json[], network: Network): ChainRow[] {
  return internal.flatMap((one) => {
    if (optionalBoolean(one, 'rejected') === true) return [];
    if (!moves.has(Buffer.from(optionalText(one, 'note') ?? '', 'hex').toString('latin1'))) return [];
    return internalTransfer(one, network) ?? [];
  });
}

function internalTransfer(internal: Json, network: Network): ChainRow | undefined {
  // Beside the TRX, tokens (TRC-10) stand with their id.
  const values = optionalArray(internal, 'callValueInfo').filter((one) => optionalText(one, 'tokenId') === undefined);
  const amount = values
    .map((one) => unitsFrom({ units: optionalNumberText(one, 'callValue') ?? '0' }, undefined))
    .reduce((sum, value) => sum + value, 0n);
  if (amount === 0n) return undefined;
  const from = addressOn(network, text(internal, 'caller_address'));
  const to = addressOn(network, text(internal, 'transferTo_address'));
  if (from === to) return undefined;
  // Its place in the list depends on what the node stores; its hash does not.
  return { asset: network.native.asset, from, to, amount, position: `trace:${text(internal, 'hash').toLowerCase()}` };
}
