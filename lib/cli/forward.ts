import type { IncomingMessage, ServerResponse } from 'node:http';
import { describeSeen, exchange } from '../audit/exchange.ts';
import type { Output } from './output.ts';

/** Sends what a receiver gets on to another, as it came. */
export interface Forwarder {
  /** Takes note of a request whose path below the receiver's mount point is `path`. */
  watch(req: IncomingMessage, res: ServerResponse, path: string): void;
  /** Resolves when what was begun is over. */
  idle(): Promise<void>;
}

const patienceMs = 30_000;

// Of the connection to us, not of the callback (RFC 9110, section 7.6.1).
const ownHeaders = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** Forwards to the same path below `base`, and prints what is answered there. */
export function createForwarder(base: URL, output: Output): Forwarder {
  const running = new Set<Promise<void>>();

  async function forward(req: IncomingMessage, path: string, body: Buffer): Promise<void> {
    const url = new URL(`${base.href.replace(/\/$/, '')}${path}`);
    const headers = Object.entries(req.headersDistinct).flatMap(([name, values]) =>
      ownHeaders.has(name) || values === undefined ? [] : [[name, values.join(', ')] as const],
    );
    const sent = { method: req.method ?? 'POST', headers: Object.fromEntries(headers), body };
    const seen = await exchange({ url, patienceMs }, sent);
    const isTaken = seen.status !== undefined && seen.status < 300;
    output.line(
      `  ${output.say('forwarded')}  `,
      { text: describeSeen(seen), colour: isTaken ? 'green' : 'red' },
      `  ${seen.tookMs} ms  ${url}`,
    );
  }

  return {
    watch(req, res, path) {
      const pieces: Buffer[] = [];
      const emit = req.emit.bind(req);
      // Who reads the body is not to notice: a listener of our own would start the stream.
      req.emit = (event: string, ...args: unknown[]) => {
        if (event === 'data' && args[0] instanceof Uint8Array) pieces.push(Buffer.from(args[0]));
        return emit(event, ...args);
      };
      res.once('finish', () => {
        // A body that was refused before it was read is not there.
        if (!req.complete) return;
        const done = forward(req, path, Buffer.concat(pieces)).finally(() => running.delete(done));
        running.add(done);
      });
    },
    async idle() {
      await Promise.all(running);
    },
  };
}
