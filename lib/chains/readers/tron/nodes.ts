import type { Network } from '../../../networks/network.ts';
import { readApiKey } from '../../kit/api-key.ts';
import type { NodesOfChain } from '../../kit/check-over-urls.ts';
import { httpApi } from './http-api.ts';
import { verifyNetwork } from './identity.ts';
import { tronNode } from './node.ts';
import { tronReader } from './reader.ts';

export interface TronNodeOptions {
  /** Sent to each node as `TRON-PRO-API-KEY`, which TronGrid asks for. */
  apiKey?: string;
}

// TronGrid counts requests per second (15 with a key).
const concurrency = 4;

/** Throws `OPTION_INVALID`. */
export function tronNodes(network: Network, options: TronNodeOptions): NodesOfChain {
  const apiKey = readApiKey(options.apiKey);
  return {
    network: network.id,
    concurrency,
    client: (connection) => httpApi({ ...connection, apiKey }),
    verify: (client) => verifyNetwork(tronNode(client), network),
    reader: (client) => tronReader(tronNode(client), network),
  };
}
