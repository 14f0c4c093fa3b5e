import type { Response } from 'express';

/** An error response of the API: RFC 9457 problem details with a stable `code`. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  /** When to ask again, ms from now. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, code: string, detail: string, retryAfterMs?: number) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

export function notFound(what: string): Problem {
  return new Problem(404, 'NOT_FOUND', `No such ${what}`);
}

export function sendProblem(res: Response, { status, code, message, retryAfterMs }: Problem): void {
  if (retryAfterMs !== undefined) res.set('retry-after', String(Math.ceil(retryAfterMs / 1_000)));
  res
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title: code, status, code, detail: message }));
}
