import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { Answered, giveUp, keepAnswer } from './once.ts';

/** A route of the API: what it returns is sent as JSON with `status`, what it rejects with goes to the error handler. */
export function answering(status: number, work: (req: Request) => Promise<object | undefined>): RequestHandler {
  return (req: Request, res: Response, next: NextFunction): void => {
    respond(status, work, req, res).catch((error: unknown) => {
      giveUp(req);
      if (error instanceof Answered)
        res.status(error.answer.status).set('idempotent-replayed', 'true').json(error.answer.body);
      else next(error);
    });
  };
}

async function respond(
  status: number,
  work: (req: Request) => Promise<object | undefined>,
  req: Request,
  res: Response,
): Promise<void> {
  const body = await work(req);
  if (body === undefined) {
    res.status(204).end();
    return;
  }
  // It is done: that it cannot be kept is no reason to withhold the answer.
  await keepAnswer(req, { status, body }).catch(() => giveUp(req));
  res.status(status).json(body);
}
