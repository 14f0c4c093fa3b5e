import { invalidOption } from '../../errors.ts';

/** Asks one node over JSON-RPC: rejects with what the node, or the way to it, failed with. */
export interface RpcClient {
  request(call: { method: string; params?: unknown }): Promise<unknown>;
}

/** A client whose first question is whether the node is the right one: a wrong URL must not deny every deposit. */
export function verifiedClient(client: RpcClient, verify: (client: RpcClient) => Promise<void>): RpcClient {
  let verified: Promise<void> | undefined;
  return {
    async request(call) {
      verified ??= verify(client);
      try {
        await verified;
      } catch (error) {
        verified = undefined;
        throw error;
      }
      return client.request(call);
    },
  };
}

/** The URLs of the options `url` and `urls`. Throws `OPTION_INVALID`, without the URL, which may hold a key. */
export function nodeUrls(url: string | undefined, urls: readonly string[] = []): readonly string[] {
  const all = url === undefined ? urls : [url];
  for (const one of all) {
    if (!URL.canParse(one) || !/^https?:$/.test(new URL(one).protocol)) {
      throw invalidOption('url', 'must be an http or https URL of a node');
    }
  }
  return all;
}
