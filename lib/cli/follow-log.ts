import { setTimeout as wait } from 'node:timers/promises';
import type { CallbackQuery, CallbackRecord, Store } from '../stores/store.ts';

// A store is asked again after so long.
const everyMs = 1_000;
// Processes write at once, and a line of the log may be stored after a later one: so far back is looked each time.
const overlapMs = 60_000;
const pageSize = 200;

/** Tells each callback that a store records from now on, in the order in which they were received, until `stopped`. */
export async function followLog(
  store: Store,
  query: Omit<CallbackQuery, 'limit' | 'since' | 'before'>,
  { tell, now, stopped }: { tell(record: CallbackRecord): void; now(): number; stopped: Promise<void> },
): Promise<void> {
  const ending = new AbortController();
  void stopped.then(() => ending.abort());
  const start = now();
  const told = new Map<string, number>();
  while (!ending.signal.aborted) {
    const since = Math.max(start, now() - overlapMs);
    const found = await callbacksSince(store, { ...query, since });
    for (const record of found.reverse()) {
      if (told.has(record.id)) continue;
      told.set(record.id, record.receivedAt);
      tell(record);
    }
    for (const [id, receivedAt] of told) if (receivedAt < since) told.delete(id);
    await wait(everyMs, undefined, { signal: ending.signal }).catch(() => {});
  }
}

async function callbacksSince(store: Store, query: Omit<CallbackQuery, 'limit'>): Promise<CallbackRecord[]> {
  const found: CallbackRecord[] = [];
  for (;;) {
    const before = found.at(-1)?.id;
    const page = await store.callbacks({ ...query, ...(before === undefined ? {} : { before }), limit: pageSize });
    found.push(...page);
    if (page.length < pageSize) return found;
  }
}
