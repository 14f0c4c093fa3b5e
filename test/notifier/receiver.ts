import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  type: string;
  timestamp: string;
  headers: IncomingHttpHeaders;
  body: string;
  data: {
    network: string;
    asset: string;
    amount: string;
    to: string;
    status: string;
    confirmations: number;
    symbol?: string;
    decimals?: number;
    transaction: { hash: string; position: string; block: { number: string; hash: string } };
  };
}

/** A receiver that keeps what it gets and answers what it is told to. */
export interface Receiver {
  url: string;
  received: Received[];
  /** Status of the next answers; may depend on what came. */
  answer: (received: Received) => number;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const receiver: Receiver = { url: '', received: [], answer: () => 200, close };
  const server: Server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const received = { ...JSON.parse(body), headers: req.headers, body } as Received;
      receiver.received.push(received);
      const status = receiver.answer(received);
      res.writeHead(status, status === 302 ? { location: receiver.url } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks/imtoken`;

  function close(): Promise<void> {
    return new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }
  return receiver;
}
