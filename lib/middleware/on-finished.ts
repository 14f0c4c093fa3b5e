import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

// Lists, not Sets: what a Set has dropped stays in the tables that it has outgrown until the next full collection.
const waiting = new WeakMap<Socket, (() => void)[]>();

/**
 * Calls `done` once when the exchange is over: the response is out, or its connection is gone. The response's own
 * 'close' does not suffice: one that was queued behind another, by pipelining, never had the socket, and hears nothing
 * when the socket closes. Without a connection there is only the response to go by.
 */
export function whenOver(req: IncomingMessage, res: ServerResponse, done: () => void): void {
  if (!isEmitter(req.socket)) {
    onceOf(res, ['finish', 'close'], done);
    return;
  }
  const ofSocket = exchangesOf(req.socket);
  ofSocket.push(done);
  res.once('close', () => {
    const index = ofSocket.indexOf(done);
    if (index < 0) return;
    ofSocket.splice(index, 1);
    done();
  });
}

/** One listener for each socket, however many requests come over it. */
function exchangesOf(socket: Socket): (() => void)[] {
  const known = waiting.get(socket);
  if (known !== undefined) return known;
  const made: (() => void)[] = [];
  waiting.set(socket, made);
  socket.once('close', () => {
    for (const done of made.splice(0)) done();
  });
  return made;
}

/** Adapters for Lambda and its like make requests without a connection: what stands for the socket may be a bare object. */
function isEmitter(socket: Partial<Socket> | null | undefined): socket is Socket {
  return typeof socket?.once === 'function' && typeof socket.emit === 'function';
}

/** Calls `done` at the first of the events. */
function onceOf(res: ServerResponse, events: readonly string[], done: () => void): void {
  const first = (): void => {
    for (const event of events) res.off(event, first);
    done();
  };
  for (const event of events) res.once(event, first);
}
