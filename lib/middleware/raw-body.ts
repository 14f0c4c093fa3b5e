import type { IncomingMessage, ServerResponse } from 'node:http';
import { DepositCallbackError, invalidOption } from '../errors.ts';
import type { Logger } from '../observe/logger.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import { createAlarmClock } from './alarm-clock.ts';
import { type BodyBudget, type BodyShare, createBodyBudget, freeBytes } from './body-budget.ts';
import { type CapturedBody, capturedBody } from './captured-body.ts';
import { collectBody, type Uncollected } from './collect-body.ts';
import { createDeadlines, type Deadlines } from './deadlines.ts';
import { findParser } from './find-parser.ts';
import { declaresBody } from './hang-up.ts';
import { type Coding, inflateBody, looksEncoded, readCoding } from './inflate-body.ts';
import { whenOver } from './on-finished.ts';
import { type CallbackRequest, type Link, placed, type RequestState, stateOf } from './request-state.ts';
import { refuse } from './respond.ts';

/** Options of `rawBody`. */
export interface RawBodyOptions {
  /** Largest body, bytes, after inflating. Default 1 MiB. */
  limit?: number | undefined;
  /** Time limit for the body to arrive, ms. Default 5000. */
  receiveMs?: number | undefined;
  /** Bytes that all bodies may hold while they are received and answered; more get a 503. Default 64 MiB. */
  budgetBytes?: number | undefined;
  /** Whether gzip and deflate bodies are inflated; else they are refused. Default false. */
  inflate?: boolean | undefined;
  /** For a link that works alone. Default `Date.now` and the console. */
  now?: (() => number) | undefined;
  logger?: Logger | undefined;
}

/** `encoded`: the bytes are as they came over the wire, whatever they begin with. */
type Done = (error: DepositCallbackError | undefined, bytes: Buffer, encoded?: boolean) => void;

const nothing: Buffer = Buffer.alloc(0);

const optionNames: OptionNames<RawBodyOptions> = {
  limit: true,
  receiveMs: true,
  budgetBytes: true,
  inflate: true,
  now: true,
  logger: true,
};

/**
 * Creates the link that takes the exact bytes of the body: from the stream, or as an earlier step kept them
 * (`req.rawBody`, a Buffer or string in `req.body`, `rescueRawBody`). Refuses with `BODY_TOO_LARGE` 413,
 * `BODY_TIMEOUT` 408, `BODY_ABORTED` 400 and `BODY_ENCODING` 415, and at once with `BODY_ALREADY_PARSED` 503 if a
 * parser read the stream and kept nothing exact.
 */
export function rawBody(options: RawBodyOptions = {}): Link {
  checkOptions('rawBody', options, optionNames, '{ limit: 65_536 }');
  return rawBodyWithin(createBodyBudget(readPositive('budgetBytes', options.budgetBytes ?? 64 * 1024 * 1024)), options);
}

