import type { Request } from 'express';
import type { Idempotency, KeptAnswer, Once } from '../store/idempotency.ts';
import { mostAnswers } from '../store/idempotency.ts';
import { invalid } from './inputs.ts';
import { Problem } from './problem.ts';

/** What is thrown in place of work that was done already. */
export class Answered extends Error {
  readonly answer: KeptAnswer;

  constructor(answer: KeptAnswer) {
    super('The request was answered before');
    this.name = 'Answered';
    this.answer = answer;
  }
}

const begun = new WeakMap<Request, Once & { state: 'new' }>();

/** A POST with `idempotency-key` begins, once; throws `Answered` if it was answered before. */
export async function beginOnce(
  req: Request,
  idempotency: Idempotency,
  owner: string,
  credential: string,
): Promise<void> {
  const given = req.get('idempotency-key');
  if (req.method !== 'POST' || given === undefined) return;
  const idempotencyKey = readKey(given);
  const asked = JSON.stringify([req.method, req.originalUrl, req.body ?? null]);
  const once = await idempotency.begin({ owner, credential, idempotencyKey, asked });
  if (once.state === 'new') begun.set(req, once);
  else if (once.state === 'answered') throw new Answered(once.answer);
  else throw refusals[once.state]();
}

/** Keeps the answer of a request that has begun so. */
export async function keepAnswer(req: Request, answer: KeptAnswer): Promise<void> {
  await begun.get(req)?.keep(answer);
}

/** What failed may be asked again. */
export function giveUp(req: Request): void {
  begun.get(req)?.giveUp();
}

const refusals = {
  busy: () =>
    new Problem(409, 'IDEMPOTENCY_KEY_IN_USE', 'A request with this idempotency-key is being answered; ask again'),
  other: () =>
    new Problem(422, 'IDEMPOTENCY_KEY_REUSED', 'This idempotency-key was sent with another request; make a new one'),
  full: () =>
    new Problem(429, 'TOO_MANY_REQUESTS', `A key may send ${mostAnswers} requests with an idempotency-key in a day`),
};

/** A string of RFC 8941, as the draft of the header wants it, or the same without quotes, as it is mostly sent. */
function readKey(given: string): string {
  const found = /^(?:"([ !#-[\]-~]{1,255})"|([!#-~][!-~]{0,254}))$/.exec(given);
  const key = found?.[1] ?? found?.[2];
  if (key !== undefined) return key;
  throw invalid('idempotency-key must be 1 to 255 printable ASCII characters, in quotes or without blanks');
}
