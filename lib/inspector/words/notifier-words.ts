import type { Language } from './languages.ts';

/** What the page of a notifier says beside what the inspector says too. */
export interface NotifierWords {
  title: string;
  networks: string;
  keys: string;
  noKeys: string;
  noKeysMore: string;
  callbacks: string;
  callbacksOf: (name: string) => string;
  /** A title, and what to do. */
  noCallbacks: readonly [string, string];
  /** Of a state that none is in. */
  noneSo: string;
  all: string;
  due: string;
  noAnswer: string;
  figures: Readonly<Record<'keys' | 'watches' | 'owed' | 'disabledUrls', string>>;
  column: Readonly<Record<NotifierColumn, string>>;
  state: Readonly<Record<'reading' | 'unreadable' | 'stale' | 'owed' | 'sent' | 'dead', string>>;
  urls: Readonly<Record<'none' | 'well' | 'disabled', string>>;
  none: string;
  /** Of a key without a watch. */
  noNetworks: string;
  never: string;
}

export type NotifierColumn =
  | ('network' | 'state' | 'block' | 'head' | 'age' | 'lag')
  | ('key' | 'url' | 'accepted' | 'owed' | 'dead')
  | ('made' | 'type' | 'about' | 'attempts' | 'answer');

export const notifierWords: Readonly<Record<Language, NotifierWords>> = {
  en: {
    title: 'Deposit notifier',
    networks: 'Networks',
    keys: 'Keys',
    noKeys: 'No keys yet',
    noKeysMore: 'Create one: $NOTIFIER is the address of the notifier, $ADMIN the admin secret.',
    callbacks: 'Callbacks',
    callbacksOf: (name) => `Callbacks of ${name}`,
    noCallbacks: [
      'No callbacks yet',
      'Set a callback URL (PUT /v1/callback-url) and watch an address (POST /v1/watches). Deposits to it are reported from then on.',
    ],
    noneSo: 'No callbacks in this state',
    all: 'All',
    due: 'Due',
    noAnswer: 'No answer',
    figures: { keys: 'Keys', watches: 'Watched addresses', owed: 'Callbacks owed', disabledUrls: 'Disabled URLs' },
    column: {
      network: 'Network',
      state: 'State',
      block: 'Read to block',
      head: 'Newest block',
      age: 'Block time',
      lag: 'Behind',
      key: 'Key',
      url: 'Callback URL',
      accepted: 'Last accepted',
      owed: 'Owed',
      dead: 'Given up',
      made: 'Made',
      type: 'Callback',
      about: 'Transaction',
      attempts: 'Attempts',
      answer: 'Last answer',
    },
    state: {
      reading: 'Reading',
      unreadable: 'Cannot be read',
      stale: 'Stands still',
      owed: 'Owed',
      sent: 'Accepted',
      dead: 'Given up',
    },
    urls: { none: 'No URL', well: 'Enabled', disabled: 'Disabled' },
    none: 'None',
    noNetworks: 'Watches no address',
    never: 'Never',
  },
  zh: {
    title: '\u5230\u8d26\u901a\u77e5\u670d\u52a1',
    networks: '\u7f51\u7edc',
    keys: '\u5bc6\u94a5',
    noKeys: '\u8fd8\u6ca1\u6709\u5bc6\u94a5',
    noKeysMore:
      '\u521b\u5efa\u4e00\u4e2a\uff1a$NOTIFIER \u662f\u901a\u77e5\u670d\u52a1\u7684\u5730\u5740\uff0c$ADMIN \u662f\u7ba1\u7406\u5bc6\u94a5\u3002',
    callbacks: '\u56de\u8c03',
    callbacksOf: (name) => `${name} \u7684\u56de\u8c03`,
    noCallbacks: [
      '\u8fd8\u6ca1\u6709\u56de\u8c03',
      '\u5148\u8bbe\u7f6e\u56de\u8c03 URL\uff08PUT /v1/callback-url\uff09\uff0c\u518d\u76d1\u89c6\u5730\u5740\uff08POST /v1/watches\uff09\u3002\u4e4b\u540e\u5230\u8d26\u5c31\u4f1a\u56de\u8c03\u3002',
    ],
    noneSo: '\u6ca1\u6709\u5904\u4e8e\u6b64\u72b6\u6001\u7684\u56de\u8c03',
    all: '\u5168\u90e8',
    due: '\u5230\u671f',
    noAnswer: '\u65e0\u5e94\u7b54',
    figures: {
      keys: '\u5bc6\u94a5',
      watches: '\u76d1\u89c6\u7684\u5730\u5740',
      owed: '\u5f85\u53d1\u9001\u7684\u56de\u8c03',
      disabledUrls: '\u5df2\u505c\u7528\u7684 URL',
    },
    column: {
      network: '\u7f51\u7edc',
      state: '\u72b6\u6001',
      block: '\u5df2\u8bfb\u5230\u533a\u5757',
      head: '\u6700\u65b0\u533a\u5757',
      age: '\u533a\u5757\u65f6\u95f4',
      lag: '\u843d\u540e',
      key: '\u5bc6\u94a5',
      url: '\u56de\u8c03 URL',
      accepted: '\u6700\u8fd1\u63a5\u53d7',
      owed: '\u5f85\u53d1\u9001',
      dead: '\u5df2\u653e\u5f03',
      made: '\u521b\u5efa',
      type: '\u56de\u8c03',
      about: '\u4ea4\u6613',
      attempts: '\u6b21\u6570',
      answer: '\u6700\u8fd1\u5e94\u7b54',
    },
    state: {
      reading: '\u6b63\u5728\u8bfb\u53d6',
      unreadable: '\u65e0\u6cd5\u8bfb\u53d6',
      stale: '\u505c\u4f4f\u4e86',
      owed: '\u5f85\u53d1\u9001',
      sent: '\u5df2\u63a5\u53d7',
      dead: '\u5df2\u653e\u5f03',
    },
    urls: { none: '\u6ca1\u6709 URL', well: '\u5df2\u542f\u7528', disabled: '\u5df2\u505c\u7528' },
    none: '\u65e0',
    noNetworks: '\u672a\u76d1\u63a7\u5730\u5740',
    never: '\u4ece\u672a',
  },
};
