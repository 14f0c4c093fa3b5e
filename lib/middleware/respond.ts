import { type OutgoingHttpHeaders, type ServerResponse, validateHeaderName, validateHeaderValue } from 'node:http';
import { type DepositCallbackError, isRefusalCode, type RefusalCode, refusalStatus } from '../errors.ts';
import type { Answer } from '../providers/kit/provider.ts';
import { endAfterDrain, hasUnreadBody } from './hang-up.ts';
import { type CallbackRequest, type RequestState, stateOf } from './request-state.ts';

/** Seconds that a sender is asked to wait after a 503; providers that heed it come back soon, the others lose nothing. */
const retryAfterSeconds = 5;

const titles: Readonly<Record<RefusalCode, string>> = {
  HTTPS_REQUIRED: 'HTTPS is required',
  SOURCE_NOT_ALLOWED: "The sender's address is not allowed",
  SOURCE_UNKNOWN: "The sender's address could not be determined",
  BODY_TOO_LARGE: 'The body is too large',
  BODY_TIMEOUT: 'The body did not arrive in time',
  BODY_ABORTED: 'The body is incomplete',
  BODY_ENCODING: 'The content encoding is not supported',
  BODY_FORM: 'The content type is not supported',
  BODY_ALREADY_PARSED: 'The receiver is misconfigured',
  API_KEY_INVALID: 'The API key is missing or invalid',
  SIGNATURE_MISSING: 'The signature is missing',
  SIGNATURE_INVALID: 'The signature does not match',
  TIMESTAMP_TOO_OLD: 'The signed timestamp is too old',
  TIMESTAMP_TOO_NEW: 'The signed timestamp is in the future',
  KEPT_UNVERIFIED: 'The signature does not match; the callback is kept and will be checked again',
  KEYS_UNAVAILABLE: 'The signature cannot be verified right now',
  METHOD_NOT_ALLOWED: 'The method is not allowed',
  UNAVAILABLE: 'The callback cannot be stored right now',
};

/** An answer made ready once: head and body as they go out. */
interface Prepared {
  status: number;
  headers: OutgoingHttpHeaders;
  /** The same, for a connection that must not be used again. */
  closing: OutgoingHttpHeaders;
  /**
   * A text: if a response is queued behind another, Node puts the head of a Buffer before what is there already, and
   * that may be its own `100 Continue`.
   */
  body: string;
}

const refusals = prepareRefusals();
const answers = new WeakMap<Answer, Prepared>();

/** `close`: end the connection after the answer. `allow`: the methods that a 405 names. `quiet`: it was logged before. */
export interface RefuseOptions {
  close?: boolean;
  allow?: readonly string[];
  quiet?: boolean;
}

/**
 * Refuses a callback: the sender gets a status and a code (RFC 9457), the reason goes to the log. An error that is not
 * the sender's to know, an operator's code for example, is reported as `UNAVAILABLE`. The second refusal of a request,
 * and one after its answer, do nothing; nor does writing to a response that is sent or a socket that is gone.
 */
export function refuse(
  req: CallbackRequest,
  res: ServerResponse,
  error: DepositCallbackError,
  options: RefuseOptions = {},
): void {
  const state = stateOf(req);
  if (state.answered) return;
  state.answered = true;
  const code = isRefusalCode(error.code) ? error.code : 'UNAVAILABLE';
  if (options.quiet !== true) logRefusal(req, state, error, code);
  const prepared = refusals[code];
  write(req, res, options.allow === undefined ? prepared : withAllow(prepared, options.allow), options.close === true);
  state.onRefused?.(code, req, state);
}

/**
 * Answers a callback that was taken, as its provider wants it. An `Answer` that a provider returns again and again is
 * made ready once. Does nothing if the request is answered already. Throws, with nothing sent, for one that HTTP cannot
 * send.
 */
