import type { IncomingMessage } from 'node:http';

/** What `rescueRawBody` keeps of one request while other middleware reads it. */
export interface CapturedBody {
  /** Why nothing is kept any more; undefined while all is well. */
  lost?: 'limit' | 'budget';
  /** Whether the last byte has come. */
  complete: boolean;
  /** Called once, when `complete` becomes true. */
  onComplete?: () => void;
  /** The bytes as they came over the wire; gives their share of the budget back. */
  take(): Buffer;
}

const captured = new WeakMap<IncomingMessage, CapturedBody>();

/** What was captured of the request, if `rescueRawBody` watches its path. */
export function capturedBody(req: IncomingMessage): CapturedBody | undefined {
  return captured.get(req);
}

export interface CaptureBudget {
  readonly limit: number;
  /** Bytes still free, over all requests. */
  free: number;
}

/**
 * Keeps a copy of each chunk that Node pushes into the request, whoever reads it. Returns what ends the capture and
 * gives its bytes back.
 */
export function capture(req: IncomingMessage, budget: CaptureBudget): () => void {
  let chunks: Buffer[] = [];
  let held = 0;

  const release = (): void => {
    budget.free += held;
    held = 0;
    chunks = [];
  };

  const body: CapturedBody = {
    complete: false,
    take() {
      const bytes = Buffer.concat(chunks);
      release();
      return bytes;
    },
  };

  const keep = (chunk: Buffer): void => {
    if (body.lost !== undefined) return;
    if (held + chunk.length > budget.limit) body.lost = 'limit';
    else if (chunk.length > budget.free) body.lost = 'budget';
    if (body.lost !== undefined) {
      release();
      return;
    }
    held += chunk.length;
    budget.free -= chunk.length;
    // A copy: the chunk is a small part of a receive buffer that would stay in memory whole.
    chunks.push(Buffer.from(chunk));
  };

  const push = req.push.bind(req);
  req.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (Buffer.isBuffer(chunk)) keep(chunk);
    else if (chunk === null && !body.complete) {
      body.complete = true;
      body.onComplete?.();
    }
    return push(chunk, encoding);
  };

  captured.set(req, body);
  return release;
}
