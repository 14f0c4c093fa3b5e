import { LRUCache } from 'lru-cache';
import { isDepositCallbackError } from '../errors.ts';
import type { CallbackRecord } from '../stores/store.ts';
import type { Logger } from './logger.ts';
import type { Alarm, News } from './news.ts';

/** Something that a person must hear of, as one line of the log. */
interface Notice {
  /** Notices of one cause share lines. */
  cause: string;
  code: string;
  message: string;
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

export interface NewsLog {
  /** Writes what was counted and is due by now. */
  flush(): void;
  /** Writes all that was counted; nothing is written by itself from then on. */
  close(): void;
}

const lookMs = 10_000;
const firstWaitMs = 60_000;
const longestWaitMs = 3_600_000;
/** Causes are made of codes and of the names of providers: more than these are no causes but a flood. */
const rememberedCauses = 1_000;

/**
 * Writes to the log, at `warn`, what concerns money and needs a person: alarms, what is quarantined, dead letters, silent
 * providers, stuck deposits. The first of a cause is written at once; the others are counted, and told together a minute
 * later, then ever more rarely, up to an hour.
 */
export function logNews(news: News, logger: Logger, now: () => number): NewsLog {
  const causes = new LRUCache<string, Repeated>({ max: rememberedCauses });
  let looking: NodeJS.Timeout | undefined;

  const notice = (given: Notice): void => {
    const known = causes.get(given.cause);
    if (known === undefined || (known.count === 0 && now() - known.at >= known.waitMs * 2)) {
      causes.set(given.cause, { at: now(), waitMs: firstWaitMs, count: 0, last: given });
      write(logger, given, 1);
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
    write(logger, known.last, known.count);
    known.at = now();
    known.waitMs = Math.min(longestWaitMs, known.waitMs * 2);
    known.count = 0;
  };

  noticeAll(news, notice);
  return { flush: () => flush(), close: () => flush(true) };
}

function write(logger: Logger, { code, message, fields, command }: Notice, count: number): void {
  const more = count > 1 ? ` (${count} times since the last line; this is the latest)` : '';
  logger.warn({ code, ...fields, ...(count > 1 ? { count } : {}), command }, `${code}: ${message}${more}`);
}

/** Calls `notice` with each of the news that needs a person. */
function noticeAll(news: News, notice: (given: Notice) => void): void {
  news.on('alarm', (alarm) => notice(ofAlarm(alarm)));
  news.on('quarantined', (record) => {
    const parts = record.transfers.filter(({ outcome }) => outcome === 'quarantined');
    // Those that an alarm tells already: with the error, the deposit, or the name that nobody knows.
    if (record.code === 'BODY_UNREADABLE') return;
    if (parts.length > 0 && parts.every(({ depositId, name }) => depositId !== undefined || name !== undefined)) return;
    notice(ofQuarantined(record));
  });
  news.on('dead-letter', ({ eventId, kind, deposit, error }) =>
    notice({
      cause: `dead-letter ${kind}`,
      code: 'DEAD_LETTER',
      message: `${kind} of ${deposit.id} was given up: ${error}. Mend the listener, then redeliver it`,
      fields: { eventId, deposit: deposit.id },
      command: `npx deposit-callback redeliver ${eventId}`,
    }),
  );
  news.on('silence', ({ provider, sinceMs }) =>
    notice({
      cause: `silence ${provider}`,
      code: 'PROVIDER_SILENT',
      message: `${provider} has sent nothing for ${Math.round(sinceMs / 1_000)} s: deposits may be missed`,
      fields: { provider, sinceMs },
      command: `npx deposit-callback log --provider ${provider}`,
    }),
  );
  news.on('stuck', ({ deposit, sinceMs }) =>
    notice({
      cause: `stuck ${deposit.network} ${deposit.code ?? ''}`,
      code: 'DEPOSIT_STUCK',
      message: `${deposit.id} is ${deposit.status}${deposit.code === undefined ? '' : ` (${deposit.code})`} for ${Math.round(sinceMs / 60_000)} minutes`,
      fields: { deposit: deposit.id, network: deposit.network, sinceMs },
      command: showing(deposit.id),
    }),
  );
}

function showing(id: string): string {
  return `npx deposit-callback show ${id}`;
}

function ofAlarm({ code, message, provider, network, name, deposit, callbackId, error }: Alarm): Notice {
  const id = deposit?.id ?? callbackId;
  return {
    cause: `alarm ${code} ${provider ?? ''} ${network ?? ''} ${deposit?.code ?? ''} ${name ?? ''}`,
    code,
    message,
    fields: {
      ...(provider === undefined ? {} : { provider }),
      ...(network === undefined ? {} : { network }),
      ...(deposit === undefined ? {} : { deposit: deposit.id }),
      ...(callbackId === undefined ? {} : { callbackId }),
      // Of an error of ours the text says all; of any other, where it was thrown is what helps.
      ...(error === undefined ? {} : { error: isDepositCallbackError(error) ? error.message : error }),
    },
    command: id === undefined ? 'npx deposit-callback status' : showing(id),
  };
}

function ofQuarantined({ id, provider, code = 'QUARANTINED' }: CallbackRecord): Notice {
  return {
    cause: `quarantined ${code} ${provider}`,
    code,
    message: `A callback of ${provider} is quarantined: what it reports is not credited until a person looks`,
    fields: { provider, callbackId: id },
    command: showing(id),
  };
}