export function answer(req: CallbackRequest, res: ServerResponse, value: Answer): void {
  const state = stateOf(req);
  if (state.answered) return;
  let prepared = answers.get(value);
  if (prepared === undefined) {
    prepared = prepare(value.status, value.headers ?? {}, value.body ?? '');
    answers.set(value, prepared);
  }
  state.answered = true;
  write(req, res, prepared, false);
}

/** For a path that is no provider's, if there is no next handler: a bare `node:http` server. */
export function answerNotFound(res: ServerResponse): void {
  res.writeHead(404, { 'content-length': 0 });
  res.end();
}

function write(req: CallbackRequest, res: ServerResponse, prepared: Prepared, close: boolean): void {
  if (res.headersSent || res.writableEnded || res.destroyed || req.socket.destroyed) return;
  // Node would read an unread body to its end, however long, to keep the connection: so it is given up.
  const unread = hasUnreadBody(req);
  res.writeHead(prepared.status, close || unread ? prepared.closing : prepared.headers);
  if (unread && prepared.body.length > 0) {
    res.write(prepared.body);
    endAfterDrain(req, res);
  } else {
    res.end(prepared.body);
  }
}

function logRefusal(req: CallbackRequest, state: RequestState, error: DepositCallbackError, code: RefusalCode): void {
  const fields: Record<string, unknown> = { code: error.code, status: refusalStatus[code], method: req.method };
  // The query may hold a secret, so only the path is logged.
  fields.path = (req.originalUrl ?? req.url ?? '').split('?', 1)[0]?.slice(0, 256);
  if (state.remoteAddress !== undefined) fields.remoteAddress = state.remoteAddress;
  if (state.provider !== undefined) fields.provider = state.provider.name;
  if (error.cause !== undefined) fields.cause = error.cause;
  const level = refusalStatus[code] >= 500 ? 'error' : 'warn';
  const message = `Refused a callback: ${error.message}`;
  if (state.notice === undefined || state.provider === undefined) state.logger[level](fields, message);
  else {
    const { name } = state.provider;
    const command = `npx deposit-callback log --provider ${name} --outcome rejected`;
    state.notice({ cause: `refused ${error.code} ${name}`, level, message, fields, command });
  }
}

function prepareRefusals(): Readonly<Record<RefusalCode, Prepared>> {
  const made: Partial<Record<RefusalCode, Prepared>> = {};
  for (const [code, title] of Object.entries(titles) as [RefusalCode, string][]) {
    const status = refusalStatus[code];
    const headers: Record<string, string> = { 'content-type': 'application/problem+json' };
    if (status === 503) headers['retry-after'] = String(retryAfterSeconds);
    // RFC 9110, section 15.5.2: a 401 names a challenge.
    if (status === 401) headers['www-authenticate'] = code === 'API_KEY_INVALID' ? 'ApiKey' : 'Signature';
    made[code] = prepare(
      status,
      headers,
      JSON.stringify({ type: `urn:deposit-callback:${code}`, title, status, code }),
    );
  }
  return made as Record<RefusalCode, Prepared>;
}

function prepare(status: number, given: Readonly<Record<string, string>>, text: string): Prepared {
  if (!Number.isInteger(status) || status < 200 || status > 599)
    throw new RangeError(`${status} is not a valid answer status`);
  const bodiless = status === 204 || status === 304;
  const body = bodiless ? '' : text;
  const headers: OutgoingHttpHeaders = { 'cache-control': 'no-store' };
  if (body.length > 0) headers['content-type'] = 'text/plain; charset=utf-8';
  for (const [name, value] of Object.entries(given)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    headers[name.toLowerCase()] = value;
  }
  if (!bodiless) headers['content-length'] = Buffer.byteLength(body);
  return { status, headers, closing: { ...headers, connection: 'close' }, body };
}

/** RFC 9110, section 15.5.6: a 405 names the methods that are used. */
function withAllow(prepared: Prepared, methods: readonly string[]): Prepared {
  const allow = methods.join(', ');
  return {
    ...prepared,
    headers: { ...prepared.headers, allow },
    closing: { ...prepared.closing, allow },
  };
}
