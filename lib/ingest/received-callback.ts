import type { CallbackRecord, TransferOutcome } from '../stores/store.ts';

/** An authentic callback, without what becomes of it. */
export type ReceivedCallback = Omit<CallbackRecord, 'outcome' | 'code' | 'transfers' | 'tookMs' | 'finished'> & {
  startedAt: number;
  /** Default true; one that is quarantined keeps it in any case: it may be money that nobody has read yet. */
  keepsBody?: boolean;
};

/** What became of a callback. */
export interface Conclusion {
  outcome: CallbackRecord['outcome'];
  code?: string | undefined;
  transfers: readonly TransferOutcome[];
  finished: boolean;
  /** Epoch ms. */
  now: number;
}

/** The record of a callback with what became of it, without its body. */
export function recordOf(callback: ReceivedCallback, conclusion: Conclusion): CallbackRecord {
  return lineWith(callback, conclusion, Math.max(0, conclusion.now - callback.startedAt));
}

/** The same record without its body: a line of the log. */
export function lineOf(record: CallbackRecord): CallbackRecord {
  return lineWith(record, record, record.tookMs);
}

// Member by member: on Node 20 an object literal with a spread gets a hidden class of its own each time, which costs ten
// times as much.
function lineWith(
  callback: Omit<ReceivedCallback, 'startedAt'>,
  { outcome, code, transfers, finished }: Omit<Conclusion, 'now'>,
  tookMs: number,
): CallbackRecord {
  const record: CallbackRecord = {
    id: callback.id,
    provider: callback.provider,
    receivedAt: callback.receivedAt,
    remoteAddress: callback.remoteAddress,
    method: callback.method,
    url: callback.url,
    headers: callback.headers,
    bodyHash: callback.bodyHash,
    bodyBytes: callback.bodyBytes,
    outcome,
    transfers,
    tookMs,
    finished,
  };
  if (callback.deliveryId !== undefined) record.deliveryId = callback.deliveryId;
  if (callback.signedAt !== undefined) record.signedAt = callback.signedAt;
  if (callback.keyId !== undefined) record.keyId = callback.keyId;
  if (code !== undefined) record.code = code;
  return record;
}
