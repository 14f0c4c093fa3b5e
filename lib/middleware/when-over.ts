import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const waiting = new WeakMap<Socket, Set<() => void>>();

/**
 * Calls `done` once when the exchange is over: the response is out, or its connection is gone. The response's own
 * 'close' does not suffice: one that was queued behind another, by pipelining, never had the socket, and hears nothing
 * when the socket closes.
 */
export function whenOver(req: IncomingMessage, res: ServerResponse, done: () => void): void {
  const ofSocket = exchangesOf(req.socket);
  ofSocket.add(done);
  res.once('close', () => {
    if (ofSocket.delete(done)) done();
  });
}

/** One listener for each socket, however many requests come over it. */
function exchangesOf(socket: Socket): Set<() => void> {
  const known = waiting.get(socket);
  if (known !== undefined) return known;
  const made = new Set<() => void>();
  waiting.set(socket, made);
  socket.once('close', () => {
    const left = [...made];
    made.clear();
    for (const done of left) done();
  });
  return made;
}
