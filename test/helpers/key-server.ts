import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

export interface AskedFor {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A server on a port of the loopback that answers each request with what `answer` makes of it, until the test ends. */
export async function serveKeys(
  t: TestContext,
  answer: (asked: AskedFor) => { status?: number; body: unknown },
): Promise<string> {
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const { method = '', url = '', headers } = req;
      const { status = 200, body } = answer({ method, url, headers, body: Buffer.concat(chunks).toString() });
      res.statusCode = status;
      res.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise((resolve) => server.close(resolve)));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
