import type { CallbackQuery, CallbackRecord } from '../store.ts';

/** Whether a query asks for it, its page aside. */
export function matchesCallback(
  callback: CallbackRecord,
  { provider, outcome, code, finished, since, until }: CallbackQuery,
): boolean {
  return (
    (provider === undefined || callback.provider === provider) &&
    (outcome === undefined || callback.outcome === outcome) &&
    (code === undefined || callback.code === code) &&
    (finished === undefined || callback.finished === finished) &&
    (since === undefined || callback.receivedAt >= since) &&
    (until === undefined || callback.receivedAt < until)
  );
}
