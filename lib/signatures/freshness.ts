import { DepositCallbackError } from '../errors.ts';

/**
 * Refuses a signed time outside the window, in both directions: an old one may be a replay, one ahead would be a replay
 * that stays good. Times are epoch ms. Throws `TIMESTAMP_TOO_OLD` or `TIMESTAMP_TOO_NEW`.
 */
export function assertFresh(signedAt: number | undefined, now: number, toleranceMs: number): void {
  if (signedAt === undefined) return;
  if (signedAt < now - toleranceMs) {
    throw new DepositCallbackError(
      'TIMESTAMP_TOO_OLD',
      `Signed ${now - signedAt} ms ago; toleranceMs is ${toleranceMs}`,
    );
  }
  if (signedAt > now + toleranceMs) {
    throw new DepositCallbackError(
      'TIMESTAMP_TOO_NEW',
      `Signed ${signedAt - now} ms in the future; toleranceMs is ${toleranceMs}. Check both clocks`,
    );
  }
}
