import { readFile } from 'node:fs/promises';
import { DepositCallbackError, invalidOption } from '../../../errors.ts';
import type { Network } from '../../../networks/network.ts';
import type { NodesOfChain } from '../../kit/check-over-urls.ts';
import { jsonRpcClient } from '../../kit/json-rpc.ts';
import { verifyNetwork } from './identity.ts';
import { bitcoinNode } from './node.ts';
import { bitcoinReader } from './reader.ts';

/** How the nodes of the Bitcoin family know who asks. */
export interface BitcoinNodeOptions {
  /** `rpcuser` of the nodes whose URL has none; needs `password`. */
  username?: string;
  /** `rpcpassword` of those. */
  password?: string;
  /** In place of both: the file `.cookie` that the node writes into its data folder. */
  cookieFile?: string;
}

// A node answers with four threads (-rpcthreads), and refuses what does not fit into its queue.
const concurrency = 4;

/** Throws `OPTION_INVALID`. */
export function bitcoinNodes(network: Network, options: BitcoinNodeOptions): NodesOfChain {
  const credentials = credentialsOf(options);
  return {
    network: network.id,
    concurrency,
    client: (connection) => jsonRpcClient({ ...connection, ...(credentials && { credentials }) }),
    verify: (client) => verifyNetwork(bitcoinNode(client, network), network),
    reader: (client) => bitcoinReader(bitcoinNode(client, network), network),
  };
}

function credentialsOf({
  username,
  password,
  cookieFile,
}: BitcoinNodeOptions): (() => string | Promise<string>) | undefined {
  if ((username === undefined) !== (password === undefined)) {
    throw invalidOption('username', 'and password must both be set, or neither');
  }
  if (cookieFile !== undefined) {
    if (username !== undefined) throw invalidOption('cookieFile', 'must not be set with username and password');
    return () => readCookie(cookieFile);
  }
  return username === undefined ? undefined : () => `${username}:${password}`;
}

async function readCookie(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new DepositCallbackError('REQUEST_FAILED', `The cookie file of the node cannot be read: ${code}`, { cause });
  }
}
