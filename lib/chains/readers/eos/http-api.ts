import { DepositCallbackError } from '../../../errors.ts';
import { type Json, optionalText, parseJson } from '../../../json/json.ts';
import type { SafeAnswer } from '../../../outbound/safe-fetch.ts';
import { type NodeConnectionOptions, nodeConnection } from '../../kit/node-connection.ts';
import type { RpcClient } from '../../kit/rpc-client.ts';

/** An error that a node answered with. The text of its body stays out: a gateway may repeat what it was asked for, with a key. */
export class NodeosRefusal extends DepositCallbackError {
  readonly httpStatus: number;
  /** Of the error, for example `unknown_block_exception`; undefined if it has none. */
  readonly errorName: string | undefined;
  /** Whether the trace API itself says that it keeps no such block or transaction. */
  readonly lacksTrace: boolean;

  constructor(path: string, { status, body }: SafeAnswer) {
    const { name, message } = errorIn(body);
    const lacksTrace = status === 404 && /\b(?:trace missing|transaction id missing)\b/i.test(message);
    const hint = status === 404 && path.startsWith('/v1/trace_api/') ? withoutTraces : (hints[status] ?? '');
    const named = name === undefined ? '' : ` (${name})`;
    super('REQUEST_FAILED', `The node answered ${path} with HTTP ${status}${named}${lacksTrace ? '' : hint}`);
    this.httpStatus = status;
    this.errorName = name;
    this.lacksTrace = lacksTrace;
  }
}

/**
 * A client of the HTTP API of `nodeos`: the method is the path (`/v1/chain/get_info`), the parameters are the body. Numbers of its
 * answers keep their digits (lib/json). It rejects with `REQUEST_FAILED`, without the URL.
 */
export function httpApi(options: NodeConnectionOptions): RpcClient {
  const connection = nodeConnection(options);
  return {
    async request({ method: path, params = {} }) {
      const answer = await connection.post(JSON.stringify(params), path);
      if (answer.status !== 200) throw new NodeosRefusal(path, answer);
      try {
        return parseJson(answer.body, { members: Number.POSITIVE_INFINITY, depth: 1_024 });
      } catch {
        throw new DepositCallbackError('REQUEST_FAILED', `The node answered ${path} with a body that is not JSON`);
      }
    },
  };
}

const withoutTraces =
  '; it serves no traces: run it with plugin = eosio::trace_api_plugin and trace-no-abis = true, or ask another node';

const hints: Readonly<Record<number, string>> = {
  401: '; check the key in its URL',
  403: '; check the key in its URL, and how many requests it allows',
  404: '; check that the URL is that of the HTTP API',
  429: '; it allows fewer requests',
};

function errorIn(body: Buffer): { name: string | undefined; message: string } {
  let json: Json;
  try {
    json = parseJson(body);
    const name = optionalText(json, 'error.name');
    const isName = name !== undefined && /^[a-z_]{1,60}$/.test(name);
    return { name: isName ? name : undefined, message: optionalText(json, 'message') ?? '' };
  } catch {
    return { name: undefined, message: '' };
  }
}
