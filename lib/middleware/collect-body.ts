import readStream from 'raw-body';
import { createCollector } from './collector.ts';
import type { CallbackRequest } from './request-state.ts';

/** Why the bytes of a body were not collected. */
export type Uncollected = 'limit' | 'budget' | 'length' | 'decoded' | 'stream';

/** Room for what a body holds; false where there is none. Undefined for a body that is too small to be counted. */
type Take = ((bytes: number) => boolean) | undefined;
type Done = (why: Uncollected | undefined, bytes: Buffer) => void;

/** raw-body joins all chunks in one turn of the event loop, which for 8 MiB takes longer than a stranger may hold it. */
const mostJoined = 1_024 * 1_024;

/** Reads the stream of a request: `done` is called once, with all of its bytes or why there are none. */
export function collectBody(req: CallbackRequest, limit: number, take: Take, done: Done): void {
  if (limit <= mostJoined) joinBody(req, limit, take, done);
  else growBody(req, limit, take, done);
}

function joinBody(req: CallbackRequest, limit: number, take: Take, done: Done): void {
  let isOver = false;
  const finish: Done = (why, bytes) => {
    if (isOver) return;
    isOver = true;
    done(why, bytes);
  };
  if (take) countChunks(req, take, () => finish('budget', nothing));
  readStream(req, { limit, length: req.headers['content-length'] ?? null }, (error, bytes) => {
    if (error) finish(reasons[error.type] ?? 'stream', nothing);
    else finish(undefined, bytes);
  });
}

const reasons: Readonly<Record<string, Uncollected>> = {
  'entity.too.large': 'limit',
  'request.size.invalid': 'length',
  'stream.encoding.set': 'decoded',
};

/** Takes each chunk's room. Where there is none, whoever reads the body gets no more of it, or it would keep on growing. */
function countChunks(req: CallbackRequest, take: NonNullable<Take>, onFull: () => void): void {
  const others = new Set(req.listeners('data'));
  const count = (chunk: Buffer): void => {
    if (take(chunk.length)) return;
    for (const listener of req.listeners('data')) {
      if (!others.has(listener)) req.off('data', listener as (chunk: Buffer) => void);
    }
    onFull();
  };
  req.on('data', count);
}

/** Puts the body together as it comes. */
function growBody(req: CallbackRequest, limit: number, take: Take, done: Done): void {
  const declared = req.headers['content-length'];
  const length = declared === undefined ? undefined : Number(declared);
  const body = createCollector(Math.min(limit, length ?? limit));

  const finish = (why?: Uncollected): void => {
    req.off('data', onData);
    req.off('end', onEnd);
    req.off('error', onError);
    if (why !== undefined) req.pause();
    done(why, why === undefined ? body.bytes() : nothing);
  };
  const onData = (chunk: Buffer): void => {
    if (body.length + chunk.length > limit) finish('limit');
    else if (take?.(chunk.length) === false) finish('budget');
    else body.add(chunk);
  };
  const onEnd = (): void => finish(length === undefined || body.length === length ? undefined : 'length');
  const onError = (): void => finish('stream');

  if (length !== undefined && length > limit) done('limit', nothing);
  else if (typeof req.readableEncoding === 'string') done('decoded', nothing);
  else req.on('data', onData).on('end', onEnd).on('error', onError);
}

const nothing: Buffer = Buffer.alloc(0);
