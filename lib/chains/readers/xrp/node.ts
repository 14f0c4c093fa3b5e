import { LRUCache } from 'lru-cache';
import { DepositCallbackError } from '../../../errors.ts';
import { array, integer, type Json, member, object, optionalInteger, text } from '../../../json/json.ts';
import type { Network } from '../../../networks/network.ts';
import { readAnswer } from '../../kit/ask-node.ts';
import type { ChainBlock } from '../../kit/chain-check.ts';
import type { RpcClient } from '../../kit/rpc-client.ts';
import { readTransaction, type XrpTransaction } from './deliveries.ts';

export interface XrpHeader extends ChainBlock {
  parentHash: string;
  /** Epoch ms. */
  time: number;
}

/** Inclusive. */
export interface LedgerRange {
  first: bigint;
  last: bigint;
}

/** The questions that one server is asked. Each rejects when it does not answer, or not with what was asked for. */
export interface XrpNode {
  /** Undefined if its configuration has no `[network_id]`. */
  networkId(): Promise<number | undefined>;
  /** The ledgers that it keeps. */
  completeLedgers(): Promise<readonly LedgerRange[]>;
  /** The newest validated ledger. */
  head(): Promise<XrpHeader>;
  /** A validated ledger; undefined if the server has none of this number. */
  header(number: bigint): Promise<XrpHeader | undefined>;
  ledger(number: bigint): Promise<{ header: XrpHeader; transactions: readonly XrpTransaction[] } | undefined>;
  /** With the number of its ledger, if that is validated; undefined if the server finds none. */
  transaction(id: string): Promise<(XrpTransaction & { ledger: bigint }) | 'pending' | undefined>;
}

// Of version 2, each transaction has its metadata and its hash in one place, whichever method gives it.
const api_version = 2;
const headersKept = 10_000;
/** Epoch seconds of 2000-01-01, from which the ledger counts. */
const rippleEpoch = 946_684_800;

export function xrpNode(client: RpcClient, network: Network, listed: ReadonlyMap<string, number>): XrpNode {
  // A validated ledger never changes.
  const headers = new LRUCache<bigint, XrpHeader>({ max: headersKept });

  /** Undefined if the server answers with one of these errors. */
  const ask = async <T>(
    method: string,
    params: object,
    read: (result: Json) => T,
    nothing: readonly string[] = [],
  ): Promise<T | undefined> => {
    const result = (await client.request({ method, params: [{ ...params, api_version }] })) as Json;
    const error = member(result, 'error');
    if (typeof error === 'string' && nothing.includes(error)) return undefined;
    if (error !== undefined) throw refused(method, error);
    return readAnswer({ method, whose: 'an XRP Ledger server' }, () => read(result));
  };
  const info = async <T>(read: (info: Json) => T): Promise<T> =>
    found(await ask('server_info', {}, (result) => ({ read: read(object(result, 'info')) }))).read;

  const keep = (header: XrpHeader | undefined): XrpHeader | undefined => {
    if (header) headers.set(header.number, header);
    return header;
  };

  return {
    networkId: () => info((one) => optionalInteger(one, 'network_id')),
    completeLedgers: () => info((one) => readRanges(text(one, 'complete_ledgers'))),
    async head() {
      return found(keep(await ask('ledger', { ledger_index: 'validated' }, (result) => readHeader(result, network))));
    },
    async header(number) {
      const known = headers.get(number);
      if (known) return known;
      const params = { ledger_index: Number(number) };
      return keep(await ask('ledger', params, (result) => headerAt(number, result, network), notThere));
    },
    ledger: (number) =>
      ask(
        'ledger',
        { ledger_index: Number(number), transactions: true, expand: true },
        (result) => {
          const header = headerAt(number, result, network);
          if (!header) return undefined;
          const transactions = array(result, 'ledger.transactions');
          return { header, transactions: transactions.map((one) => readTransaction(one, network, listed)) };
        },
        notThere,
      ),
    transaction: (id) =>
      ask(
        'tx',
        { transaction: id, binary: false },
        (result) => {
          if (member(result, 'validated') !== true) return 'pending';
          const transaction = readTransaction(result, network, listed);
          if (transaction.id !== id) throw new TypeError('An answer about something else');
          return { ...transaction, ledger: BigInt(integer(result, 'ledger_index')) };
        },
        ['txnNotFound'],
      ),
  };
}

const notThere = ['lgrNotFound'];

/** Undefined for a ledger that is not validated: it is still open, or of a server that fell behind. */
function headerAt(number: bigint, result: Json, network: Network): XrpHeader | undefined {
  if (member(result, 'validated') !== true) return undefined;
  const header = readHeader(result, network);
  if (header.number !== number) throw new TypeError('An answer about another ledger');
  return header;
}

function readHeader(result: Json, network: Network): XrpHeader {
  if (member(result, 'validated') !== true) throw new TypeError('Not a validated ledger');
  const ledger = object(result, 'ledger');
  const hash = (path: string): string => network.codec.blockHash(text(ledger, path), network);
  return {
    number: BigInt(integer(result, 'ledger_index')),
    hash: hash('ledger_hash'),
    parentHash: hash('parent_hash'),
    time: (integer(ledger, 'close_time') + rippleEpoch) * 1_000,
  };
}

/** `32570-82521761`, several of them with commas, or `empty`. */
function readRanges(ranges: string): LedgerRange[] {
  if (ranges === 'empty') return [];
  return ranges.split(',').map((range) => {
    const [, first, last = first] = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(range) ?? [];
    if (first === undefined || last === undefined) throw new TypeError('Not a range of ledgers');
    return { first: BigInt(first), last: BigInt(last) };
  });
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('The server has no such answer');
  return value;
}

function refused(method: string, error: Json): DepositCallbackError {
  const name = typeof error === 'string' ? error.slice(0, 100) : 'of no name';
  return new DepositCallbackError('REQUEST_FAILED', `The node refused ${method} with the error ${name}`);
}
