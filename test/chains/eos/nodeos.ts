import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readAll, type Scope, serve } from '../../helpers/serve.ts';
import type { ActionTrace } from './contracts.ts';

export const mainnet = 'antelope:aca376f206b8fc25a6ed44dbdc66547c';
export const eos = `${mainnet}/slip44:194`;
export const vaulta = `${mainnet}/token:core.vaulta-A`;

/** A transaction as the trace API gives it. */
export interface TransactionTrace {
  id: string;
  block_num?: number;
  actions: ActionTrace[];
  status?: string;
}

export interface BlockTrace {
  id: string;
  number: number;
  previous_id: string;
  timestamp: string;
  transactions: TransactionTrace[];
}

/** Answers of real nodes: `source` in the file says of which. A new copy each time. */
export function recorded(): { info: Record<string, string | number>; block: BlockTrace & { status: string } } {
  return JSON.parse(readFileSync(new URL('../../fixtures/nodes/eos.json', import.meta.url), 'utf8'));
}

export const idOf = (what: string): string => createHash('sha256').update(what).digest('hex');

/** A block's id, which begins with its number. */
export function blockId(number: number, branch = 'a'): string {
  return number.toString(16).padStart(8, '0') + idOf(`${branch}${number}`).slice(8);
}

export function blockOf(number: number, transactions: TransactionTrace[] = [], branch = 'a'): BlockTrace {
  return {
    id: blockId(number, branch),
    number,
    previous_id: blockId(number - 1),
    timestamp: new Date(Date.UTC(2026, 0, 1) + number * 500).toISOString(),
    transactions: transactions.map((one) => ({ block_num: number, ...one })),
  };
}

export const transactionOf = (id: string, actions: ActionTrace[], status = 'executed'): TransactionTrace => ({
  id,
  actions,
  status,
});

type Answer = string | { status: number; body: string };

/** What a node answers of an error. */
export function failure(status: number, message: string, name = '', detail = ''): Answer {
  const details = detail === '' ? [] : [{ message: detail, file: 'http_plugin.cpp', line_number: 1, method: 'f' }];
  return { status, body: JSON.stringify({ code: status, message, error: { code: 0, name, what: message, details } }) };
}

export const unknownEndpoint = failure(404, 'Not Found', 'exception', 'Unknown Endpoint');

export interface Nodeos {
  url: string;
  /** The blocks of its chain of which it keeps traces, and its headers. */
  blocks: Map<number, BlockTrace>;
  irreversible: number;
  info: Record<string, string | number>;
  /** Answers in place of its own, by path, or by path and body. */
  answers: Record<string, Answer>;
  /** What it was asked, in order. */
  asked: string[];
}

/** A node as nodeos answers with its trace API: each question must be a POST of JSON, to the letter as nodeos reads it. */
export async function nodeos(t: Scope, blocks: BlockTrace[], irreversible: number): Promise<Nodeos> {
  const { info } = recorded();
  const node: Nodeos = {
    url: '',
    blocks: new Map(blocks.map((one) => [one.number, one])),
    irreversible,
    info,
    answers: {},
    asked: [],
  };
  const port = await serve(
    t,
    async (req, res) => {
      const body = await readAll(req);
      const [path, question] = [req.url ?? '', `${req.url} ${body}`];
      node.asked.push(question);
      const isRight = req.method === 'POST' && req.headers['content-type'] === 'application/json';
      const answer = isRight ? (node.answers[question] ?? node.answers[path] ?? answerOf(node, path, body)) : undefined;
      if (answer === undefined) res.writeHead(501).end(`Nobody expected ${req.method} ${question}`);
      else if (typeof answer === 'string') res.end(answer);
      else res.writeHead(answer.status).end(answer.body);
    },
    '127.0.0.1',
  );
  node.url = `http://127.0.0.1:${port}`;
  return node;
}

function answerOf({ blocks, irreversible, info }: Nodeos, path: string, body: string): Answer | undefined {
  const number = Number(/^\{"block_num":(\d{1,10})\}$/.exec(body)?.[1]);
  const block = blocks.get(number);
  if (path === '/v1/chain/get_info' && body === '{}') {
    const last_irreversible_block_id = blocks.get(irreversible)?.id ?? blockId(irreversible);
    return JSON.stringify({ ...info, last_irreversible_block_num: irreversible, last_irreversible_block_id });
  }
  if (path === '/v1/chain/get_block_info' && !Number.isNaN(number)) {
    if (!block) return failure(400, 'Unknown Block', 'unknown_block_exception');
    const { id, previous_id: previous, timestamp } = block;
    return JSON.stringify({ block_num: number, id, previous, timestamp: timestamp.replace('Z', '') });
  }
  if (path === '/v1/trace_api/get_block' && !Number.isNaN(number)) {
    if (!block) return failure(404, 'Trace API: block trace missing');
    return JSON.stringify({ ...block, status: number <= irreversible ? 'irreversible' : 'pending' });
  }
  const id = /^\{"id":"([0-9a-f]{64})"\}$/.exec(body)?.[1];
  if (path !== '/v1/trace_api/get_transaction_trace' || id === undefined) return undefined;
  const found = [...blocks.values()].flatMap((one) => one.transactions).find((one) => one.id === id);
  return found
    ? JSON.stringify(found)
    : failure(404, 'Trace API: transaction id missing in the transaction id log files');
}
