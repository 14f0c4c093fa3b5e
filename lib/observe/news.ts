import type { DepositRecord, EventKind } from '../deposits/deposit.ts';
import type { DepositCallbackError } from '../errors.ts';
import type { Hint, ReportedHead } from '../providers/kit/provider.ts';
import type { CallbackRecord } from '../stores/store.ts';
import { unawaited } from '../util/promises.ts';
import type { Logger } from './logger.ts';

/**
 * The kinds of in-process news, each with its payload. News is emitted once; it is neither stored nor retried, unlike
 * durable events.
 */
export interface NewsMap {
  /** The outcome of a callback, refused ones included: one line of the callback log, without its body. */
  outcome: CallbackRecord;
  rejected: CallbackRecord;
  quarantined: CallbackRecord;
  /** One delivery of an event, when it is over: `failed` is tried again, `dead` is not. */
  event: Delivered;
  'dead-letter': { eventId: string; kind: EventKind; deposit: DepositRecord; error: string };
  /**
   * An unsigned pointer to something to look up (docs/rules.md#hints): if `chains` has its network, it is looked up
   * here.
   */
  hint: { provider: string; callbackId: string; hint: Hint };
  /** A sign of life of a provider that sends them; `heads` says how far it has come on each network, if it does. */
  heartbeat: { provider: string; callbackId: string; at: number; heads: readonly ReportedHead[] };
  /**
   * A provider has been silent for `silenceMs`; with `network`, its heartbeats come, and say that this network (CAIP-2) stands
   * still or is no longer read.
   */
  silence: { provider: string; network?: string; sinceMs: number };
  /** A silence is over, after so long. */
  heard: { provider: string; network?: string; sinceMs: number };
  /** A deposit has been pending or held for longer than its network's bound. */
  stuck: { deposit: DepositRecord; sinceMs: number };
  alarm: Alarm;
  error: DepositCallbackError;
}

export interface Delivered {
  eventId: string;
  kind: EventKind;
  deposit: DepositRecord;
  /** From 1. */
  attempt: number;
  result: 'handled' | 'failed' | 'dead';
  /** Of the listeners, if they failed. */
  error?: string;
}

/** The code of an alarm. `docs/errors.md` lists them. */
export type AlarmCode =
  | 'ALL_NOT_OURS'
  | 'ASSET_NAME_NOT_KNOWN'
  | 'BLOCKS_BEHIND'
  | 'BLOCKS_UNREAD'
  | 'BODY_ALREADY_PARSED'
  | 'BODY_UNREADABLE'
  | 'ROW_UNREADABLE'
  | 'CALLBACKS_MISSED'
  | 'CALLBACKS_REFUSED'
  | 'CHAIN_UNAVAILABLE'
  | 'CREDIT_IN_DOUBT'
  | 'DEPOSIT_HELD'
  | 'DEPOSIT_QUARANTINED'
  | 'EVENT_UNKNOWN'
  | 'LISTENER_HANGS'
  | 'NETWORK_NOT_KNOWN'
  | 'NO_LISTENER'
  | 'POLICY_FAILED'
  | 'PROVIDER_NOTICE'
  | 'SOURCE_UNKNOWN'
  | 'TRANSACTION_HASH_ONLY'
  | 'UNVERIFIED_FULL'
  | 'UNVERIFIED_KEPT';

/** A condition that needs attention. `docs/errors.md` lists the codes. */
export interface Alarm {
  code: AlarmCode;
  message: string;
  provider?: string;
  /** CAIP-2. */
  network?: string;
  /**
   * The network, asset or event that nobody knows, as the provider writes it; the network of a `TRANSACTION_HASH_ONLY`. An event's
   * name is cut, and what cannot be seen in it is written out.
   */
  name?: string;
  deposit?: DepositRecord;
  callbackId?: string;
  /** The error that was thrown, for the log. */
  error?: unknown;
}

export type NewsKind = keyof NewsMap;

// An object, so that the compiler misses one that is left out.
const isNews: Readonly<Record<NewsKind, true>> = {
  outcome: true,
  rejected: true,
  quarantined: true,
  event: true,
  'dead-letter': true,
  hint: true,
  heartbeat: true,
  silence: true,
  heard: true,
  stuck: true,
  alarm: true,
  error: true,
};

/** Every kind of in-process news. */
export const newsKinds = Object.keys(isNews) as readonly NewsKind[];

export interface News {
  on<K extends NewsKind>(kind: K, listener: (news: NewsMap[K]) => void): void;
  off<K extends NewsKind>(kind: K, listener: (news: NewsMap[K]) => void): void;
  tell<K extends NewsKind>(kind: K, news: NewsMap[K]): void;
}

/** News for one receiver. A listener that throws, or rejects, is logged and hurts no one else. */
export function createNews(logger: Logger): News {
  const listeners = new Map<NewsKind, Set<(news: never) => unknown>>();

  const report = (kind: NewsKind, error: unknown): void => {
    logger.error({ kind, error }, 'A listener of news failed');
  };

  return {
    on(kind, listener) {
      const set = listeners.get(kind) ?? new Set();
      set.add(listener);
      listeners.set(kind, set);
    },
    off(kind, listener) {
      listeners.get(kind)?.delete(listener);
    },
    tell(kind, news) {
      for (const listener of listeners.get(kind) ?? []) {
        try {
          unawaited((listener as (news: unknown) => unknown)(news), (error) => report(kind, error));
        } catch (error) {
          report(kind, error);
        }
      }
    },
  };
}
