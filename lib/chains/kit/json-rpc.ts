import { DepositCallbackError, isDepositCallbackError } from '../../errors.ts';
import { integer, type Json, member, object, optionalText, parseJson } from '../../json/json.ts';
import { type SafeAnswer, type SafeFetchOptions, safeFetch } from '../../outbound/safe-fetch.ts';
import type { RpcClient } from './rpc-client.ts';

export interface JsonRpcOptions {
  /** A user name and password in it are sent as HTTP basic authentication. */
  url: string;
  /** Of one request. */
  timeoutMs: number;
  /** For HTTP basic authentication, if the URL has none: `user:password`, asked for anew when the node refuses it. */
  credentials?: () => string | Promise<string>;
  /** Requests that are under way at once; more wait their turn. */
  concurrency: number;
}

/** An error that the node itself answered with: `rpcCode` and its text say what was wrong with the request. */
export class NodeRefusal extends DepositCallbackError {
  readonly rpcCode: number;

  constructor(method: string, rpcCode: number, text: string) {
    super('REQUEST_FAILED', `The node refused ${method} with error ${rpcCode}: ${text.slice(0, 200)}`);
    this.rpcCode = rpcCode;
  }
}

// A whole block in JSON: 4 MB of witness is 16 MB of hex, and blocks of Bitcoin Cash have up to 32 MB.
const maxBytes = 256 * 2 ** 20;

/**
 * A client of the service's own node over JSON-RPC. Numbers of its answers keep their digits (lib/json). It rejects with
 * `REQUEST_FAILED`, without the URL and the credentials.
 */
export function jsonRpcClient({ url, timeoutMs, credentials, concurrency }: JsonRpcOptions): RpcClient {
  const { target, inUrl } = splitUrl(url);
  const inTurn = limiter(concurrency);
  let known: string | undefined = inUrl;
  let asked = 0;

  const post = async (body: string): Promise<SafeAnswer> => {
    known ??= await credentials?.();
    const headers = {
      'content-type': 'application/json',
      ...(known === undefined ? {} : { authorization: `Basic ${Buffer.from(known).toString('base64')}` }),
    };
    return fetchTwice(target, { method: 'POST', headers, body, timeoutMs, allowPrivate: true, maxBytes });
  };

  const send = async (method: string, params: unknown): Promise<Json> => {
    asked += 1;
    const body = JSON.stringify({ jsonrpc: '2.0', id: asked, method, params: params ?? [] });
    let answer = await post(body);
    if (answer.status === 401 && credentials && inUrl === undefined) {
      // Bitcoin Core writes a new cookie at each start.
      known = undefined;
      answer = await post(body);
    }
    return resultOf(method, answer);
  };
  return { request: ({ method, params }) => inTurn(() => send(method, params)) };
}

function splitUrl(text: string): { target: string; inUrl: string | undefined } {
  const url = new URL(text);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const inUrl = username === '' && password === '' ? undefined : `${decoded(username)}:${decoded(password)}`;
  return { target: url.href, inUrl };
}

/** As it stands, if a `%` in it begins no escape. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Twice if a connection that was kept open turns out to be closed: the node has answered nothing, and only reads. */
async function fetchTwice(url: string, options: SafeFetchOptions): Promise<SafeAnswer> {
  try {
    return await safeFetch(url, options);
  } catch (error) {
    const { code } = (isDepositCallbackError(error) ? error.cause : error) as { code?: unknown };
    if (code !== 'ECONNRESET' && code !== 'EPIPE') throw error;
    return safeFetch(url, options);
  }
}

function resultOf(method: string, { status, body }: SafeAnswer): Json {
  if (status === 401 || status === 403) throw failed(method, `HTTP ${status}; check the user name and password`);
  let answer: Json;
  try {
    answer = parseJson(body, { members: Number.POSITIVE_INFINITY, depth: 1_024 });
  } catch {
    throw failed(method, `HTTP ${status} and a body that is not JSON`);
  }
  const error = member(answer, 'error');
  if (error !== undefined && error !== null) {
    throw new NodeRefusal(method, integer(object(answer, 'error'), 'code'), optionalText(error, 'message') ?? '');
  }
  const result = member(answer, 'result');
  if (result === undefined) throw failed(method, `HTTP ${status} and no result`);
  return result;
}

function failed(method: string, what: string): DepositCallbackError {
  return new DepositCallbackError('REQUEST_FAILED', `The node answered ${method} with ${what}`);
}

/** Runs at most so many at once; the others wait in the order in which they came. */
function limiter(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