/** `rawBody` with a budget that several of them share. */
export function rawBodyWithin(budget: BodyBudget, options: Omit<RawBodyOptions, 'budgetBytes'>): Link {
  const { inflate = false, now = Date.now, logger } = options;
  const limit = readPositive('limit', options.limit ?? 1024 * 1024);
  const receiveMs = readPositive('receiveMs', options.receiveMs ?? 5_000);
  const deadlines = createDeadlines(receiveMs);
  const alarmDue = createAlarmClock();

  return placed('rawBody', function rawBodyLink(req, res, next) {
    const state = stateOf(req, { now, logger });
    if (state.rawBody !== undefined) {
      next();
      return;
    }

    const fail = (error: DepositCallbackError): void => {
      if (error.code === 'BODY_ALREADY_PARSED' && alarmDue(error.message, state.now())) {
        state.news?.tell('alarm', { code: error.code, message: error.message });
      }
      const isFull = error.code === 'UNAVAILABLE';
      const close = isFull || error.code === 'BODY_TOO_LARGE' || error.code === 'BODY_TIMEOUT';
      // Once says it all: whoever fills the budget would else fill the log.
      refuse(req, res, error, { close, quiet: isFull && !alarmDue(error.message, state.now()) });
    };
    const succeed = (bytes: Buffer): void => {
      state.rawBody = bytes;
      next();
    };

    const coding = readCoding(req.headers['content-encoding']);
    if (coding === undefined || (coding !== 'identity' && !inflate)) {
      fail(
        new DepositCallbackError(
          'BODY_ENCODING',
          `Content-Encoding ${req.headers['content-encoding']} is not supported`,
        ),
      );
      return;
    }
    const share = mayBeLarge(req, coding) ? budget.open() : undefined;
    if (share !== undefined) whenOver(req, res, () => closeShare(share, state));
    takeBytes(req, { coding, limit, deadlines, receiveMs, budget, share }, (error, bytes, encoded = false) => {
      if (error !== undefined) fail(error);
      else if (bytes.length > limit) fail(tooLarge(limit));
      else if (coding === 'identity' || !(encoded || looksEncoded(bytes, coding))) succeed(bytes);
      else {
        inflateBody(bytes, coding, limit, (broken, inflated) => {
          if (broken !== undefined) fail(broken);
          else if (share?.take(inflated.length) === false) fail(overBudget(budget));
          else succeed(inflated);
        });
      }
    });
  });
}

/**
 * Keeps the bytes that a body parser read, for `rawBody`.
 *
 * @example
 * app.use(express.json({ verify: keepRawBody }));
 */
export function keepRawBody(req: IncomingMessage, _res: ServerResponse, bytes: Buffer): void {
  if (typeof req !== 'object' || req === null)
    throw invalidOption('keepRawBody', 'must be given to a parser, not called: express.json({ verify: keepRawBody })');
  (req as CallbackRequest).rawBody = bytes;
}

interface How {
  coding: Coding;
  limit: number;
  deadlines: Deadlines;
  receiveMs: number;
  budget: BodyBudget;
  /** Undefined for a body that is too small to be counted. */
  share: BodyShare | undefined;
}

function takeBytes(req: CallbackRequest, how: How, done: Done): void {
  const kept = exactBytes(req.rawBody, req, how.coding);
  if (kept !== undefined) {
    done(undefined, kept);
    // An adapter for Lambda marks its request as read without reading it; its body is in `req.body`.
  } else if (req.readable && !req.readableDidRead && !req.readableEnded && !req.destroyed) {
    if (declaresBody(req)) readFromStream(req, how, done);
    else done(undefined, nothing);
  } else {
    takeFromReader(req, how, done);
  }
}

/** Somebody else has read the stream, or is reading it: it would not end for us. */
function takeFromReader(req: CallbackRequest, how: How, done: Done): void {
  const captured = capturedBody(req);
  const kept = exactBytes(req.body, req, how.coding);
  const isGone = req.destroyed && !req.readableEnded;
  if (captured !== undefined && !(isGone && !captured.complete)) takeCaptured(req, captured, how, done);
  else if (kept !== undefined) done(undefined, kept);
  else if (isGone) done(aborted(), nothing);
  else if (!declaresBody(req)) done(undefined, nothing);
  else {
    const fix =
      'mount the callbacks before it, or give it { verify: keepRawBody }, or call rescueRawBody({ paths }) at the start';
    done(
      new DepositCallbackError('BODY_ALREADY_PARSED', `${findParser(req)} read the body before rawBody(); ${fix}`),
      nothing,
    );
  }
}

function takeCaptured(req: CallbackRequest, captured: CapturedBody, how: How, done: Done): void {
  const settle = (error?: DepositCallbackError): void => {
    if (error !== undefined) done(error, nothing);
    else if (captured.lost === 'limit') done(tooLarge(how.limit), nothing);
    else if (captured.lost === 'budget') {
      const text = 'rescueRawBody() had no budget left for the body; raise budgetBytes or set sources';
      done(new DepositCallbackError('BODY_ALREADY_PARSED', text), nothing);
    } else done(undefined, captured.take(), true);
  };
  if (captured.complete || captured.lost !== undefined) settle();
  else waitFor(req, how, settle, (arrived) => (captured.onComplete = arrived));
}

