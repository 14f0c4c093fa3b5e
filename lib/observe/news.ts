import type { DepositCallbackError } from '../errors.ts';
import type { DepositRecord, EventKind } from '../deposits/deposit.ts';
import type { CallbackRecord } from '../stores/store.ts';

/** In-process news: told once, not stored, not retried. Durable events are the deliverer's. */
export interface NewsMap {
  /** What became of a callback, refused ones too: one line of the log of callbacks, without its body. */
  outcome: CallbackRecord;
  rejected: CallbackRecord;
  quarantined: CallbackRecord;
  'dead-letter': { eventId: string; kind: EventKind; deposit: DepositRecord; error: string };
  /** A provider has been silent for `silenceMs`. */
  silence: { provider: string; sinceMs: number };
  /** A deposit has been pending or held for longer than its network's bound. */
  stuck: { deposit: DepositRecord; sinceMs: number };
  alarm: Alarm;
  error: DepositCallbackError;
}

/** Something that a person must look at. `code` is stable. */
export interface Alarm {
  code: string;
  message: string;
  provider?: string;
  deposit?: DepositRecord;
}

export type NewsKind = keyof NewsMap;

export interface News {
  on<K extends NewsKind>(kind: K, listener: (news: NewsMap[K]) => void): void;
  off<K extends NewsKind>(kind: K, listener: (news: NewsMap[K]) => void): void;
  tell<K extends NewsKind>(kind: K, news: NewsMap[K]): void;
}
