import { DepositCallbackError } from '../../errors.ts';
import type { Json } from '../../json/json.ts';
import type { RpcClient } from './rpc-client.ts';

/** Asks one question and reads its answer. */
export type AskNode = <T>(method: string, params: unknown, read: (answer: Json) => T) => Promise<T>;

/** `whose`: what the node must be, for example `a Bitcoin node`. */
export function askNode(client: RpcClient, whose: string): AskNode {
  return async (method, params, read) => {
    const answer = (await client.request({ method, params })) as Json;
    return readAnswer({ method, whose }, () => read(answer));
  };
}

/** What `read` makes of an answer. Throws `REQUEST_FAILED` if it cannot: another kind of server has answered. */
export function readAnswer<T>({ method, whose }: { method: string; whose: string }, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const what = `The node's response to ${method} is not that of ${whose}; check its URL`;
    throw new DepositCallbackError('REQUEST_FAILED', what, { cause });
  }
}
