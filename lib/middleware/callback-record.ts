import { randomFillSync } from 'node:crypto';
import type { RefusalCode } from '../errors.ts';
import { bodyHashOf, keptHeaders, redactedUrl } from '../ingest/kept-request.ts';
import { type ReceivedCallback, recordOf } from '../ingest/received-callback.ts';
import type { InboundCallback, Provider, Verified } from '../providers/kit/provider.ts';
import type { CallbackRecord } from '../stores/store.ts';
import type { CallbackRequest, RequestState } from './request-state.ts';

/** An authentic callback as it goes to the recorder. */
export function receivedCallback(
  state: RequestState,
  provider: Provider,
  inbound: InboundCallback,
  verified: Verified,
): ReceivedCallback {
  const callback: ReceivedCallback = {
    id: callbackId(state.receivedAt),
    provider: provider.name,
    receivedAt: state.receivedAt,
    startedAt: state.receivedAt,
    remoteAddress: state.remoteAddress ?? '',
    method: inbound.method,
    url: redactedUrl(inbound.url, provider),
    headers: keptHeaders(inbound.headers, provider),
    body: inbound.body,
    bodyHash: bodyHashOf(inbound),
    bodyBytes: inbound.body.length,
  };
  if (verified.deliveryId !== undefined) callback.deliveryId = verified.deliveryId;
  if (verified.signedAt !== undefined) callback.signedAt = verified.signedAt;
  if (verified.keyId !== undefined) callback.keyId = verified.keyId;
  return callback;
}

/** The log's line for an inbound callback that is known and finished. */
export function duplicateRecord(callback: ReceivedCallback, now: number): CallbackRecord {
  return recordOf(callback, { outcome: 'duplicate', transfers: [], finished: true, now });
}

/** The log's line for a test of the URL that came unsigned: without a body, which anybody may have sent. */
export function pingRecord(callback: ReceivedCallback, now: number): CallbackRecord {
  return recordOf(callback, { outcome: 'ignored', code: 'PING', transfers: [], finished: true, now });
}

/** Of a larger body that is refused, nobody needs the hash, and hashing it is work that any stranger could ask for. */
const mostHashed = 65_536;
/** Of the URL, which a stranger may make as long as the server takes. */
const mostOfUrl = 256;

/** The log's line for a refusal: without a body, which anybody may have sent, and without the hash of one over 64 KiB. */
export function refusedRecord(
  req: CallbackRequest,
  state: RequestState,
  provider: Provider,
  code: RefusalCode,
): CallbackRecord {
  const body = state.rawBody;
  const url = req.originalUrl ?? req.url ?? '';
  return {
    id: callbackId(state.receivedAt),
    provider: provider.name,
    receivedAt: state.receivedAt,
    remoteAddress: state.remoteAddress ?? '',
    method: (req.method ?? '').slice(0, 16),
    url: redactedUrl(url.slice(0, mostOfUrl), provider),
    headers: {},
    bodyHash: body !== undefined && body.length <= mostHashed ? bodyHashOf({ body, url }) : '',
    bodyBytes: body?.length ?? 0,
    outcome: 'rejected',
    code,
    transfers: [],
    tookMs: Math.max(0, state.now() - state.receivedAt),
    finished: true,
  };
}

/** Ids rise with time, so that a store appends to its index. */
export function callbackId(now: number): string {
  return `cb_${now.toString(16).padStart(12, '0')}${randomHex()}`;
}

const idBytes = 10;
/** Random bytes for many ids: asking for those of one costs as much. */
const pool = Buffer.alloc(128 * idBytes);
let used = pool.length;

function randomHex(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += idBytes;
  return pool.toString('hex', used - idBytes, used);
}
