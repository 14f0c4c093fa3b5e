import { DepositCallbackError } from '../../../errors.ts';
import { array, type Json, member, numberText, optionalText, text } from '../../../json/json.ts';
import { addressOn, blockHashOn, tokenOn } from '../../../networks/canonical.ts';
import type { Network } from '../../../networks/network.ts';
import { readAnswer } from '../../kit/ask-node.ts';
import type { RpcClient } from '../../kit/rpc-client.ts';
import { failed, type RestAnswer } from './rest-client.ts';
import { type AptosTransaction, readTransaction } from './transaction.ts';

/** How far a node has come, and what it keeps. */
export interface AptosLedger {
  /** CAIP-2. */
  network: string;
  height: bigint;
  oldestHeight: bigint;
}

export interface AptosBlock {
  number: bigint;
  hash: string;
  /** Epoch ms. */
  time: number;
  firstVersion: bigint;
  lastVersion: bigint;
  /** As many as the node gives at once; empty if they were not asked for. */
  transactions: readonly AptosTransaction[];
}

/** The questions that one node is asked. Each rejects when the node does not answer, or not with what was asked for. */
export interface AptosNode {
  ledger(): Promise<AptosLedger>;
  block(height: bigint, withTransactions: boolean): Promise<AptosBlock | 'not found' | 'pruned'>;
  blockOfVersion(version: bigint): Promise<AptosBlock | 'not found' | 'pruned'>;
  /** Consecutive transactions from this version on, at most so many. */
  transactions(start: bigint, limit: number): Promise<readonly AptosTransaction[]>;
  transaction(hash: string): Promise<AptosTransaction | 'pending' | 'not found' | 'pruned'>;
  /** The coin that a fungible asset was before (CAIP-19); undefined if it never was one. */
  pairedCoin(metadata: string): Promise<string | undefined>;
}

/** Over a client of `rest-client.ts`. */
export function aptosNode(client: RpcClient, network: Network): AptosNode {
  const ask = async <T>(path: string, query: Record<string, string>, read: (answer: Json) => T) => {
    const { status, json } = (await client.request({ method: path, params: query })) as RestAnswer;
    if (status === 404 && /_not_found$/.test(optionalText(json, 'error_code') ?? '')) return 'not found';
    if (status === 410 && /_pruned$/.test(optionalText(json, 'error_code') ?? '')) return 'pruned';
    if (status !== 200) throw failed(path, `HTTP ${status} ${optionalText(json, 'error_code') ?? ''}`.trim());
    return readAnswer({ method: path || '/', whose: 'an Aptos node' }, () => read(json));
  };
  const found = async <T>(answer: Promise<T | 'not found' | 'pruned'>): Promise<T> => {
    const value = await answer;
    if (value !== 'not found' && value !== 'pruned') return value;
    throw new DepositCallbackError('REQUEST_FAILED', 'The node does not keep all of what it was asked for');
  };
  const toBlock = (json: Json): AptosBlock => readBlock(json, network);

  return {
    ledger: () => found(ask('', {}, readLedger)),
    block: (height, withTransactions) =>
      ask(`/blocks/by_height/${height}`, { with_transactions: String(withTransactions) }, toBlock),
    blockOfVersion: (version) => ask(`/blocks/by_version/${version}`, { with_transactions: 'false' }, toBlock),
    transactions: (start, limit) =>
      found(
        ask('/transactions', { start: start.toString(), limit: limit.toString() }, (json) =>
          array(json, '').map((one) => readTransaction(one, network)),
        ),
      ),
    transaction: (hash) =>
      ask(`/transactions/by_hash/${hash}`, {}, (json) =>
        text(json, 'type') === 'pending_transaction' ? 'pending' : readTransaction(json, network),
      ),
    async pairedCoin(metadata) {
      const path = `/accounts/${metadata}/resource/0x1::coin::PairedCoinType`;
      const pair = await ask(path, {}, (json) => coinOf(member(json, 'data', 'type'), network));
      return pair === 'not found' || pair === 'pruned' ? undefined : pair;
    },
  };
}

function readLedger(json: Json): AptosLedger {
  return {
    network: `aptos:${numberText(json, 'chain_id')}`,
    height: BigInt(numberText(json, 'block_height')),
    oldestHeight: BigInt(numberText(json, 'oldest_block_height')),
  };
}

function readBlock(json: Json, network: Network): AptosBlock {
  const transactions = member(json, 'transactions');
  return {
    number: BigInt(numberText(json, 'block_height')),
    hash: blockHashOn(network, text(json, 'block_hash')),
    // Microseconds.
    time: Number(BigInt(numberText(json, 'block_timestamp')) / 1_000n),
    firstVersion: BigInt(numberText(json, 'first_version')),
    lastVersion: BigInt(numberText(json, 'last_version')),
    transactions:
      transactions === undefined || transactions === null
        ? []
        : array(json, 'transactions').map((one) => readTransaction(one, network)),
  };
}

/** `TypeInfo` of the framework: names in hex. */
function coinOf(type: Json | undefined, network: Network): string {
  const name = (path: string): string => Buffer.from(text(type, path).slice(2), 'hex').toString('utf8');
  const address = addressOn(network, text(type, 'account_address'));
  return tokenOn(network, `${address}::${name('module_name')}::${name('struct_name')}`);
}
