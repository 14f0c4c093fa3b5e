import type { TestContext } from 'node:test';
import { readAll, serve } from '../helpers/serve.ts';

/** The body of an answer with status 200, or both. */
export type HttpAnswer = string | { status: number; body: string };

export interface HttpNode {
  url: string;
  /** What it answers, by path and body of the question; a test may change it. */
  answers: Record<string, HttpAnswer>;
  /** What it was asked, in order. */
  asked: string[];
  /** May keep an answer back. */
  turn?: () => Promise<void>;
}

/**
 * A node with a plain HTTP API that knows a few answers by heart, each to a POST of JSON of exactly this path and body, or to a GET
 * of exactly this path, with these headers, and fails anything else.
 */
export async function httpNode(
  t: TestContext,
  answers: Record<string, HttpAnswer>,
  headers: Record<string, string> = {},
): Promise<HttpNode> {
  const node: HttpNode = { url: '', answers: { ...answers }, asked: [] };
  const wanted = Object.entries({ 'content-type': 'application/json', ...headers });
  const port = await serve(
    t,
    async (req, res) => {
      const body = await readAll(req);
      const question = `${req.url} ${body}`.trim();
      node.asked.push(question);
      await node.turn?.();
      const answer = node.answers[question];
      const isRight =
        req.method === (body === '' ? 'GET' : 'POST') && wanted.every(([name, value]) => req.headers[name] === value);
      if (answer === undefined || !isRight) res.writeHead(501).end(`Nobody expected ${req.method} ${question}`);
      else if (typeof answer === 'string') res.end(answer);
      else res.writeHead(answer.status).end(answer.body);
    },
    '127.0.0.1',
  );
  node.url = `http://127.0.0.1:${port}`;
  return node;
}
