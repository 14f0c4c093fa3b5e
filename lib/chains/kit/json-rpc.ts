import { DepositCallbackError } from '../../errors.ts';
import { integer, type Json, member, object, optionalText, parseJson } from '../../json/json.ts';
import type { SafeAnswer } from '../../outbound/safe-fetch.ts';
import { type NodeConnectionOptions, nodeConnection } from './node-connection.ts';
import type { RpcClient } from './rpc-client.ts';

/** An error that the node itself answered with: `rpcCode` and its text say what was wrong with the request. */
export class NodeRefusal extends DepositCallbackError {
  readonly rpcCode: number;

  constructor(method: string, rpcCode: number, text: string) {
    super('REQUEST_FAILED', `The node refused ${method} with error ${rpcCode}: ${text.slice(0, 200)}`);
    this.rpcCode = rpcCode;
  }
}

/**
 * A client of the service's own node over JSON-RPC. Numbers of its answers keep their digits (lib/json). It rejects with
 * `REQUEST_FAILED`, without the URL and the credentials.
 */
export function jsonRpcClient(options: NodeConnectionOptions): RpcClient {
  const connection = nodeConnection(options);
  let asked = 0;
  return {
    async request({ method, params = [] }) {
      asked += 1;
      return resultOf(method, await connection.post(JSON.stringify({ jsonrpc: '2.0', id: asked, method, params })));
    },
  };
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
