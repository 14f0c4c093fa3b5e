import type { CallbackRequest } from './request-state.ts';

/** Why the bytes of a body were not collected. */
export type Uncollected = 'limit' | 'budget' | 'length' | 'decoded' | 'stream';

/** Room for what a body holds; false where there is none. */
type Take = (bytes: number) => boolean;

/** Below it, the chunks are joined at the end. */
const smallBytes = 512 * 1_024;
const growth = 4;

/**
 * Reads the stream of a request: `done` is called once, with all of its bytes or why there are none. A large body is put together
 * as it comes, so that no turn of the event loop copies more than a quarter of it.
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

interface Collector {
  readonly length: number;
  add(chunk: Buffer): void;
  bytes(): Buffer;
}

function createCollector(most: number): Collector {
  let chunks: Buffer[] = [];
  let whole = nothing;
  let length = 0;

  return {
    get length() {
      return length;
    },
    add(chunk) {
      const start = length;
      length += chunk.length;
      if (length <= smallBytes) {
        chunks.push(chunk);
        return;
      }
      if (length > whole.length) {
        const larger = Buffer.allocUnsafeSlow(Math.min(most, growth * length));
        if (whole.length > 0) whole.copy(larger, 0, 0, start);
        else Buffer.concat(chunks, start).copy(larger);
        chunks = [];
        whole = larger;
      }
      chunk.copy(whole, start);
    },
    bytes: () => (whole.length > 0 ? whole.subarray(0, length) : Buffer.concat(chunks, length)),
  };
}
