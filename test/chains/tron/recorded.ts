import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import type { TronChainOptions } from '../../../lib/chains/tron.ts';
import { type HttpNode, httpNode } from '../http-node.ts';

export const mainnet = 'tron:728126428';
export const trx = `${mainnet}/slip44:195`;
export const usdt = `${mainnet}/trc20:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t`;

/** The recorded block of the main network, and of its transactions the one with USDT and the one with TRX. */
export const height = 86_796_340;
export const usdtId = '9c9975799aad17400b65ecdd696ed3236409e8c1d8a65fa1a3deba74b01754b7';
export const trxId = 'e59e35b896fed96409e976f06bee39c890e37f05fa01d2bd2bb5ef8c00a81245';

// The ids of the first blocks, as CAIP-2 of TRON names them.
export const genesis = {
  mainnet: '00000000000000001ebf88508a03865c71d452e25f4d51194196a1d22b6653dc',
  nile: '0000000000000000d698d4192c56cb6be724a558448e2684802de4d6cd8690dc',
  shasta: '0000000000000000de1aa88295e1fcf982742f773e0419c5a9c134c994a9059e',
};

export interface Transaction {
  txID: string;
  raw_data: { contract: { type: string; parameter: { value: Record<string, unknown> } }[] };
  ret?: { contractRet?: string }[];
}

export interface Result {
  id: string;
  blockNumber: number;
  blockTimeStamp: number;
  receipt?: Record<string, unknown>;
  log?: { address: string; topics: string[]; data?: string }[];
  internal_transactions?: Record<string, unknown>[];
  result?: string;
}

export interface Block {
  blockID: string;
  block_header: { raw_data: { number?: number; timestamp?: number; parentHash: string } };
  transactions?: Transaction[];
}

/** A block with the results of its transactions. */
export interface Recorded {
  block: Block;
  results: Result[];
}

const fixture = readFileSync(new URL('../../fixtures/nodes/tron.json', import.meta.url), 'utf8');

/** Answers of real nodes: `source` in the file says of which, and where they are published. A new copy each time. */
export function recorded(): {
  usdt: Recorded;
  outOfEnergy: { result: Result };
  trc10: { transactions: Transaction[] };
  undelegate: { block: Block };
  internal: { results: Result[] };
} {
  return JSON.parse(fixture);
}

/** A block as a node writes it, around transactions whose own block was not published. Its hash begins with its number. */
export function blockAround(number: number, timestamp: number, transactions: Transaction[] = [], branch = 'a'): Block {
  const hash = (height: number): string =>
    height.toString(16).padStart(16, '0') + createHash('sha256').update(`${branch}${height}`).digest('hex').slice(16);
  return {
    blockID: hash(number),
    block_header: { raw_data: { number, timestamp, parentHash: hash(number - 1) } },
    ...(transactions.length > 0 && { transactions }),
  };
}

/** The result of a transaction that runs no contract, as java-tron writes it. */
export function plainResult({ txID }: Transaction, blockNumber: number, blockTimeStamp: number): Result {
  return { id: txID, blockNumber, blockTimeStamp, receipt: { net_usage: 265 } };
}

/** A call of a contract, as TriggerSmartContract of the protocol defines it. */
export function call(txID: string, value: Record<string, unknown> = {}, contractRet = 'SUCCESS'): Transaction {
  const whole = {
    owner_address: '411a4cd9078cf2db25d73ce5c6084e4cc7b4cab9eb',
    contract_address: '41a614f803b6fd780986a42c78ec9c7f77e6ded13c',
    ...value,
  };
  return {
    txID,
    ret: [{ contractRet }],
    raw_data: { contract: [{ type: 'TriggerSmartContract', parameter: { value: whole } }] },
  };
}

export const questions = {
  head: '/wallet/getblock {"detail":false}',
  solidified: '/walletsolidity/getblock {"detail":false}',
  nodeInfo: '/wallet/getnodeinfo {}',
  header: (number: number) => `/wallet/getblock {"id_or_num":"${number}","detail":false}`,
  block: (number: number) => `/wallet/getblockbynum {"num":${number}}`,
  results: (number: number) => `/wallet/gettransactioninfobyblocknum {"num":${number}}`,
  result: (id: string) => `/wallet/gettransactioninfobyid {"value":"${id}"}`,
  transaction: (id: string) => `/wallet/gettransactionbyid {"value":"${id}"}`,
  pending: (id: string) => `/wallet/gettransactionfrompending {"value":"${id}"}`,
};

function headerOf({ blockID, block_header }: Block): string {
  return JSON.stringify({ blockID, block_header });
}

/** What a node answers of a block and of each of its transactions. */
export function answersOf({ block, results }: Recorded): Record<string, string> {
  const number = block.block_header.raw_data.number ?? 0;
  const entries = (block.transactions ?? []).flatMap((transaction, index) => [
    [questions.result(transaction.txID), JSON.stringify(results[index] ?? {})],
    [questions.transaction(transaction.txID), JSON.stringify(transaction)],
  ]);
  return {
    [questions.header(number)]: headerOf(block),
    [questions.block(number)]: JSON.stringify(block),
    [questions.results(number)]: JSON.stringify(results),
    ...Object.fromEntries(entries),
  };
}

/** What a node answers of the head of its chain and of what is solidified, 19 blocks below it unless said otherwise. */
export function headAnswers(number: number, solidified = number - 19, branch = 'a'): Record<string, string> {
  const head = blockAround(number, 1_791_061_674_000 + 3_000 * number, [], branch);
  return {
    [questions.head]: headerOf(head),
    [questions.header(number)]: headerOf(head),
    [questions.solidified]: headerOf(blockAround(solidified, 1_791_061_674_000, [], branch)),
  };
}

export function genesisAnswer(hash: string): Record<string, string> {
  const raw_data = { parentHash: 'e58f33f9baf9305dc6f82b9f1934ea8f0ade2defb951258d50167028c780351f' };
  return { [questions.header(0)]: headerOf({ blockID: hash, block_header: { raw_data } }) };
}

/** A node of the mainnet that holds these blocks, so many below its head. */
export function tronNode(
  t: TestContext,
  blocks: readonly Recorded[],
  { above = 18, apiKey }: { above?: number } & Pick<TronChainOptions, 'apiKey'> = {},
): Promise<HttpNode> {
  const numbers = blocks.map(({ block }) => block.block_header.raw_data.number ?? 0);
  const answers = Object.assign(
    {},
    genesisAnswer(genesis.mainnet),
    headAnswers(Math.max(...numbers) + above),
    ...blocks.map(answersOf),
  ) as Record<string, string>;
  return httpNode(t, answers, apiKey === undefined ? {} : { 'tron-pro-api-key': apiKey });
}
