import type { AssetDecimals } from '../chains/kit/listed-assets.ts';
import type { EvmClient } from '../chains/readers/evm/node.ts';

/** A network that the notifier watches, with the node to read it from. */
export interface WatchedNetwork {
  /** CAIP-2, for example `eip155:1`. */
  network: string;
  /** URL of the node, as in the option `url` of the network's chain check; of an EVM network `client` in its place. */
  url?: string;
  /** Several nodes in place of one. */
  urls?: readonly string[];
  /** How many of them must say the same of a block before it is believed. Default 1: the first that can answers. */
  quorum?: number;
  /** When `deposit.confirmed` is sent: after so many blocks, or when the network calls the block final. Default: the network's own, `docs/networks.md`. */
  confirmations?: number | 'finalized';
  /** First block that a new database reads. Default: the newest block at the first start. */
  fromBlock?: bigint;
  /** How far back a customer may ask to be told of deposits, in blocks before the newest one. Default 100000. */
  backfillBlocks?: number;
  /** For how many blocks back each is known by its hash. Default: twice the network's reorg depth, at least 1000. */
  keepBlocks?: number;
  /** Age of the newest block from which on the network stands still, which is an alarm. Default: a third of `stuck`, `docs/networks.md`. */
  staleMs?: number;
  /** EVM networks: a viem client or an EIP-1193 provider. */
  client?: EvmClient;
  clients?: readonly EvmClient[];
  /** EVM networks: whether to look for native transfers inside transactions; the node needs `debug_`. Default false. */
  traces?: boolean;
  /** EVM networks: whether to read blocks whose `logsBloom` does not fit their logs, if all nodes compute a wrong one. Default false. */
  ignoreBlooms?: boolean;
  /** The Bitcoin family: `rpcuser`, with `password`; or both in the URL. */
  username?: string;
  password?: string;
  /** The Bitcoin family: in place of both, the file `.cookie` that the node writes. */
  cookieFile?: string;
  /** TRON and TON: the key that their API asks for. */
  apiKey?: string;
  /** Aptos: types of coins that are called by their type, as in `aptosChain`. */
  coins?: readonly string[];
  /** EOS, TON and the XRP Ledger: the tokens to read, with their decimals. Default: the native coin alone. */
  assets?: readonly AssetDecimals[];
}
