import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Asks the notifier's HTTP API, mounted at /notifier of a server of this machine. Rejects unless the answer is a success. */
export async function askNotifier(
  server: Server,
  method: string,
  path: string,
  bearer: string,
  body: object,
): Promise<Record<string, unknown>> {
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/notifier${path}`, {
    method,
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
  return answer;
}
