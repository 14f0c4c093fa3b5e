import { LRUCache } from 'lru-cache';
import { array, integer, type Json, optionalText, text } from '../../../json/json.ts';
import type { Network } from '../../../networks/network.ts';
import { askNode } from '../../kit/ask-node.ts';
import { NodeRefusal } from '../../kit/json-rpc.ts';
import type { RpcClient } from '../../kit/rpc-client.ts';
import { type BitcoinTransaction, readTransaction } from './outputs.ts';

export interface BitcoinHeader {
  hash: string;
  number: bigint;
  parentHash: string;
  /** Epoch ms. */
  time: number;
}

/** The questions that one node is asked. Each rejects when the node does not answer, or not with what was asked for. */
export interface BitcoinNode {
  bestBlockHash(): Promise<string>;
  /** The hash at a height of the chain as it is now; undefined if it has not come so far. */
  blockHash(number: bigint): Promise<string | undefined>;
  /** Undefined if the node has no such block. A block that left the chain still has its header. */
  header(blockHash: string): Promise<BitcoinHeader | undefined>;
  /** Undefined if the node has pruned the block. */
  blockTransactions(blockHash: string): Promise<readonly BitcoinTransaction[] | undefined>;
  /** From the mempool, and from the chain as far as the node can find it there by its id. */
  transaction(id: string): Promise<BitcoinTransaction | 'absent' | 'not indexed'>;
  /** Undefined if the block does not hold it. */
  transactionIn(id: string, blockHash: string): Promise<BitcoinTransaction | undefined>;
  /** An output that is not spent; undefined if it is, or was never there. */
  unspent(id: string, output: number): Promise<{ confirmations: number; bestBlockHash: string } | undefined>;
}

const headersKept = 10_000;
const code = {
  /** Also what Bitcoin Core says of a call with more parameters than it knows, and of a block that it has pruned. */
  misc: -1,
  wrongType: -3,
  notFound: -5,
  outOfRange: -8,
} as const;

export function bitcoinNode(client: RpcClient, network: Network): BitcoinNode {
  // A header never changes.
  const headers = new LRUCache<string, BitcoinHeader>({ max: headersKept });

  const ask = askNode(client, 'a Bitcoin node');
  const askInBlock = (id: string, blockHash: string): Promise<BitcoinTransaction> =>
    ask('getrawtransaction', [id, 1, blockHash], (result) => readTransaction(result, network));

  const node: BitcoinNode = {
    bestBlockHash: () => ask('getbestblockhash', [], readHash),
    blockHash: (number) => unless(code.outOfRange, undefined, () => ask('getblockhash', [Number(number)], readHash)),
    async header(blockHash) {
      const known = headers.get(blockHash);
      if (known) return known;
      const header = await unlessNotFound(() => ask('getblockheader', [blockHash], readHeader));
      if (header) headers.set(blockHash, header);
      return header;
    },
    async blockTransactions(blockHash) {
      const read = (block: Json) => array(block, 'tx').map((one) => readTransaction(one, network));
      // bcoin takes two booleans in place of the number.
      const inDetail = () => ask('getblock', [blockHash, true, true], read);
      try {
        return (
          (await unless(code.wrongType, undefined, () => ask('getblock', [blockHash, 2], read))) ?? (await inDetail())
        );
      } catch (error) {
        // It says so in words alone: "Block not available (pruned data)".
        if (isRefusal(error, code.misc) && /pruned/i.test(error.message)) return undefined;
        throw error;
      }
    },
    async transaction(id) {
      try {
        return await ask('getrawtransaction', [id, 1], (result) => readTransaction(result, network));
      } catch (error) {
        if (!isNotFound(error)) throw error;
        // It says so in words alone: "No such mempool or blockchain transaction", or that it would need -txindex, or
        // that its index is still being built.
        return /mempool or blockchain transaction/i.test(error.message) ? 'absent' : 'not indexed';
      }
    },
    async transactionIn(id, blockHash) {
      try {
        return await unlessNotFound(() => askInBlock(id, blockHash));
      } catch (error) {
        if (!isRefusal(error, code.misc)) throw error;
        // Dogecoin Core and bcoin take no block there.
        return (await node.blockTransactions(blockHash))?.find((one) => one.id === id);
      }
    },
    unspent: (id, output) =>
      ask('gettxout', [id, output, true], (result) =>
        result === null
          ? undefined
          : { confirmations: integer(result, 'confirmations'), bestBlockHash: readHash(text(result, 'bestblock')) },
      ),
  };
  return node;
}

async function unless<T, U>(rpcCode: number, otherwise: U, work: () => Promise<T>): Promise<T | U> {
  try {
    return await work();
  } catch (error) {
    if (isRefusal(error, rpcCode)) return otherwise;
    throw error;
  }
}

async function unlessNotFound<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** bcoin has no code for it; what it lacks of a block that it knows, it calls something else. */
function isNotFound(error: unknown): error is NodeRefusal {
  const isWordOfBcoin = isRefusal(error, code.misc) && /\b(?:Block|Transaction) not found\.?$/.test(error.message);
  return isWordOfBcoin || isRefusal(error, code.notFound);
}

function isRefusal(error: unknown, rpcCode: number): error is NodeRefusal {
  return error instanceof NodeRefusal && error.rpcCode === rpcCode;
}

function readHash(json: Json): string {
  const hash = text(json, '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new TypeError('Not a block hash');
  return hash;
}

function readHeader(json: Json): BitcoinHeader {
  return {
    hash: readHash(text(json, 'hash')),
    number: BigInt(integer(json, 'height')),
    // The first block has none.
    parentHash: optionalText(json, 'previousblockhash')?.toLowerCase() ?? '0'.repeat(64),
    time: integer(json, 'time') * 1_000,
  };
}
