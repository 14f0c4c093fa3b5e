import type { Store } from '../stores/store.ts';

/** How often what was kept is looked at again: what was quarantined may be finished by now, and evidence too old. */
const wholeEveryMs = 86_400_000;

export interface RetentionOptions {
  store: Pick<Store, 'prune'>;
  now: () => number;
  retainMs: number | undefined;
  retainEvidenceMs: number | undefined;
  retainRefusalsMs: number;
}

/** One round of forgetting what is old, to be run again and again; a later round looks only at what has become old since. */
export function createRetention({
  store,
  now,
  retainMs,
  retainEvidenceMs,
  retainRefusalsMs,
}: RetentionOptions): () => Promise<void> {
  let wholeAt = Number.NEGATIVE_INFINITY;
  let refusalsBefore = 0;
  let allBefore = 0;

  return async () => {
    const time = now();
    if (time - wholeAt >= wholeEveryMs) {
      refusalsBefore = 0;
      allBefore = 0;
      wholeAt = time;
    }
    await store.prune(time - retainRefusalsMs, { only: 'refusals', since: refusalsBefore });
    refusalsBefore = Math.max(0, time - retainRefusalsMs);
    if (retainMs === undefined) return;
    const evidence = retainEvidenceMs === undefined ? {} : { evidenceBefore: time - retainEvidenceMs };
    await store.prune(time - retainMs, { ...evidence, since: allBefore });
    allBefore = Math.max(0, time - retainMs);
  };
}
