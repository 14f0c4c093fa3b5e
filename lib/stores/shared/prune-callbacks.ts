import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CallbackRecord, PruneOptions } from '../store.ts';

/** How a store shows its old callbacks, a step at a time, and forgets some of them. */
export interface OldCallbacks<Ref> {
  /**
   * Callbacks received before `before` and not before `since`, oldest first: those behind `after`, which are also those
   * behind the `kept` first ones. Without bodies; none when there are no more.
   */
  page(range: {
    before: number;
    since: number;
    after: Ref | undefined;
    kept: number;
  }): Promise<readonly { ref: Ref; callback: CallbackRecord }[]>;
  /** Of these transactions, by key, those that a credit rests on. */
  credited(keys: readonly string[]): Promise<ReadonlySet<string>>;
  forget(refs: readonly Ref[]): Promise<void>;
}

/** Forgets old callbacks as `Store.prune` promises; returns how many went, or would go. */
export async function pruneCallbacks<Ref>(
  old: OldCallbacks<Ref>,
  before: number,
  options: PruneOptions = {},
): Promise<number> {
  const { since = 0, dryRun = false } = options;
  let gone = 0;
  let kept = 0;
  let after: Ref | undefined;
  for (;;) {
    const page = await old.page({ before, since, after, kept });
    if (page.length === 0) return gone;
    const go = await whatMayGo(page, old, options);
    if (!dryRun && go.length > 0) await old.forget(go);
    gone += go.length;
    kept += dryRun ? page.length : page.length - go.length;
    after = page.at(-1)?.ref;
    await nextTurn();
  }
}

// A quarantined callback may be money that nobody has read yet, or shows why a deposit was released.
async function whatMayGo<Ref>(
  page: readonly { ref: Ref; callback: CallbackRecord }[],
  old: OldCallbacks<Ref>,
  { only, evidenceBefore = Number.NEGATIVE_INFINITY }: PruneOptions,
): Promise<readonly Ref[]> {
  const asked = page.filter(({ callback }) =>
    only === 'refusals' ? isRefusal(callback) : callback.outcome !== 'quarantined',
  );
  const keysOf = ({ callback }: { callback: CallbackRecord }): string[] =>
    callback.outcome === 'duplicate' || callback.receivedAt < evidenceBefore
      ? []
      : callback.transfers.flatMap(({ transactionKey }) => transactionKey ?? []);
  const keys = [...new Set(asked.flatMap(keysOf))];
  const credited = keys.length === 0 ? new Set<string>() : await old.credited(keys);
  return asked.filter((one) => !keysOf(one).some((key) => credited.has(key))).map(({ ref }) => ref);
}

/** A line that never was money: refused, a repetition, a heartbeat. A ping may be a deposit that no reader knows yet. */
function isRefusal({ outcome, finished, transfers }: CallbackRecord): boolean {
  if (outcome === 'rejected' || outcome === 'duplicate') return true;
  return outcome === 'ignored' && finished && transfers.length === 0;
}
