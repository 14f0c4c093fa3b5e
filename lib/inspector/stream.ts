import type { ServerResponse } from 'node:http';
import type { CallbackRecord } from '../stores/store.ts';
import { type CallbackFilter, fits, liveRows } from './parts/callback-list.ts';
import { createStatusStream } from './status-stream.ts';
import type { Inspected, InspectorRequest, View } from './view.ts';

const mostStreams = 50;
/** Rows sent at once; a browser that gets more of them shows none in time. */
const mostRows = 50;
const flushMs = 200;
const beatMs = 15_000;
// Text that may wait for a slow reader before it gets nothing more.
const mostWaiting = 512 * 1_024;

export interface Streams {
  /** Sends each matching callback from now on, and first those since `after`; false if too many are open. */
  open(req: InspectorRequest, res: ServerResponse, stream: StreamOptions): boolean;
  close(): void;
}

export interface StreamOptions {
  /** The page that shows them; its `clock` says how old they are. */
  view: View & { clock: () => number };
  /** Undefined: no callbacks, only how things stand. */
  filter: CallbackFilter | undefined;
  /** The id of the newest callback that the reader has. */
  after: string | undefined;
  /** Asked again and again, as long as the stream is open. */
  isAllowed: () => Promise<boolean>;
}

/** Server-sent events of callbacks, and of how things stand. Nothing is listened to while nobody looks. */
export function createStreams(callbacks: Inspected): Streams {
  const streams = new Set<{ take(record: CallbackRecord): void; end(): void }>();
  const standing = createStatusStream(callbacks);
  const tell = (record: CallbackRecord): void => {
    for (const stream of streams) stream.take(record);
  };

  return {
    open(req, res, { view, filter, after, isAllowed }) {
      if (streams.size >= mostStreams) return false;
      const rows: CallbackRecord[] = [];
      let dropped = 0;
      let sending = Promise.resolve();
      let flushing: NodeJS.Timeout | undefined;

      const flush = (): void => {
        flushing = undefined;
        const newest = rows.at(-1);
        if (newest === undefined || res.writableLength > mostWaiting) return;
        const taken = rows.splice(0);
        const told = { dropped };
        dropped = 0;
        // One after another: a look-up that is slow must not let later rows overtake.
        sending = sending.then(async () => {
          const data = JSON.stringify({ rows: await liveRows({ ...view, now: view.clock() }, taken), ...told });
          if (!res.writableEnded)
            res.write(`id: ${newest.id.replace(/[^\w-]/g, '')}\nevent: callbacks\ndata: ${data}\n\n`);
        });
      };
      const stream = {
        take(record: CallbackRecord): void {
          if (filter === undefined || !fits(record, filter)) return;
          rows.push(record);
          if (rows.length > mostRows) {
            rows.shift();
            dropped += 1;
          }
          flushing ??= setTimeout(flush, flushMs).unref();
        },
        end(): void {
          res.end();
        },
      };
      const beat = setInterval(() => {
        isAllowed().then(
          (allowed) => (allowed ? res.write(': still here\n\n') : res.end()),
          () => res.end(),
        );
      }, beatMs).unref();

      if (streams.size === 0) callbacks.on('outcome', tell);
      streams.add(stream);
      res.once('close', () => {
        clearInterval(beat);
        clearTimeout(flushing);
        streams.delete(stream);
        if (streams.size === 0) callbacks.off('outcome', tell);
      });
      begin(res);
      req.socket.setKeepAlive(true);
      res.once(
        'close',
        standing.add(res, () => ({ ...view, now: view.clock() })),
      );
      if (after !== undefined && filter !== undefined) void catchUp(callbacks, filter, after, stream.take);
      return true;
    },
    close() {
      for (const stream of streams) stream.end();
    },
  };
}

function begin(res: ServerResponse): void {
  res.statusCode = 200;
  res.setHeader('content-type', 'text/event-stream; charset=utf-8');
  // Neither a compressor nor a proxy may hold back what is sent.
  res.setHeader('cache-control', 'no-store, no-transform');
  res.setHeader('x-accel-buffering', 'no');
  res.write('retry: 2000\n\n');
}

/** Takes what came after the newest callback that the reader has. */
async function catchUp(
  { store }: Inspected,
  filter: CallbackFilter,
  last: string,
  take: (record: CallbackRecord) => void,
): Promise<void> {
  try {
    const known = await store.callback(last);
    if (known === undefined) return;
    // Several may be of one millisecond; those that the reader has already, it drops.
    const since = Math.max(known.receivedAt, filter.since ?? 0);
    const missed = await store.callbacks({ ...filter, since, limit: mostRows });
    for (const record of missed.toReversed()) if (record.id !== last) take(record);
  } catch {
    // The list is stale until the page is loaded again; what arrives is sent all the same.
  }
}
