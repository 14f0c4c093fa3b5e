import type { Logger } from '../observe/logger.ts';
import type { CallbackRecord, Store } from '../stores/store.ts';
import { createRefusalBudget } from './refusal-budget.ts';

/** Lines of the log of callbacks that carry no duty: duplicates, and what is not signed. Written behind, so that none costs a commit. */
export interface CallbackLog {
  add(record: CallbackRecord): void;
  /** Writes what is waiting. */
  flush(): Promise<void>;
}

const tellEveryMs = 60_000;

/**
 * What the store is made to write is bounded: what is not signed by a budget (`createRefusalBudget`), and all lines to `max` every
 * `everyMs`. Beyond that the provider that has the most lines gives way, so that a flood at one path hides nothing of
 * another. What is left out is written to the logger, at most once a minute.
 */
export function createCallbackLog(options: {
  store: Store;
  logger: Logger;
  now?: () => number;
  everyMs?: number;
  max?: number;
}): CallbackLog {
  const { store, logger, now = Date.now, everyMs = 1_000, max = 1_000 } = options;
  const budget = createRefusalBudget(now);
  let waiting: CallbackRecord[] = [];
  const byProvider = new Map<string, number>();
  let dropped = 0;
  let toldAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const lines = waiting;
    waiting = [];
    byProvider.clear();
    tellDropped();
    if (lines.length === 0) return;
    try {
      await store.log(lines);
    } catch (error) {
      logger.warn({ error, lines: lines.length }, 'Lines of the callback log could not be written');
    }
  };

  const tellDropped = (): void => {
    if (dropped === 0 || now() - toldAt < tellEveryMs) return;
    toldAt = now();
    const causes = [...budget.leftOut()].sort(([, one], [, other]) => other - one).slice(0, 10);
    logger.warn(
      { dropped, causes: Object.fromEntries(causes) },
      'Refused callbacks were counted but not written to the callback log: too many arrived at once',
    );
    dropped = 0;
  };

  const countOf = (provider: string): number => byProvider.get(provider) ?? 0;

  /** Drops the newest line of the provider that has the most, unless it is this one; whether there is room now. */
  const makeRoomFor = (provider: string): boolean => {
    const [most = provider] = [...byProvider.keys()].sort((one, other) => countOf(other) - countOf(one));
    if (countOf(most) <= countOf(provider) + 1) return false;
    waiting.splice(
      waiting.findLastIndex((line) => line.provider === most),
      1,
    );
    byProvider.set(most, countOf(most) - 1);
    return true;
  };

  return {
    add(record) {
      const { provider } = record;
      timer ??= setTimeout(() => void flush(), everyMs).unref();
      if (record.outcome !== 'duplicate' && !budget.take(record)) {
        dropped += 1;
        return;
      }
      if (waiting.length >= max) {
        dropped += 1;
        if (!makeRoomFor(provider)) return;
      }
      waiting.push(record);
      byProvider.set(provider, countOf(provider) + 1);
    },
    flush,
  };
}
