import { DepositCallbackError } from '../../../errors.ts';
import { type Json, member, parseJson } from '../../../json/json.ts';
import type { SafeAnswer } from '../../../outbound/safe-fetch.ts';
import { nodeConnection } from '../../kit/node-connection.ts';
import type { RpcClient } from '../../kit/rpc-client.ts';

export interface HttpApiOptions {
  url: string;
  /** Of one request. */
  timeoutMs: number;
  /** Sent as `TRON-PRO-API-KEY`. */
  apiKey?: string | undefined;
  /** Requests that are under way at once; more wait their turn. */
  concurrency: number;
}

/** What a node answered in place of a result; java-tron refuses most with HTTP 200. */
export class HttpApiRefusal extends DepositCallbackError {
  readonly httpStatus: number;

  constructor(path: string, httpStatus: number, what: string) {
    super('REQUEST_FAILED', `The node answered ${path} with ${what}`);
    this.httpStatus = httpStatus;
  }
}

/**
 * A client of the HTTP API of a TRON node: the method is the path (`/wallet/getblock`), the parameters are the body. Numbers of its
 * answers keep their digits (lib/json). It rejects with `REQUEST_FAILED`, without the URL and the key.
 */
export function httpApi({ url, timeoutMs, apiKey, concurrency }: HttpApiOptions): RpcClient {
  const headers = apiKey === undefined ? {} : { 'tron-pro-api-key': apiKey };
  const connection = nodeConnection({ url, timeoutMs, headers, concurrency });
  const secrets = secretsIn(url, apiKey);
  return {
    async request({ method, params = {} }) {
      return resultOf(method, await connection.post(JSON.stringify(params), method), secrets);
    },
  };
}

function resultOf(path: string, { status, body }: SafeAnswer, secrets: readonly string[]): Json {
  if (status !== 200) throw new HttpApiRefusal(path, status, `HTTP ${status}${hints[status] ?? ''}`);
  let answer: Json;
  try {
    answer = parseJson(body, { members: Number.POSITIVE_INFINITY });
  } catch {
    // A lite full node says so in plain text.
    throw new HttpApiRefusal(path, status, 'a body that is not JSON; a full node with the whole history is needed');
  }
  // Rate limits and faults of the request come as HTTP 200.
  const error = member(answer, 'Error');
  if (error === undefined) return answer;
  const text = typeof error === 'string' ? error : 'of no text';
  throw new HttpApiRefusal(path, status, `the error ${withoutSecrets(text, secrets).slice(0, 200)}`);
}

const hints: Readonly<Record<number, string>> = {
  401: '; check the API key',
  403: '; check the API key, and how many requests it allows',
  404: '; check that the URL is that of the HTTP API',
  429: '; it allows fewer requests',
};

// A gateway may repeat what it was asked for. What is shorter is part of a path, not a key.
const shortestSecret = 8;

function secretsIn(url: string, apiKey: string | undefined): string[] {
  const { pathname, searchParams, username, password } = new URL(url);
  const inUrl = [...pathname.split('/'), ...searchParams.values()].filter((one) => one.length >= shortestSecret);
  return [apiKey ?? '', username, password, ...inUrl].filter((one) => one !== '');
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((kept, secret) => kept.replaceAll(secret, '***'), text);
}
