import { DepositCallbackError, isDepositCallbackError } from '../../errors.ts';
import { type Json, member, optionalNumberText, optionalText } from '../../json/json.ts';

// What no row needs. Strangers choose much of it (a token's symbol, its decimals), so nothing here may cost a row: what
// cannot be read is left out.

/** What `read` gives; undefined if it throws `BODY_UNREADABLE`. */
export function ifReadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isDepositCallbackError(error) && error.code === 'BODY_UNREADABLE') return undefined;
    throw error;
  }
}

/** Decimals as a token says them of itself, 0 to 255; undefined for anything else that its contract may answer. */
export function claimedDecimals(json: Json | undefined, path: string): number | undefined {
  const written = ifReadable(() => optionalNumberText(json, path)) ?? '';
  return /^\d{1,3}$/.test(written) && Number(written) <= 255 ? Number(written) : undefined;
}

const longestSymbol = 64;

/** A token's symbol as it says it; undefined if it is long, or holds what no store and no terminal should be given. */
export function claimedSymbol(json: Json | undefined, path: string): string | undefined {
  const written = ifReadable(() => optionalText(json, path));
  return written === undefined || written.length > longestSymbol || /[\p{C}\p{Zl}\p{Zp}]/u.test(written)
    ? undefined
    : written;
}

/**
 * An amount in the smallest unit as it stands, whatever stands there: anything but a number is refused if the asset is
 * known, so that a token that nobody lists is ignored and not kept for an operator.
 */
export function unitsAsSent(json: Json | undefined, ...keys: readonly string[]): { units: string | bigint } {
  const sent = member(json, ...keys);
  const written = ifReadable(() => optionalNumberText(sent, '')) ?? '';
  return { units: /^0x[0-9a-fA-F]{1,64}$/.test(written) ? BigInt(written) : written };
}

/**
 * Whom a row pays: undefined if it says that it is nobody, by null or an empty text. Throws `BODY_UNREADABLE` if it
 * does not say.
 */
export function recipientOf(row: Json, key: string): string | undefined {
  if (member(row, key) === undefined)
    throw new DepositCallbackError('BODY_UNREADABLE', `A row of the body has no ${key}`);
  return optionalText(row, key);
}
