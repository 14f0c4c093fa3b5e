import { DepositCallbackError, isDepositCallbackError } from '../../../errors.ts';

/** A client for an EVM node: a viem client, an EIP-1193 provider, or any object with the same `request`. */
export interface EvmClient {
  request(call: { method: string; params?: unknown }): Promise<unknown>;
}

/** A block as `eth_getBlockBy...` gives it, with whole transactions if they were requested. */
export interface EvmBlock {
  number: bigint;
  hash: string;
  parentHash: string;
  /** Epoch seconds. */
  timestamp: bigint;
  transactionHashes: readonly string[];
  transactions: readonly EvmTransaction[];
  /** The filter of what its logs hold; undefined if the node gives none. */
  logsBloom: string | undefined;
}

export interface EvmTransaction {
  hash: string;
  blockHash: string | undefined;
  from: string;
  /** Undefined for the creation of a contract. */
  to: string | undefined;
  value: bigint;
  hasInput: boolean;
}

export interface EvmReceipt {
  transactionHash: string;
  blockHash: string;
  blockNumber: bigint;
  /** Undefined before Byzantium, where a receipt does not say. */
  success: boolean | undefined;
  logs: readonly EvmLog[];
}

export interface EvmLog {
  /** Contract that emitted it, lower-case. */
  address: string;
  topics: readonly string[];
  data: string;
  logIndex: number;
  transactionHash: string;
  blockHash: string;
}

type Fields = Record<string, unknown>;

/** A JSON-RPC quantity. Throws for anything but 0x and hex digits. */
export function quantity(value: unknown, what: string): bigint {
  if (typeof value !== 'string' || !/^0x[0-9a-fA-F]{1,64}$/.test(value)) throw malformed(what);
  return BigInt(value);
}

/** A JSON-RPC quantity as it is sent. */
export function toQuantity(value: bigint): string {
  return `0x${value.toString(16)}`;
}

function fields(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(what);
  return value as Fields;
}

function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw malformed(what);
  return value;
}

function hex(value: unknown, what: string): string {
  if (typeof value !== 'string' || !/^0x[0-9a-fA-F]*$/.test(value)) throw malformed(what);
  return value.toLowerCase();
}

export function readBlock(value: unknown): EvmBlock {
  const block = fields(value, 'block');
  const transactions = list(block.transactions, 'transactions of a block');
  const whole = transactions.filter((one) => typeof one !== 'string').map(readTransaction);
  return {
    number: quantity(block.number, 'block number'),
    hash: hex(block.hash, 'block hash'),
    parentHash: hex(block.parentHash, 'parent hash'),
    timestamp: quantity(block.timestamp, 'block time'),
    transactionHashes: transactions.map((one) => (typeof one === 'string' ? one.toLowerCase() : readHash(one))),
    transactions: whole,
    logsBloom: typeof block.logsBloom === 'string' ? block.logsBloom : undefined,
  };
}

function readHash(value: unknown): string {
  return hex(fields(value, 'transaction').hash, 'transaction hash');
}

export function readTransaction(value: unknown): EvmTransaction {
  const transaction = fields(value, 'transaction');
  const { blockHash, to, input } = transaction;
  return {
    hash: hex(transaction.hash, 'transaction hash'),
    blockHash: blockHash === null || blockHash === undefined ? undefined : hex(blockHash, 'block hash'),
    from: hex(transaction.from, 'sender'),
    to: to === null || to === undefined ? undefined : hex(to, 'recipient'),
    value: quantity(transaction.value, 'value'),
    hasInput: typeof input === 'string' && input.length > 2,
  };
}

export function readReceipt(value: unknown): EvmReceipt {
  const receipt = fields(value, 'receipt');
  return {
    transactionHash: hex(receipt.transactionHash, 'transaction hash'),
    blockHash: hex(receipt.blockHash, 'block hash'),
    blockNumber: quantity(receipt.blockNumber, 'block number'),
    success:
      receipt.status === undefined || receipt.status === null ? undefined : quantity(receipt.status, 'status') === 1n,
    logs: list(receipt.logs, 'logs of a receipt').map(readLog),
  };
}

