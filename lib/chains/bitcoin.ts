import { readFile } from 'node:fs/promises';
import { DepositCallbackError, invalidOption } from '../errors.ts';
import { findNetwork } from '../networks/registry.ts';
import type { ChainCheck } from './kit/chain-check.ts';
import { checkOverUrls, type NodeOptions } from './kit/check-over-urls.ts';
import { jsonRpcClient } from './kit/json-rpc.ts';
import { verifyNetwork } from './readers/bitcoin/identity.ts';
import { bitcoinNode } from './readers/bitcoin/node.ts';
import { bitcoinReader } from './readers/bitcoin/reader.ts';

export type * from './kit/entry-types.ts';

/** Options of `bitcoinChain`. Set `url` or `urls`. */
export interface BitcoinChainOptions extends NodeOptions {
  /** CAIP-2 of Bitcoin, Litecoin, Dogecoin, Bitcoin Cash or one of their test networks; a node of another chain is refused. */
  network: string;
  /** URL of the service's own node, for example `http://127.0.0.1:8332`; a user name and password may stand in it. */
  url?: string;
  urls?: readonly string[];
  /** `rpcuser` of the nodes whose URL has none; needs `password`. */
  username?: string;
  /** `rpcpassword` of those. */
  password?: string;
  /** In place of both: the file `.cookie` that the node writes into its data folder. */
  cookieFile?: string;
}

// A node answers with four threads (-rpcthreads), and refuses what does not fit into its queue.
const concurrency = 4;

/**
 * Creates the chain check of Bitcoin, Litecoin, Dogecoin or Bitcoin Cash over one or more full nodes. Throws
 * `OPTION_INVALID`.
 *
 * @example
 * depositCallbacks({
 *   providers,
 *   policy,
 *   store: sqliteStore({ path: 'deposits.db' }),
 *   chains: [bitcoinChain({ network: 'bip122:000000000019d6689c085ae165831e93', url: process.env.BITCOIN_NODE })],
 * });
 */
export function bitcoinChain(options: BitcoinChainOptions): ChainCheck {
  const network = findNetwork(options.network);
  if (network?.family !== 'bitcoin' && network?.family !== 'bitcoincash') {
    throw invalidOption('network', 'must be the CAIP-2 id of Bitcoin, Litecoin, Dogecoin or Bitcoin Cash');
  }
  const credentials = credentialsOf(options);
  return checkOverUrls(options, {
    network: network.id,
    concurrency,
    client: (connection) => jsonRpcClient({ ...connection, ...(credentials && { credentials }) }),
    verify: (client) => verifyNetwork(bitcoinNode(client, network), network),
    reader: (client) => bitcoinReader(bitcoinNode(client, network), network),
  });
}

function credentialsOf({
  username,
  password,
  cookieFile,
}: BitcoinChainOptions): (() => string | Promise<string>) | undefined {
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
