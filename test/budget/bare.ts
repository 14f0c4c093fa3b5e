import type { IncomingMessage, ServerResponse } from 'node:http';
import readStream from 'raw-body';

/** A request with this header is read and refused, and nothing else: what it costs any server. */
export const bareHeader = 'x-bare';

export function readAndRefuse(req: IncomingMessage, res: ServerResponse): void {
  readStream(req, { limit: 16 * 2 ** 20 }, () => void res.writeHead(401).end());
}
