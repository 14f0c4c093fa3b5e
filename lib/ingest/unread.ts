import type { CallbackRecord, Store } from '../stores/store.ts';

/** Which callbacks to read again. */
export interface UnreadQuery {
  /** Of which a transfer, or the whole, was so. Default: either. */
  outcome?: 'ignored' | 'quarantined';
  provider?: string;
  /** Received at or after, epoch ms. */
  since?: number;
  /** Of each outcome the latest so many. Default 1000. */
  limit?: number;
}

/** Callbacks of which something was not recorded and may be now, oldest first, as they came; without bodies. */
export async function findUnread(
  store: Pick<Store, 'callbacks'>,
  { outcome, limit = 1_000, ...query }: UnreadQuery,
): Promise<CallbackRecord[]> {
  const found = new Map<string, CallbackRecord>();
  for (const one of outcome === undefined ? (['quarantined', 'ignored'] as const) : [outcome]) {
    let left = limit;
    let before: string | undefined;
    while (left > 0) {
      const page = await store.callbacks({
        ...query,
        finished: false,
        limit,
        ...(one === 'quarantined' ? { outcome: one } : {}),
        ...(before === undefined ? {} : { before }),
      });
      for (const callback of page.filter((candidate) => hasUnread(candidate, one)).slice(0, left)) {
        found.set(callback.id, callback);
        left -= 1;
      }
      if (page.length < limit) break;
      before = page.at(-1)?.id;
    }
  }
  return [...found.values()].sort((a, b) => a.receivedAt - b.receivedAt);
}

/** A mixed callback is quarantined if any part is (so the outcome shows it), and recorded if the rest was ignored. */
function hasUnread({ outcome, transfers }: CallbackRecord, sought: 'ignored' | 'quarantined'): boolean {
  // Of a repetition, the first one has the body.
  if (outcome === 'duplicate' || outcome === 'rejected') return false;
  return outcome === sought || transfers.some((transfer) => transfer.outcome === sought);
}