export function readLog(value: unknown): EvmLog {
  const log = fields(value, 'log');
  return {
    address: hex(log.address, 'address of a log'),
    topics: list(log.topics, 'topics of a log').map((topic) => hex(topic, 'topic')),
    data: hex(log.data, 'data of a log'),
    logIndex: Number(quantity(log.logIndex, 'index of a log')),
    transactionHash: hex(log.transactionHash, 'transaction of a log'),
    blockHash: hex(log.blockHash, 'block of a log'),
  };
}

function malformed(what: string): DepositCallbackError {
  return new DepositCallbackError(
    'REQUEST_FAILED',
    `The node's response has no valid ${what}; check that the URL is that of an EVM node`,
  );
}

/** The questions that one node is asked. Each rejects when the node does not answer, or not with what was asked for. */
export interface EvmNode {
  chainId(): Promise<bigint>;
  /** `'latest'`, `'finalized'` or a number; undefined if the node has no such block. */
  block(at: bigint | 'latest' | 'finalized', options?: { whole?: boolean }): Promise<EvmBlock | undefined>;
  transaction(hash: string): Promise<EvmTransaction | undefined>;
  receipt(hash: string): Promise<EvmReceipt | undefined>;
  /** All receipts of a block by its hash; rejects on nodes without `eth_getBlockReceipts`. */
  blockReceipts(blockHash: string): Promise<readonly EvmReceipt[]>;
  /** All logs of a block by its hash. */
  blockLogs(blockHash: string): Promise<readonly EvmLog[]>;
  /** The call tree of a transaction, as geth's `callTracer` writes it; rejects on nodes without `debug_`. */
  trace(transactionHash: string): Promise<unknown>;
  /** The call trees of a block's transactions. */
  blockTraces(blockHash: string): Promise<readonly { transactionHash: string; frame: unknown }[]>;
}

const tracer = { tracer: 'callTracer' };

export function evmNode(client: EvmClient): EvmNode {
  const ask = async (method: string, params: readonly unknown[]): Promise<unknown> => {
    try {
      return await client.request({ method, params });
    } catch (error) {
      throw failureOf(error);
    }
  };
  const found = async <T>(answer: Promise<unknown>, read: (value: unknown) => T): Promise<T | undefined> => {
    const value = await answer;
    return value === null || value === undefined ? undefined : read(value);
  };

  return {
    chainId: async () => quantity(await ask('eth_chainId', []), 'chain id'),
    block: (at, { whole = false } = {}) =>
      found(ask('eth_getBlockByNumber', [typeof at === 'bigint' ? toQuantity(at) : at, whole]), readBlock),
    transaction: (hash) => found(ask('eth_getTransactionByHash', [hash]), readTransaction),
    receipt: (hash) => found(ask('eth_getTransactionReceipt', [hash]), readReceipt),
    blockReceipts: async (blockHash) =>
      list(await ask('eth_getBlockReceipts', [blockHash]), 'receipts of a block').map(readReceipt),
    blockLogs: async (blockHash) => list(await ask('eth_getLogs', [{ blockHash }]), 'logs').map(readLog),
    trace: (hash) => ask('debug_traceTransaction', [hash, tracer]),
    blockTraces: async (blockHash) =>
      list(await ask('debug_traceBlockByHash', [blockHash, tracer]), 'traces of a block').map((one) => {
        const { txHash, result } = fields(one, 'trace');
        return { transactionHash: hex(txHash, 'transaction of a trace'), frame: result };
      }),
  };
}

/** What a client throws may quote the URL of its node, and with it a key: of that, no log and no store is to know. */
function failureOf(error: unknown): DepositCallbackError {
  if (isDepositCallbackError(error)) return error;
  const { shortMessage, name } = (error ?? {}) as { shortMessage?: unknown; name?: unknown };
  const kind = typeof shortMessage === 'string' ? shortMessage : String(name ?? typeof error);
  return new DepositCallbackError('REQUEST_FAILED', `the node did not answer: ${kind}`);
}