function readFromStream(req: CallbackRequest, how: How, done: Done): void {
  const { budget, share } = how;
  if (share?.hasRoomFor(Math.min(how.limit, Number(req.headers['content-length'] ?? 0))) === false) {
    done(overBudget(budget), nothing);
    return;
  }
  let bytes = nothing;
  const take = share && ((more: number): boolean => share.take(more));
  waitFor(
    req,
    how,
    (error) => done(error, bytes, true),
    (arrived) =>
      collectBody(req, how.limit, take, (why, read) => {
        bytes = read;
        arrived(why === undefined ? undefined : explain(why, how));
      }),
  );
}

/** A body that is still being verified is held, whether or not its sender waits for the answer. */
function closeShare({ close }: BodyShare, { verifying }: RequestState): void {
  if (verifying === undefined) close();
  else verifying.then(close, close);
}

/** Of a connection that is gone, nothing more is read, and nobody would give the room back. */
function mayBeLarge(req: CallbackRequest, coding: Coding): boolean {
  const length = req.headers['content-length'];
  const isSmall = coding === 'identity' && length !== undefined && Number(length) <= freeBytes;
  return !isSmall && !req.destroyed && declaresBody(req);
}

/** Settles once: when the body has arrived, its time is over, or the connection is gone. */
function waitFor(
  req: CallbackRequest,
  { deadlines, receiveMs }: How,
  settle: (error?: DepositCallbackError) => void,
  start: (arrived: (error?: DepositCallbackError) => void) => void,
): void {
  let settled = false;
  const finish = (error?: DepositCallbackError): void => {
    if (settled) return;
    settled = true;
    deadline.cancel();
    req.off('close', onClose);
    settle(error);
  };
  const onClose = (): void => finish(aborted());
  const deadline = deadlines.add(() =>
    finish(new DepositCallbackError('BODY_TIMEOUT', `The body did not arrive within ${receiveMs} ms`)),
  );
  req.on('close', onClose);
  start(finish);
}

/** Bytes that an earlier step left; undefined if they cannot be the exact ones. */
function exactBytes(left: unknown, req: CallbackRequest, coding: Coding): Buffer | undefined {
  let bytes: Buffer;
  if (Buffer.isBuffer(left)) bytes = left;
  else if (left instanceof Uint8Array) bytes = Buffer.from(left.buffer, left.byteOffset, left.byteLength);
  else if (typeof left === 'string') bytes = Buffer.from(left);
  else return undefined;
  // Text that was decoded with another charset, or without its byte order mark, has another length.
  const length = req.headers['content-length'];
  return coding !== 'identity' || length === undefined || Number(length) === bytes.length ? bytes : undefined;
}

function explain(why: Uncollected, { limit, budget }: How): DepositCallbackError {
  if (why === 'limit') return tooLarge(limit);
  if (why === 'budget') return overBudget(budget);
  if (why === 'decoded') {
    const text = 'Some middleware called req.setEncoding(), so the exact bytes are gone; mount the callbacks before it';
    return new DepositCallbackError('BODY_ALREADY_PARSED', text);
  }
  return aborted();
}

function tooLarge(limit: number): DepositCallbackError {
  return new DepositCallbackError('BODY_TOO_LARGE', `The body exceeds the limit of ${limit} bytes`);
}

function overBudget({ bytes }: BodyBudget): DepositCallbackError {
  return new DepositCallbackError(
    'UNAVAILABLE',
    `The bodies being received hold the ${bytes} bytes of limits.budgetBytes; if they are honest, raise it`,
  );
}

function aborted(cause?: unknown): DepositCallbackError {
  const text = 'The sender disconnected before the body was complete';
  return new DepositCallbackError('BODY_ABORTED', text, cause === undefined ? {} : { cause });
}

function readPositive(option: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw invalidOption(option, `must be a positive integer; got ${value}`);
}
