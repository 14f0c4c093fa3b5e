import { isDepositCallbackError } from '../errors.ts';
import type { CallbackRecord } from '../stores/store.ts';
import type { Logger } from './logger.ts';
import type { Alarm, News, NewsMap } from './news.ts';
import { createNotices, type Notice, type Notices } from './notices.ts';

type CodedNotice = Notice & { code: string };

/**
 * Writes to the log, at `warn`, what concerns money and needs a person: alarms, what is quarantined, dead letters, silent
 * providers, stuck deposits.
 */
export function logNews(news: News, logger: Logger, now: () => number): Notices {
  const notices = createNotices(logger, now);
  const notice = ({ code, message, fields, ...more }: CodedNotice): void =>
    notices.notice({ ...more, message: `${code}: ${message}`, fields: { code, ...fields } });

  noticeAll(news, notice);
  return notices;
}

/** Calls `notice` with each of the news that needs a person. */
function noticeAll(news: News, notice: (given: CodedNotice) => void): void {
  news.on('alarm', (alarm) => notice(ofAlarm(alarm)));
  news.on('quarantined', (record) => {
    const parts = record.transfers.filter(({ outcome }) => outcome === 'quarantined');
    // Those that an alarm reports already: with the error, the deposit, or the name that nobody knows.
    if (record.code === 'BODY_UNREADABLE') return;
    if (parts.length > 0 && parts.every(({ depositId, name }) => depositId !== undefined || name !== undefined)) return;
    notice(ofQuarantined(record));
  });
  news.on('dead-letter', ({ eventId, kind, deposit, error }) =>
    notice({
      cause: `dead-letter ${kind}`,
      code: 'DEAD_LETTER',
      message: `${kind} of ${deposit.id} was given up: ${error}. Fix the listener, then redeliver it`,
      fields: { eventId, deposit: deposit.id },
      command: `npx deposit-callback redeliver ${eventId}`,
    }),
  );
  news.on('silence', (silence) => notice(ofSilence(silence)));
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

function ofSilence({ provider, network, sinceMs }: NewsMap['silence']): CodedNotice {
  const seconds = Math.round(sinceMs / 1_000);
  const command = `npx deposit-callback log --provider ${provider}`;
  if (network === undefined) {
    return {
      cause: `silence ${provider}`,
      code: 'PROVIDER_SILENT',
      message: `${provider} has sent nothing for ${seconds} s: deposits may be missed`,
      fields: { provider, sinceMs },
      command,
    };
  }
  return {
    cause: `silence ${provider} ${network}`,
    code: 'NETWORK_SILENT',
    message: `${provider} has read no new block of ${network} for ${seconds} s, though its heartbeats come: deposits there may be missed. Look at the chain's own explorer; if the chain goes on, the provider's node stands still`,
    fields: { provider, network, sinceMs },
    command,
  };
}

function ofAlarm({ code, message, provider, network, name, deposit, callbackId, error }: Alarm): CodedNotice {
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

function ofQuarantined({ id, provider, code = 'QUARANTINED' }: CallbackRecord): CodedNotice {
  return {
    cause: `quarantined ${code} ${provider}`,
    code,
    message: `A callback of ${provider} is quarantined: what it reports is not credited until an operator decides`,
    fields: { provider, callbackId: id },
    command: showing(id),
  };
}
