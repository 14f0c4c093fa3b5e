import { createCollector } from './collector.ts';
import type { CallbackRequest } from './request-state.ts';

/** Why the bytes of a body were not collected. */
export type Uncollected = 'limit' | 'budget' | 'length' | 'decoded' | 'stream';

/** Room for what a body holds; false where there is none. */
type Take = (bytes: number) => boolean;

/**
 * Reads the stream of a request: `done` is called once, with all of its bytes or why there are none.
 */
export function collectBody(
  req: CallbackRequest,
  limit: number,
  take: Take,
  done: (why: Uncollected | undefined, bytes: Buffer) => void,
): void {
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
    else if (!take(chunk.length)) finish('budget');
    else body.add(chunk);
  };
  const onEnd = (): void => finish(length === undefined || body.length === length ? undefined : 'length');
  const onError = (): void => finish('stream');

  if (length !== undefined && length > limit) done('limit', nothing);
  else if (typeof req.readableEncoding === 'string') done('decoded', nothing);
  else req.on('data', onData).on('end', onEnd).on('error', onError);
}

const nothing: Buffer = Buffer.alloc(0);
