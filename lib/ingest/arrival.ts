import type { Assessment } from '../checks/assess.ts';
import type { UnreadableRow } from '../providers/kit/provider.ts';
import type { CallbackRecord } from '../stores/store.ts';
import type { ReceivedCallback } from './received-callback.ts';

/** One callback on its way into the store. */
export interface Arrival {
  /** The callback without what becomes of it. */
  callback: ReceivedCallback;
  /** One for each transfer and removal, in the order of the callback. */
  assessments: readonly Assessment[];
  /** Rows that could not be read. */
  unreadable?: readonly UnreadableRow[];
  /** What becomes of a callback that reports no transfer; `finished` if it need not be read again. */
  verdict?: { outcome: 'ignored' | 'quarantined'; code: string; finished: boolean };
}

export interface Recorded {
  record: CallbackRecord;
  /** Events that are owed now because of this callback. */
  eventIds: readonly string[];
}
