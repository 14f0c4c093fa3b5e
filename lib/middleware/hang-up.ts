import type { IncomingMessage, ServerResponse } from 'node:http';

/** How much of an unwanted body is read after the refusal, so that the sender gets to read the answer. */
export const drainBytes: number = 1024 * 1024;
/** How long, ms. */
export const drainMs = 1000;

/** Whether bytes of the request's body may still be on their way. */
export function hasUnreadBody(req: IncomingMessage): boolean {
  return !req.complete && declaresBody(req);
}

/** Whether the head of the request announces a body (RFC 9112, section 6). */
export function declaresBody(req: IncomingMessage): boolean {
  if (req.httpVersionMajor > 1) return !req.complete;
  const { 'content-length': length, 'transfer-encoding': coding } = req.headers;
  return coding !== undefined || (length !== undefined && length !== '0');
}

/**
 * Ends a response that is already written whole, after a bounded part of the unwanted body has been read. A socket that
 * is closed over unread bytes sends a reset, and a reset can take the answer away from the sender; so the end, at which
 * Node closes the socket, waits for the drain.
 */
export function endAfterDrain(req: IncomingMessage, res: ServerResponse): void {
  let drained = 0;
  const timer = setTimeout(finish, drainMs);

  function count(chunk: Buffer | string): void {
    drained += chunk.length;
    if (drained > drainBytes) finish();
  }

  function finish(): void {
    clearTimeout(timer);
    req.off('data', count);
    req.off('end', finish);
    req.off('close', finish);
    req.off('error', finish);
    req.pause();
    res.end();
  }

  req.on('data', count);
  req.on('end', finish);
  req.on('close', finish);
  req.on('error', finish);
  req.resume();
}
