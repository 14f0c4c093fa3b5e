import { LRUCache } from 'lru-cache';
import { array, integer, type Json, text } from '../../../json/json.ts';
import { rfc3339Time } from '../../../util/rfc3339.ts';
import { askNode } from '../../kit/ask-node.ts';
import type { ChainBlock } from '../../kit/chain-check.ts';
import type { RpcClient } from '../../kit/rpc-client.ts';
import { NodeosRefusal } from './http-api.ts';
import { type EosTransaction, readTransaction } from './transactions.ts';

export interface EosHeader extends ChainBlock {
  parentHash: string;
  /** Epoch ms. */
  time: number;
}

export interface EosBlock extends EosHeader {
  /** Whether no fork can undo it any more. */
  irreversible: boolean;
  transactions: readonly EosTransaction[];
}

/** The questions that one node is asked. Each rejects when the node does not answer, or not with what was asked for. */
export interface EosNode {
  /** 64 hex characters. */
  chainId(): Promise<string>;
  /** The newest irreversible block. */
  irreversible(): Promise<ChainBlock & { time: number }>;
  /** The block at a height of the chain as it is now; undefined if the node has none. */
  header(number: bigint): Promise<EosHeader | undefined>;
  /** With its traces; undefined if the node keeps none of it. */
  block(number: bigint): Promise<EosBlock | undefined>;
  /** The number of the block that holds a transaction, as far as the node keeps traces; undefined if none does. */
  blockOf(id: string): Promise<bigint | undefined>;
}

const blocksKept = 16;
const lastNumber = 2n ** 32n - 1n;

/** A node that listens to the transfers of these token contracts. */
export function eosNode(client: RpcClient, contracts: ReadonlySet<string>): EosNode {
  // An irreversible block never changes. Whoever asks about one transaction of a block soon asks about another.
  const blocks = new LRUCache<bigint, EosBlock>({ max: blocksKept });

  const ask = askNode(client, 'nodeos (Leap 3.1 or later)');

  return {
    chainId: () => ask('/v1/chain/get_info', {}, (answer) => readHash(answer, 'chain_id')),
    irreversible: () =>
      ask('/v1/chain/get_info', {}, (answer) => ({
        ...readBlockName(answer, 'last_irreversible_block_num', 'last_irreversible_block_id'),
        time: readTime(answer, 'last_irreversible_block_time'),
      })),
    header: (number) =>
      unless(isUnknownBlock, number, () =>
        ask('/v1/chain/get_block_info', { block_num: Number(number) }, (answer) => ({
          ...numbered(number, readBlockName(answer, 'block_num', 'id')),
          parentHash: readHash(answer, 'previous'),
          time: readTime(answer, 'timestamp'),
        })),
      ),
    async block(number) {
      const known = blocks.get(number);
      if (known) return known;
      const block = await unless(lacksTrace, number, () =>
        ask('/v1/trace_api/get_block', { block_num: Number(number) }, (answer) =>
          numbered(number, readBlock(answer, contracts)),
        ),
      );
      if (block?.irreversible === true) blocks.set(number, block);
      return block;
    },
    blockOf: (id) =>
      unless(lacksTrace, 0n, () =>
        ask('/v1/trace_api/get_transaction_trace', { id }, (answer) => {
          if (text(answer, 'id').toLowerCase() !== id) throw new TypeError('An answer about something else');
          return BigInt(integer(answer, 'block_num'));
        }),
      ),
  };
}

/** Undefined for a number that no block has, and where the node refuses because it has no such thing. */
async function unless<T>(
  isNothing: (refusal: NodeosRefusal) => boolean,
  number: bigint,
  question: () => Promise<T>,
): Promise<T | undefined> {
  if (number > lastNumber) return undefined;
  try {
    return await question();
  } catch (error) {
    if (error instanceof NodeosRefusal && isNothing(error)) return undefined;
    throw error;
  }
}

const isUnknownBlock = ({ errorName }: NodeosRefusal): boolean => errorName === 'unknown_block_exception';
const lacksTrace = (refusal: NodeosRefusal): boolean => refusal.lacksTrace;

function readBlock(answer: Json, contracts: ReadonlySet<string>): EosBlock {
  return {
    ...readBlockName(answer, 'number', 'id'),
    parentHash: readHash(answer, 'previous_id'),
    time: readTime(answer, 'timestamp'),
    irreversible: text(answer, 'status') === 'irreversible',
    transactions: array(answer, 'transactions').map((one) => readTransaction(one, contracts)),
  };
}

function readBlockName(answer: Json, numberPath: string, hashPath: string): ChainBlock {
  const number = BigInt(integer(answer, numberPath));
  const hash = readHash(answer, hashPath);
  // A block's id begins with its number.
  if (BigInt(`0x${hash.slice(0, 8)}`) !== number) throw new TypeError('A block with the number of another');
  return { number, hash };
}

function numbered<T extends ChainBlock>(number: bigint, block: T): T {
  if (block.number !== number) throw new TypeError('An answer about another block');
  return block;
}

function readHash(json: Json, path: string): string {
  const hash = text(json, path).toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new TypeError('Not a hash');
  return hash;
}

/** Times of nodeos are in UTC, and only its trace API says so. */
function readTime(json: Json, path: string): number {
  const time = rfc3339Time(text(json, path), 'utc');
  if (time === undefined) throw new TypeError('Not a time');
  return time;
}
