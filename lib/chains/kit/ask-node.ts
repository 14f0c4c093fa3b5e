import { DepositCallbackError } from '../../errors.ts';
import type { Json } from '../../json/json.ts';
import type { RpcClient } from './rpc-client.ts';

/** Asks one question and reads its answer, at once or, where that is long work, in turns. */
export type AskNode = <T>(method: string, params: unknown, read: (answer: Json) => T | Promise<T>) => Promise<T>;

/** `whose`: what the node must be, for example `a Bitcoin node`. */
export function askNode(client: RpcClient, whose: string): AskNode {
  return async (method, params, read) => {
    const answer = (await client.request({ method, params })) as Json;
    try {
      return await read(answer);
    } catch (cause) {
      throw unexpected({ method, whose }, cause);
    }
  };
}

/** What `read` makes of an answer. Throws `REQUEST_FAILED` if it cannot: another kind of server has answered. */
export function readAnswer<T>(of: { method: string; whose: string }, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw unexpected(of, cause);
  }
}

function unexpected({ method, whose }: { method: string; whose: string }, cause: unknown): DepositCallbackError {
  const what = `The node's response to ${method} is not that of ${whose}; check its URL`;
  return new DepositCallbackError('REQUEST_FAILED', what, { cause });
}
