import type { CallbackRecord } from '../../lib/stores/store.ts';

/** A line of the log of callbacks: by default of the imToken profile, recorded, without transfers. */
export function callbackRecord(over: Partial<CallbackRecord> = {}): CallbackRecord {
  return {
    id: 'cb_1',
    provider: 'imtoken',
    receivedAt: 0,
    remoteAddress: '127.0.0.1',
    method: 'POST',
    url: '/imtoken',
    headers: {},
    bodyHash: '',
    bodyBytes: 0,
    outcome: 'recorded',
    transfers: [],
    tookMs: 0,
    finished: true,
    ...over,
  };
}
