import { isDepositCallbackError } from '../../errors.ts';
import type { SafeFetcher } from '../../outbound/safe-fetch.ts';
import { standardWebhooksSignature } from '../../signatures/standard-webhooks.ts';
import type { NotifierSettings } from '../options.ts';
import type { Endpoint } from '../store/endpoints.ts';

/** What a receiver made of one attempt; `gone` is its 410: it wants no more. */
export type Response = PostedAt & Result;

type Result = { result: 'accepted' } | { result: 'failed' | 'gone'; error: string; retryAfterMs?: number };

interface PostedAt {
  at: number;
  durationMs: number;
  /** `null`: there was no answer. */
  httpStatus: number | null;
}

const longestRetryAfterMs = 3_600_000;

/** Signs a body by Standard Webhooks, with each secret in force, and posts it. Never rejects. */
export async function postCallback(
  fetcher: SafeFetcher,
  { url = '', secrets, apiKey }: Endpoint,
  { id, body }: { id: string; body: string },
  { allowPrivate, timeoutMs, ca, now }: NotifierSettings,
): Promise<Response> {
  const bytes = Buffer.from(body);
  const at = now();
  const timestamp = Math.floor(at / 1_000).toString();
  const posted = (httpStatus: number | null): PostedAt => ({ at, durationMs: Math.max(0, now() - at), httpStatus });
  try {
    const { status, headers } = await fetcher.fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'deposit-callback-notifier',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': secrets.map((secret) => standardWebhooksSignature(secret, id, timestamp, bytes)).join(' '),
        ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
      },
      body: bytes,
      timeoutMs,
      allowPrivate,
      maxBytes: 65_536,
      ...(ca === undefined ? {} : { ca }),
    });
    if (status >= 200 && status < 300) return { ...posted(status), result: 'accepted' };
    const retryAfterMs = readRetryAfter(headers['retry-after']);
    return {
      ...posted(status),
      result: status === 410 ? 'gone' : 'failed',
      error: `The receiver answered ${status}`,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  } catch (error) {
    return {
      ...posted(null),
      result: 'failed',
      error: isDepositCallbackError(error) ? error.message : 'The callback could not be sent',
    };
  }
}

// RFC 9110 allows a date too; receivers that ask for a pause write seconds.
function readRetryAfter(value: string | undefined): number | undefined {
  if (value === undefined || !/^\d{1,9}$/.test(value)) return undefined;
  return Math.min(Number(value) * 1_000, longestRetryAfterMs);
}
