import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A node in front of a sound one, which stops, hangs or answers nonsense while it is ill. */
export interface FaultyNode {
  url: string;
  isIll: boolean;
  /** What it did wrong, by kind. */
  readonly faults: Record<string, number>;
  close(): Promise<void>;
}

type Draw = () => number;

const nonsense: readonly ((id: unknown) => string)[] = [
  () => '<html>502 Bad Gateway</html>',
  () => '',
  (id) => JSON.stringify({ jsonrpc: '2.0', id, result: null }),
  (id) => JSON.stringify({ jsonrpc: '2.0', id, result: {} }),
  (id) => JSON.stringify({ jsonrpc: '2.0', id, result: '0x1' }),
  (id) => JSON.stringify({ jsonrpc: '2.0', id, result: [] }),
  (id) => JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32000, message: 'header not found' } }),
];

export async function startFaultyNode(target: string, draw: Draw): Promise<FaultyNode> {
  const faults: Record<string, number> = {};
  const node: FaultyNode = { url: '', isIll: false, faults, close };
  const count = (kind: string): void => {
    faults[kind] = (faults[kind] ?? 0) + 1;
  };

  const forward = async (body: string, res: ServerResponse): Promise<void> => {
    const response = await fetch(target, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    res.writeHead(response.status, { 'content-type': 'application/json' }).end(await response.text());
  };

  const server: Server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const drawn = node.isIll ? draw() : 1;
      if (drawn < 0.1) {
        count('stopped');
        req.socket.destroy();
      } else if (drawn < 0.12) count('hung');
      else if (drawn < 0.35) {
        count('nonsense');
        const text = nonsense[Math.floor(draw() * nonsense.length)]?.((JSON.parse(body) as { id?: unknown }).id);
        res.writeHead(200, { 'content-type': 'application/json' }).end(text);
      } else forward(body, res).catch(() => res.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  node.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function close(): Promise<void> {
    return new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }
  return node;
}
