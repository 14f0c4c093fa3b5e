import type { CallbackQuery, CallbackRecord } from './store.ts';

/** Whether a query asks for it, its page aside. */
export function matchesCallback(
  callback: CallbackRecord,
  { provider, outcome, code, since, until }: CallbackQuery,
): boolean {
  return (
    (provider === undefined || callback.provider === provider) &&
    (outcome === undefined || callback.outcome === outcome) &&
    (code === undefined || callback.code === code) &&
    (since === undefined || callback.receivedAt >= since) &&
    (until === undefined || callback.receivedAt < until)
  );
}
