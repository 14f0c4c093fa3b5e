import { backoffMs } from '../../outbox/backoff.ts';
import type { Endpoint } from '../store/endpoints.ts';
import type { Attempt, OwedCallback } from '../store/outbox.ts';
import type { Response } from './post-callback.ts';

/** What a lane asks of the rest. */
export interface LaneParts {
  endpoint(): Promise<Endpoint | undefined>;
  /** Whether no other process sends to it; it is ours until `release`. */
  claim(): Promise<boolean>;
  /** Whether it is ours still, as far as is known here. */
  holds(): boolean;
  release(): Promise<void>;
  due(limit: number): Promise<OwedCallback[]>;
  /** One that is owed, due or not: a test first, and then the one that was tried longest ago. */
  probe(): Promise<OwedCallback[]>;
  /** Makes all that is owed due. */
  hasten(): Promise<void>;
  post(endpoint: Endpoint, callback: OwedCallback): Promise<Response>;
  record(attempts: readonly Attempt[]): Promise<void>;
  disable(reason: string): Promise<void>;
  /** Told why nothing could be sent, if it is not the URL's fault. */
  failed(error: unknown): void;
  concurrency: number;
  now(): number;
  random(): number;
}

/** The way to one URL: whatever it does, no other URL waits for it. */
export interface Lane {
  /** Sends all that is due; resolves when nothing more is, or the URL is disabled or away. Never rejects. */
  run(): Promise<void>;
  /** The same, for whoever does not wait for it. */
  wake(): void;
  /** Ends a pause: the next `run` tries the URL. */
  resume(): void;
  /** Begins no further attempt; resolves when those under way are written down. */
  stop(): Promise<void>;
}

/** What a response comes to. */
interface Judged {
  attempt: Attempt;
  /** Why the URL is sent nothing more. */
  disabledBy?: string;
}

/** How the URL has fared. */
interface Standing {
  /** Failures since anything was accepted. */
  failures: number;
  /** After too many of them it is away: it is tried with one callback at a time, until one is accepted. */
  isAway: boolean;
  /** Tries that failed while it was away. */
  probes: number;
  pausedUntil: number;
  /** When all that is owed was last made due. */
  hastenedAt: number;
}

/** Of a callback: ten seconds, doubled with each attempt, up to four hours, with full jitter. */
const backoff = { firstMs: 10_000, maxMs: 14_400_000 };
/** Of a URL that is away: one second, doubled with each try, up to five minutes. */
const probing = { firstMs: 1_000, maxMs: 300_000 };
const failuresToPause = 5;
const hastenEachMs = 60_000;
/** What others changed of the URL is seen after so long, however long a page takes. */
const lookAgainMs = 1_000;
/** Results that are written down together. */
const pageSize = 256;

