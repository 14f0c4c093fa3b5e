import { unitsFrom } from '../../../deposits/amount.ts';
import { type Json, optionalText, text } from '../../../json/json.ts';
import { tokenOn } from '../../../networks/canonical.ts';
import type { Network } from '../../../networks/network.ts';

/** An amount as the ledger gives it. */
export interface LedgerAmount {
  asset: string;
  /** Undefined if it cannot be told: of a token that is not listed, as the ledger itself knows no decimals. */
  units: bigint | undefined;
}

/**
 * Reads an amount of the ledger: drops of XRP as text, or a token with its value in decimal digits. Undefined for what is none of
 * these. Throws `BODY_UNREADABLE`.
 */
export function readAmount(
  json: Json,
  network: Network,
  listed: ReadonlyMap<string, number>,
): LedgerAmount | undefined {
  const { native } = network;
  if (typeof json === 'string') {
    // "unavailable": what a partial payment before 2014 delivered is recorded nowhere.
    const units = /^\d+$/.test(json) ? unitsFrom({ units: json }, undefined) : undefined;
    return { asset: native.asset, units };
  }
  const currency = optionalText(json, 'currency');
  // A multi-purpose token (XLS-33) has an issuance in its place.
  if (currency === undefined) return undefined;
  const asset = tokenOn(network, `${currency}.${text(json, 'issuer')}`);
  const decimals = listed.get(asset);
  return { asset, units: decimals === undefined ? undefined : unitsOf(text(json, 'value'), decimals) };
}

/** Undefined if the value has more digits than the decimals: it is neither rounded nor guessed. */
function unitsOf(value: string, decimals: number): bigint | undefined {
  try {
    return unitsFrom({ decimal: value }, decimals);
  } catch {
    return undefined;
  }
}
