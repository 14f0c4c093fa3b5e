import type { NextFunction, Request, RequestHandler, Response } from 'express';

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

/** A route of the API: what it returns is sent as JSON with `status`, what it rejects with goes to the error handler. */
export function answering(status: number, work: (req: Request) => Promise<object | undefined>): RequestHandler {
  return (req: Request, res: Response, next: NextFunction): void => {
    work(req).then((body) => {
      if (body === undefined) res.status(204).end();
      else res.status(status).json(body);
    }, next);
  };
}
