import { LRUCache } from 'lru-cache';
import type { Logger } from './logger.ts';

/** Something that an operator must hear of, as one line of the log. */
export interface Notice {
  /** Notices of one cause share lines. */
  cause: string;
  /** Default `warn`. */
  level?: 'warn' | 'error';
  message: string;
  /** The code, and what names the thing. */
  fields: Readonly<Record<string, unknown>>;
  /** The command that shows more. */
  command: string;
}

interface Repeated {
  /** When the last line was written, epoch ms. */
  at: number;
  /** Until the next line, at the earliest. */
  waitMs: number;
  /** Since the last line. */
  count: number;
  last: Notice;
}

/** Lines of the log that are steady, and never a flood. */
export interface Notices {
  notice(given: Notice): void;
  /** Writes what was counted and is due by now. */
  flush(): void;
  /** Writes all that was counted; nothing is written by itself from then on. */
  close(): void;
}

const lookMs = 10_000;
const firstWaitMs = 60_000;
const longestWaitMs = 3_600_000;
/** Causes are made of codes and of the names of providers: more than these are not causes but a flood. */
const rememberedCauses = 1_000;

/**
 * The first notice of a cause is written at once; the others are counted, and logged together a minute later, then ever
 * more rarely, up to an hour.
 */
export function createNotices(logger: Logger, now: () => number): Notices {
  const causes = new LRUCache<string, Repeated>({ max: rememberedCauses });
  let looking: NodeJS.Timeout | undefined;

  const write = ({ level = 'warn', message, fields, command }: Notice, count: number): void => {
    const more = count > 1 ? ` (${count} times since the last line; this is the latest)` : '';
    logger[level]({ ...fields, ...(count > 1 ? { count } : {}), command }, `${message}${more}`);
  };

  const notice = (given: Notice): void => {
    const known = causes.get(given.cause);
    if (known === undefined || (known.count === 0 && now() - known.at >= known.waitMs * 2)) {
      causes.set(given.cause, { at: now(), waitMs: firstWaitMs, count: 0, last: given });
      write(given, 1);
      return;
    }
    known.count += 1;
    known.last = given;
    flush();
  };

  const flush = (all = false): void => {
    let left = 0;
    for (const known of causes.values()) {
      tellIfDue(known, all);
      left += known.count;
    }
    if (left > 0) looking ??= setInterval(() => flush(), lookMs).unref();
    else {
      clearInterval(looking);
      looking = undefined;
    }
  };

  const tellIfDue = (known: Repeated, all: boolean): void => {
    if (known.count === 0 || (!all && now() - known.at < known.waitMs)) return;
    write(known.last, known.count);
    known.at = now();
    known.waitMs = Math.min(longestWaitMs, known.waitMs * 2);
    known.count = 0;
  };

  return { notice, flush: () => flush(), close: () => flush(true) };
}
