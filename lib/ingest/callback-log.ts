import type { Logger } from '../observe/logger.ts';
import type { CallbackRecord, Store } from '../stores/store.ts';

/** Lines of the log of callbacks that carry no duty: duplicates and refusals. Written behind, so that none costs a commit. */
export interface CallbackLog {
  add(record: CallbackRecord): void;
  /** Writes what is waiting. */
  flush(): Promise<void>;
}

/**
 * Strangers make refusals, so what they can make the store write is bounded: `max` lines every `everyMs`. Beyond that
 * the provider that has the most lines gives way, so that a flood at one path hides nothing of another.
 */
export function createCallbackLog(options: {
  store: Store;
  logger: Logger;
  everyMs?: number;
  max?: number;
}): CallbackLog {
  const { store, logger, everyMs = 1_000, max = 1_000 } = options;
  let waiting: CallbackRecord[] = [];
  const byProvider = new Map<string, number>();
  let dropped = 0;
  let timer: NodeJS.Timeout | undefined;

  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const lines = waiting;
    waiting = [];
    byProvider.clear();
    if (dropped > 0) logger.warn({ dropped }, 'The log of callbacks left out lines: more refusals came than it takes');
    dropped = 0;
    if (lines.length === 0) return;
    try {
      await store.log(lines);
    } catch (error) {
      logger.warn({ error, lines: lines.length }, 'Lines of the log of callbacks could not be written');
    }
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
      if (waiting.length >= max) {
        dropped += 1;
        if (!makeRoomFor(provider)) return;
      }
      waiting.push(record);
      byProvider.set(provider, countOf(provider) + 1);
      timer ??= setTimeout(() => void flush(), everyMs).unref();
    },
    flush,
  };
}
