import { DepositCallbackError } from '../../../errors.ts';
import { type Json, parseJson } from '../../../json/json.ts';
import { type NodeConnectionOptions, nodeConnection, type Query } from '../../kit/node-connection.ts';
import type { RpcClient } from '../../kit/rpc-client.ts';

export interface HttpApiOptions extends NodeConnectionOptions {
  /** Sent as `X-API-Key`. */
  apiKey?: string | undefined;
}

/** A status other than 200. The text of its body stays out: a gateway may repeat what it was asked for, with a key. */
export class HttpApiRefusal extends DepositCallbackError {
  readonly httpStatus: number;

  constructor(path: string, httpStatus: number) {
    super('REQUEST_FAILED', `The node answered ${path} with HTTP ${httpStatus}${hints[httpStatus] ?? ''}`);
    this.httpStatus = httpStatus;
  }
}

const hints: Readonly<Record<number, string>> = {
  401: '; check the API key',
  403: '; check the API key, and how many requests it allows',
  404: '; check that the URL is that of version 3 of the HTTP API, for example https://toncenter.com/api/v3',
  429: '; it allows fewer requests',
};

/** The only question that is posted. */
export const runGetMethod = '/runGetMethod';

/**
 * A client of version 3 of toncenter's HTTP API: the method of a request is a path, and its parameters are those of the query, or the
 * body. Numbers of its answers keep their digits (lib/json). It rejects with `REQUEST_FAILED`, without the URL and the key.
 */
export function httpApi({ apiKey, ...options }: HttpApiOptions): RpcClient {
  const headers = apiKey === undefined ? {} : { 'x-api-key': apiKey };
  const connection = nodeConnection({ ...options, headers });
  return {
    async request({ method: path, params = {} }): Promise<Json> {
      const { status, body } =
        path === runGetMethod
          ? await connection.post(JSON.stringify(params), path)
          : await connection.get(path, params as Query);
      if (status !== 200) throw new HttpApiRefusal(path, status);
      try {
        return parseJson(body, { members: Number.POSITIVE_INFINITY, depth: 1_024 });
      } catch {
        throw new DepositCallbackError('REQUEST_FAILED', `The node answered ${path} with a body that is not JSON`);
      }
    },
  };
}
