import type { Logger } from '../observe/logger.ts';
import type { CallbackRecord, Store } from '../stores/store.ts';

/** Lines of the log of callbacks that carry no duty: duplicates and refusals. Written behind, so that none costs a commit. */
export interface CallbackLog {
  add(record: CallbackRecord): void;
  /** Writes what is waiting. */
  flush(): Promise<void>;
}

/** Strangers make refusals, so what they can make the store write is bounded: `max` lines every `everyMs`. */
export function createCallbackLog(options: {
  store: Store;
  logger: Logger;
  everyMs?: number;
  max?: number;
}): CallbackLog {
  const { store, logger, everyMs = 1_000, max = 1_000 } = options;
  let waiting: CallbackRecord[] = [];
  let dropped = 0;
  let timer: NodeJS.Timeout | undefined;

  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const lines = waiting;
    waiting = [];
    if (dropped > 0) logger.warn({ dropped }, 'The log of callbacks left out lines: more refusals came than it takes');
    dropped = 0;
    if (lines.length === 0) return;
    try {
      await store.log(lines);
    } catch (error) {
      logger.warn({ error, lines: lines.length }, 'Lines of the log of callbacks could not be written');
    }
  };

  return {
    add(record) {
      if (waiting.length >= max) {
        dropped += 1;
        return;
      }
      waiting.push(record);
      timer ??= setTimeout(() => void flush(), everyMs).unref();
    },
    flush,
  };
}
