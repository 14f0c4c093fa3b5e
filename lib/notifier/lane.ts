import { backoffMs } from '../outbox/backoff.ts';
import type { Endpoint } from './endpoints.ts';
import type { Attempt, OwedCallback } from './outbox.ts';
import type { Response } from './post-callback.ts';

/** What a lane asks of the rest. */
export interface LaneParts {
  endpoint(): Promise<Endpoint | undefined>;
  due(limit: number): Promise<OwedCallback[]>;
  post(endpoint: Endpoint, callback: OwedCallback): Promise<Response>;
  record(attempts: readonly Attempt[]): Promise<void>;
  disable(reason: string): Promise<void>;
  concurrency: number;
  now(): number;
  random(): number;
}

/** The way to one URL: whatever it does, no other URL waits for it. */
export interface Lane {
  /** Sends all that is due; resolves when nothing more is, or the URL is disabled, paused or failing. */
  run(): Promise<void>;
  /** Begins no further attempt; resolves when those under way are written down. */
  stop(): Promise<void>;
}

/** What a response comes to. */
interface Judged {
  attempt: Attempt;
  /** Why the URL is sent nothing more. */
  disabledBy?: string;
}

/** Ten seconds, doubled with each attempt, up to four hours, with full jitter. */
const backoff = { firstMs: 10_000, maxMs: 14_400_000 };
/** After so many failures in a row the URL itself is taken to be away, and is tried with one callback at a time. */
const failuresToPause = 5;
/** Results that are written down together. */
const pageSize = 256;

export function createLane(keyId: string, parts: LaneParts): Lane {
  const { now, random } = parts;
  let running: Promise<void> | undefined;
  let stopped = false;
  let failures = 0;
  let pausedUntil = 0;

  const sendAll = async (): Promise<void> => {
    while (!stopped && now() >= pausedUntil) {
      const endpoint = await parts.endpoint();
      if (!endpoint?.enabled || endpoint.url === undefined) return;
      const page = await parts.due(failures >= failuresToPause ? 1 : pageSize);
      if (page.length === 0) return;
      await sendPage(endpoint, page);
    }
  };

  const sendPage = async (endpoint: Endpoint, page: readonly OwedCallback[]): Promise<void> => {
    const attempts: Attempt[] = [];
    const queue = page[Symbol.iterator]();
    let disabledBy: string | undefined;
    const work = async (): Promise<void> => {
      for (const callback of queue) {
        const response = await parts.post(endpoint, callback);
        const attempt = judge(endpoint, callback, response);
        attempts.push(attempt.attempt);
        disabledBy ??= attempt.disabledBy;
        if (stopped || disabledBy !== undefined || now() < pausedUntil) return;
      }
    };
    await Promise.all(Array.from({ length: Math.min(parts.concurrency, page.length) }, work));
    await parts.record(attempts);
    if (disabledBy !== undefined) await parts.disable(disabledBy);
  };

  const judge = (endpoint: Endpoint, callback: OwedCallback, response: Response): Judged => {
    const { id, createdAt, retryUntil } = callback;
    if (response.result === 'accepted') {
      failures = 0;
      pausedUntil = 0;
      return { attempt: { id, keyId, result: 'accepted' } };
    }
    const { error } = response;
    failures += 1;
    if (failures >= failuresToPause) pausedUntil = now() + backoffMs(failures - failuresToPause + 1, backoff, random);
    const again: Attempt = {
      id,
      keyId,
      result: 'failed',
      error,
      dueAt: nextAttempt(parts, callback, response.retryAfterMs),
    };
    if (response.result === 'gone') return { attempt: again, disabledBy: 'The receiver answered 410 Gone' };
    if (now() < retryUntil) return { attempt: again };
    // The last attempt. A URL that has accepted others since this one was made is well: then it is this one that is ill.
    if ((endpoint.acceptedAt ?? 0) >= createdAt) return { attempt: { id, keyId, result: 'dead', error } };
    return { attempt: again, disabledBy: `Nothing was accepted until the last attempt: ${error}` };
  };

  return {
    run() {
      running ??= sendAll().finally(() => {
        running = undefined;
      });
      return running;
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}

// The last attempt is made when the time is up, not skipped.
function nextAttempt({ now, random }: LaneParts, { attempts, retryUntil }: OwedCallback, retryAfterMs = 0): number {
  const wait = Math.max(retryAfterMs, backoffMs(attempts + 1, backoff, random));
  return Math.min(now() + wait, Math.max(retryUntil, now() + 1));
}
