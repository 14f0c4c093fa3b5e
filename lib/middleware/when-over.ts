import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

// Lists, not Sets: what a Set has dropped stays in the tables that it has outgrown until the next full collection.
const waiting = new WeakMap<Socket, (() => void)[]>();

/**
 * Calls `done` once when the exchange is over: the response is out, or its connection is gone. The response's own
 * 'close' does not suffice: one that was queued behind another, by pipelining, never had the socket, and hears nothing
 * when the socket closes.
 */
export function whenOver(req: IncomingMessage, res: ServerResponse, done: () => void): void {
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
