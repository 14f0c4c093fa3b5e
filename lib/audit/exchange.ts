import { type ClientRequest, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** One request, good or hostile. */
export interface Sent {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: Buffer;
  /** Sends the body in pieces of so many bytes, one every so many ms. */
  pace?: { bytes: number; everyMs: number };
  /** Sends so many bytes of the body, then drops the connection. */
  abortAfter?: number;
  /** The value of `content-length`, if it differs from the body's length; null: chunks, and no length. */
  declaredLength?: number | null;
}

/** What came of it. */
export type Seen = Answered | { status: undefined; failure: string; tookMs: number; sentBytes: number };

export interface Answered {
  status: number;
  headers: IncomingHttpHeaders;
  /** At most 64 KiB. */
  text: string;
  tookMs: number;
  /** Bytes of the body that were taken from us before the answer was there. */
  sentBytes: number;
}

export interface Route {
  url: URL;
  /** Certificate authorities beside Node's own, PEM. */
  ca?: string;
  /** For how long an answer is waited for. */
  patienceMs: number;
}

const keptText = 64 * 1024;

/** Sends one request on a connection of its own and waits for the answer, the end of the connection, or the end of patience. */
export function exchange({ url, ca, patienceMs }: Route, sent: Sent): Promise<Seen> {
  const startedAt = performance.now();
  const { body = Buffer.alloc(0), declaredLength } = sent;
  const length = declaredLength === undefined ? body.length : declaredLength;
  const secure = url.protocol === 'https:';
  const outgoing = (secure ? httpsRequest : httpRequest)(url, {
    method: sent.method ?? 'POST',
    headers: {
      'user-agent': 'deposit-callback',
      ...sent.headers,
      ...(length === null ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(length) }),
    },
    agent: false,
    ...(ca === undefined ? {} : { ca }),
  });
  let sentBytes = 0;

  return new Promise((resolve) => {
    let settled = false;
    const settle = (
      seen: Pick<Answered, 'status' | 'headers' | 'text'> | { status: undefined; failure: string },
    ): void => {
      if (settled) return;
      settled = true;
      clearTimeout(patience);
      outgoing.destroy();
      resolve({ ...seen, tookMs: Math.round(performance.now() - startedAt), sentBytes });
    };
    const fail = (failure: string): void => settle({ status: undefined, failure });
    const patience = setTimeout(() => fail(`no response within ${patienceMs} ms`), patienceMs);

    outgoing.on('response', (response: IncomingMessage) => {
      let text = '';
      const finish = (): void => settle({ status: response.statusCode ?? 0, headers: response.headers, text });
      response.setEncoding('latin1');
      response.on('data', (chunk: string) => {
        if (text.length < keptText) text += chunk.slice(0, keptText - text.length);
      });
      response.on('end', finish);
      // A connection that is cut after the head still was an answer.
      response.on('close', finish);
      response.on('error', finish);
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
    void write();

    async function write(): Promise<void> {
      const { pace, abortAfter = Number.POSITIVE_INFINITY } = sent;
      const step = pace?.bytes ?? 64 * 1024;
      while (sentBytes < body.length && !settled) {
        const piece = body.subarray(sentBytes, Math.min(sentBytes + step, abortAfter));
        const room = outgoing.write(piece);
        sentBytes += piece.length;
        if (sentBytes >= abortAfter) {
          outgoing.once('close', () => fail('dropped by us'));
          // In its own turn, so that what was written goes out first.
          setTimeout(() => outgoing.destroy(), 50);
          return;
        }
        if (pace) await wait(pace.everyMs);
        else if (!room) await drained(outgoing);
      }
      if (!settled && (length === null || length <= body.length)) outgoing.end();
      else outgoing.flushHeaders();
    }
  });
}

function drained(outgoing: ClientRequest): Promise<void> {
  return new Promise((go) => {
    const done = (): void => {
      for (const event of ['drain', 'close', 'response']) outgoing.off(event, done);
      go();
    };
    for (const event of ['drain', 'close', 'response']) outgoing.on(event, done);
  });
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What was seen, in a few words. */
export function describeSeen(seen: Seen): string {
  if (seen.status === undefined) return seen.failure;
  const code = /"code":"([A-Z_]+)"/.exec(seen.text)?.[1];
  return `${seen.status}${code === undefined ? '' : ` ${code}`}`;
}
