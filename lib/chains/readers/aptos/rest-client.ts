import { DepositCallbackError } from '../../../errors.ts';
import { type Json, parseJson } from '../../../json/json.ts';
import { type NodeConnectionOptions, nodeConnection } from '../../kit/node-connection.ts';
import type { RpcClient } from '../../kit/rpc-client.ts';

/** What a node answers to a path: any status, with its JSON. */
export interface RestAnswer {
  status: number;
  json: Json;
}

/**
 * A client of the REST API of a node: the method of a request is a path, and its parameters are those of the query. It
 * rejects with `REQUEST_FAILED`, without the URL.
 */
export function restClient(options: NodeConnectionOptions): RpcClient {
  const connection = nodeConnection(options);
  return {
    async request({ method: path, params = {} }): Promise<RestAnswer> {
      const { status, body } = await connection.get(path, params as Record<string, string>);
      if (status === 401 || status === 403) throw failed(path, `HTTP ${status}; check the key in its URL`);
      try {
        return { status, json: parseJson(body, { members: Number.POSITIVE_INFINITY, depth: 1_024 }) };
      } catch {
        throw failed(path, `HTTP ${status} and a body that is not JSON`);
      }
    },
  };
}

export function failed(path: string, what: string): DepositCallbackError {
  return new DepositCallbackError('REQUEST_FAILED', `The node answered ${path || '/'} with ${what}`);
}