export function createLane(endpointId: string, parts: LaneParts): Lane {
  const standing: Standing = { failures: 0, isAway: false, probes: 0, pausedUntil: 0, hastenedAt: 0 };
  let running: Promise<void> | undefined;
  let asked = false;
  let stopped = false;

  const sendAll = async (): Promise<void> => {
    while (!stopped && parts.now() >= standing.pausedUntil) {
      const endpoint = await ready(parts);
      if (endpoint === undefined || !(await parts.claim())) return;
      const wasAway = standing.isAway;
      const page = wasAway ? await parts.probe() : await parts.due(pageSize);
      if (page.length === 0) return;
      await sendPage(endpointId, parts, standing, { first: endpoint, page, isStopped: () => stopped });
      if (wasAway && !standing.isAway) await hasten(parts, standing);
    }
  };

  const sendWhileAsked = async (): Promise<void> => {
    try {
      while (asked && !stopped) {
        asked = false;
        await sendAll();
        // Who has seen it fail goes on with it: the others do not know when it is to be tried.
        if (standing.failures === 0) await parts.release();
      }
    } catch (error) {
      parts.failed(error);
    } finally {
      running = undefined;
    }
  };

  const wake = (): void => {
    asked = true;
    running ??= sendWhileAsked();
  };

  return {
    async run() {
      wake();
      await running;
    },
    wake,
    resume() {
      standing.probes = 0;
      standing.pausedUntil = 0;
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}

interface Page {
  first: Endpoint;
  page: readonly OwedCallback[];
  isStopped(): boolean;
}

async function sendPage(
  endpointId: string,
  parts: LaneParts,
  standing: Standing,
  { first, page, isStopped }: Page,
): Promise<void> {
  const attempts: Attempt[] = [];
  const queue = page[Symbol.iterator]();
  const isProbe = standing.isAway;
  let endpoint: Endpoint | undefined = first;
  let lookedAt = performance.now();
  let disabledBy: string | undefined;
  const work = async (): Promise<void> => {
    for (const callback of queue) {
      if (performance.now() > lookedAt + lookAgainMs) {
        lookedAt = performance.now();
        endpoint = await ready(parts);
      }
      if (endpoint === undefined || !parts.holds()) return;
      const response = await parts.post(endpoint, callback);
      note(parts, standing, response, isProbe);
      const judged = judge(endpointId, parts, endpoint ?? first, callback, response);
      attempts.push(judged.attempt);
      disabledBy ??= judged.disabledBy;
      if (isStopped() || disabledBy !== undefined || standing.isAway) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(parts.concurrency, page.length) }, work));
  await parts.record(attempts);
  if (disabledBy !== undefined) await parts.disable(disabledBy);
}

/** The URL, if it is to be sent anything. */
async function ready(parts: LaneParts): Promise<Endpoint | undefined> {
  const endpoint = await parts.endpoint();
  const isReady = endpoint?.enabled === true && endpoint.pausedAt === undefined && endpoint.url !== undefined;
  return isReady ? endpoint : undefined;
}

/** What failed while the URL was away need not wait any longer. Not each time: some may fail whatever the URL does. */
async function hasten(parts: LaneParts, standing: Standing): Promise<void> {
  if (parts.now() < standing.hastenedAt + hastenEachMs) return;
  standing.hastenedAt = parts.now();
  await parts.hasten();
}

/** Failures at the same time are one: what counts while a URL is away is the time, not how many callbacks were under way. */
function note({ now, random }: LaneParts, standing: Standing, response: Response, isProbe: boolean): void {
  if (response.result === 'accepted') {
    Object.assign(standing, { failures: 0, isAway: false, probes: 0, pausedUntil: 0 } satisfies Partial<Standing>);
    return;
  }
  standing.failures += 1;
  const isNew = !standing.isAway && standing.failures >= failuresToPause;
  if (!isNew && !isProbe) return;
  standing.isAway = true;
  standing.probes += 1;
  standing.pausedUntil = now() + Math.max(response.retryAfterMs ?? 0, backoffMs(standing.probes, probing, random));
}

function judge(
  endpointId: string,
  parts: LaneParts,
  endpoint: Endpoint,
  callback: OwedCallback,
  response: Response,
): Judged {
  const { id, createdAt, retryUntil } = callback;
  const { at, durationMs, httpStatus } = response;
  const made = { id, endpointId, at, durationMs, httpStatus };
  if (response.result === 'accepted') return { attempt: { ...made, result: 'accepted' } };
  const { error } = response;
  const dueAt = nextAttempt(parts, callback, response.retryAfterMs);
  const again: Attempt = { ...made, result: 'failed', error, dueAt };
  if (response.result === 'gone') return { attempt: again, disabledBy: 'The receiver answered 410 Gone' };
  if (parts.now() < retryUntil) return { attempt: again };
  // The last attempt. A URL that has accepted others since this one was made is well: then it is this one that is ill.
  if ((endpoint.acceptedAt ?? 0) >= createdAt) return { attempt: { ...made, result: 'dead', error } };
  return { attempt: again, disabledBy: `Nothing was accepted until the last attempt: ${error}` };
}

// The last attempt is made when the time is up, not skipped.
function nextAttempt({ now, random }: LaneParts, { attempts, retryUntil }: OwedCallback, retryAfterMs = 0): number {
  const wait = Math.max(retryAfterMs, backoffMs(attempts + 1, backoff, random));
  return Math.min(now() + wait, Math.max(retryUntil, now() + 1));
}
