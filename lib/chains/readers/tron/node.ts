import { LRUCache } from 'lru-cache';
import { DepositCallbackError } from '../../../errors.ts';
import { type Json, member, optionalInteger, text } from '../../../json/json.ts';
import { askNode } from '../../kit/ask-node.ts';
import type { ChainBlock } from '../../kit/chain-check.ts';
import type { RpcClient } from '../../kit/rpc-client.ts';
import { HttpApiRefusal } from './http-api.ts';
import { readTransactions, type TronTransaction } from './transactions.ts';

export interface TronHeader extends ChainBlock {
  parentHash: string;
  /** Epoch ms. */
  time: number;
}

export interface TronBlock extends TronHeader {
  transactions: readonly TronTransaction[];
}

/** The questions that one node is asked. Each rejects when the node does not answer, or not with what was asked for. */
export interface TronNode {
  head(): Promise<TronHeader>;
  /** Number of the newest block that no fork can undo; undefined if the node does not tell. */
  solidified(): Promise<bigint | undefined>;
  /** The block at a height of the chain as it is now; undefined if it has not come so far. */
  header(number: bigint): Promise<TronHeader | undefined>;
  block(number: bigint): Promise<TronBlock | undefined>;
  /** The number of the block that holds a transaction; undefined if none does. */
  blockOf(id: string): Promise<bigint | undefined>;
  /** Whether a block holds it, as far as the node has kept that. */
  has(id: string): Promise<boolean>;
  isPending(id: string): Promise<boolean>;
}

// Whoever asks about one transaction of a block soon asks about another.
const blocksKept = 16;

export function tronNode(client: RpcClient): TronNode {
  const blocks = new LRUCache<string, TronBlock>({ max: blocksKept });
  let servesSolidity = true;

  const ask = askNode(client, 'a TRON node');
  const isKnown = (path: string, id: string): Promise<boolean> =>
    ask(path, { value: id }, (answer) => {
      if (isNothing(answer)) return false;
      return assertEqual(text(answer, 'txID').toLowerCase(), id) === id;
    });

  const node: TronNode = {
    head: () => ask('/wallet/getblock', { detail: false }, readHeader),
    async solidified() {
      if (servesSolidity) {
        const found = await unlessAbsent(() => ask('/walletsolidity/getblock', { detail: false }, readHeader));
        if (found) return found.number;
        servesSolidity = false;
      }
      // java-tron serves /walletsolidity on a port of its own.
      return unlessAbsent(() => ask('/wallet/getnodeinfo', {}, readSolidified));
    },
    header: (number) =>
      ask('/wallet/getblock', { id_or_num: number.toString(), detail: false }, (answer) =>
        isNothing(answer) ? undefined : headerAt(number, answer),
      ),
    async block(number) {
      const header = await node.header(number);
      if (!header) return undefined;
      const known = blocks.get(header.hash);
      if (known) return known;
      const num = Number(number);
      const whole = await ask('/wallet/getblockbynum', { num }, (answer) => answer);
      if (isNothing(whole) || readHeader(whole).hash !== header.hash) throw changed(number);
      // The first block pays nobody: it has no results.
      const hasResults = number > 0n && member(whole, 'transactions') !== undefined;
      const transactions = hasResults
        ? await ask('/wallet/gettransactioninfobyblocknum', { num }, (results) =>
            readTransactions(whole, results, header.time),
          )
        : [];
      if (!transactions) throw lacksResults(number);
      const block = { ...header, transactions };
      blocks.set(header.hash, block);
      return block;
    },
    blockOf: (id) =>
      ask('/wallet/gettransactioninfobyid', { value: id }, (answer) => {
        if (isNothing(answer)) return undefined;
        assertEqual(text(answer, 'id').toLowerCase(), id);
        return BigInt(optionalInteger(answer, 'blockNumber') ?? 0);
      }),
    has: (id) => isKnown('/wallet/gettransactionbyid', id),
    // Not every service in front of a node lets this through.
    isPending: async (id) => (await unlessAbsent(() => isKnown('/wallet/gettransactionfrompending', id))) ?? false,
  };
  return node;
}

/** What a node answers of a block or transaction that it does not know: `{}`. */
function isNothing(answer: Json): boolean {
  return typeof answer === 'object' && answer !== null && Object.keys(answer).length === 0;
}

/** Undefined where the node serves no such path. */
async function unlessAbsent<T>(question: () => Promise<T>): Promise<T | undefined> {
  try {
    return await question();
  } catch (error) {
    if (error instanceof HttpApiRefusal && (error.httpStatus === 404 || error.httpStatus === 405)) return undefined;
    throw error;
  }
}

function readHeader(answer: Json): TronHeader {
  const hash = readHash(answer, 'blockID');
  // What is 0 is left out: the number and the time of the first block.
  const number = BigInt(optionalInteger(answer, 'block_header.raw_data.number') ?? 0);
  // A block's hash begins with its number.
  assertEqual(BigInt(`0x${hash.slice(0, 16)}`), number);
  return {
    number,
    hash,
    parentHash: readHash(answer, 'block_header.raw_data.parentHash'),
    time: optionalInteger(answer, 'block_header.raw_data.timestamp') ?? 0,
  };
}

function headerAt(number: bigint, answer: Json): TronHeader {
  const header = readHeader(answer);
  assertEqual(header.number, number);
  return header;
}

function readSolidified(answer: Json): bigint {
  const number = /^Num:(\d{1,15}),/.exec(text(answer, 'solidityBlock'))?.[1];
  if (number === undefined) throw new TypeError('No number of a block');
  return BigInt(number);
}

function readHash(json: Json, path: string): string {
  const hash = text(json, path).toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new TypeError('Not a hash');
  return hash;
}

function assertEqual<T>(found: T, wanted: T): T {
  if (found !== wanted) throw new TypeError('An answer about something else');
  return found;
}

function changed(number: bigint): DepositCallbackError {
  return new DepositCallbackError(
    'REQUEST_FAILED',
    `Block ${number} changed while it was being read; reading it again`,
  );
}

function lacksResults(number: bigint): DepositCallbackError {
  const what = `The node has no results of the transactions of block ${number}, or those of another; ask again`;
  return new DepositCallbackError('REQUEST_FAILED', `${what}, or run it with storage.transHistory.switch = on`);
}
