import { DepositCallbackError } from '../errors.ts';
import type { Amount } from './transfer.ts';

/** Digits of the largest amount that every store can hold: `numeric(78,0)`, enough for a uint256. */
const maxDigits = 78;
// Far beyond any amount in whole coins; what is longer is not scanned at all.
const maxTextLength = 256;
const plainDecimal = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/;

/**
 * The amount in the smallest unit. Exponents are moved as text, so nothing is ever rounded. `decimals` are the pinned
 * ones; a `decimal` amount without them is refused. Throws `AMOUNT_INVALID` for a negative amount, text that is not a
 * plain decimal, digits beyond the decimals that are not zeros, and more than 78 digits.
 */
export function unitsFrom(amount: Amount, decimals: number | undefined): bigint {
  if ('decimal' in amount) {
    if (decimals === undefined) throw invalid('in whole coins, but the decimals of the asset are not set');
    return unitsFromText(amount.decimal, decimals);
  }
  const { units } = amount;
  if (typeof units !== 'bigint') return unitsFromText(units, 0);
  if (units < 0n) throw invalid('negative');
  if (units >= 10n ** BigInt(maxDigits)) throw invalid(`longer than ${maxDigits} digits`);
  return units;
}

function unitsFromText(text: string, decimals: number): bigint {
  // A provider in plain JavaScript may hand in a number, which has lost digits already.
  if (typeof text !== 'string') throw invalid('neither a string nor a bigint');
  if (text.length > maxTextLength) throw invalid(`longer than ${maxTextLength} characters`);
  const match = plainDecimal.exec(text);
  if (match === null) throw invalid(text.startsWith('-') ? 'negative' : 'not a plain decimal');
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return 0n;
  const shift = decimals - fraction.length + Number(exponent);
  if (digits.length + shift > maxDigits) throw invalid(`longer than ${maxDigits} digits`);
  if (shift >= 0) return BigInt(digits + '0'.repeat(shift));
  if (/[1-9]/.test(digits.slice(shift))) throw invalid(`more precise than ${decimals} decimals`);
  return BigInt(digits.slice(0, shift));
}

/** Contracts count decimals in one byte. A larger number is only there to be shown, and would fill the screen. */
export function areDecimals(decimals: number | undefined): decimals is number {
  return Number.isInteger(decimals) && Number(decimals) >= 0 && Number(decimals) <= 255;
}

/** Plain decimal text in whole coins, without trailing zeros: `decimalFrom(1500000n, 6)` is `'1.5'`. */
export function decimalFrom(units: bigint, decimals: number): string {
  if (units < 0n) throw invalid('negative');
  if (decimals === 0) return units.toString();
  const digits = units.toString().padStart(decimals + 1, '0');
  const fraction = digits.slice(-decimals).replace(/0+$/, '');
  const whole = digits.slice(0, -decimals);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

// The amount itself stays out: it is part of a body.
function invalid(what: string): DepositCallbackError {
  return new DepositCallbackError('AMOUNT_INVALID', `The amount is ${what}`);
}
