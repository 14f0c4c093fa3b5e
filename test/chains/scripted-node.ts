import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

/** What a node answers, by method and parameters: the text of the result, or an error with its code. */
export type Script = Readonly<Record<string, string | { code: number; message: string }>>;

export interface ScriptedNode {
  url: string;
  /** What it was asked, in order. */
  asked: string[];
}

/**
 * A node over HTTP that knows a few answers by heart, to the letter, and fails anything else. `turn` may keep an answer
 * back.
 */
export async function scriptedNode(
  t: TestContext,
  script: Script,
  turn: () => Promise<void> = async () => {},
): Promise<ScriptedNode> {
  const asked: string[] = [];
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
    const question = `${method} ${JSON.stringify(params)}`;
    asked.push(question);
    const answer = script[question] ?? { code: -32601, message: `Nobody expected ${question}` };
    await turn();
    // As Bitcoin Core before 28 answers, whatever version of JSON-RPC it is asked in.
    if (typeof answer === 'string') res.end(`{"result":${answer},"error":null,"id":${id}}`);
    else res.writeHead(500).end(`{"result":null,"error":${JSON.stringify(answer)},"id":${id}}`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, asked };
}
