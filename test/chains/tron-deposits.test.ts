import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { tronChain } from '../../lib/chains/tron.ts';
import { type Exchange, openExchange } from './exchange.ts';
import type { HttpNode } from './http-node.ts';
import {
  answersOf,
  blockAround,
  headAnswers,
  height,
  mainnet,
  plainResult,
  questions,
  type Recorded,
  recorded,
  type Transaction,
  tronNode,
  trx,
  trxId,
  usdt,
  usdtId,
} from './tron/recorded.ts';

// Deposits on TRON through the whole receiver, over the answers of real nodes.

const toUsdt = 'THqTeLsNS6iNraHd2hPvYtt264oXx6niEK';
const toTrx = 'TAhcUtiUMNkEQBrPqb4fxNQyEsKxFKLQto';
const hash = recorded().usdt.block.blockID;

function open(t: TestContext, node: HttpNode, confirmations: number | 'finalized' = 'finalized'): Promise<Exchange> {
  return openExchange(t, node, {
    ours: [toUsdt, toTrx, 'TGrVDFTu4SGnb9Pxjs4JdArHdxnpopHH7L'],
    chains: [tronChain({ network: mainnet, url: node.url })],
    policy: {
      assets: [
        { asset: trx, decimals: 6 },
        { asset: usdt, decimals: 6 },
      ],
      confirmations: { [mainnet]: confirmations },
    },
  });
}

const tokens = {
  network: mainnet,
  asset: usdt,
  amount: '33055160',
  from: 'TCNGdXJqFenGm6Ji2z495tJH1926j9Rk96',
  to: toUsdt,
  memo: null,
  status: 'success',
  confirmations: 19,
  transaction: { hash: usdtId, position: 'log:0', block: { number: `${height}`, hash } },
};
const coins = {
  ...tokens,
  asset: trx,
  amount: '3587040',
  from: 'TJk32PNXFRhQ89zd5vtcWK9XnE5KWD1gXU',
  to: toTrx,
  transaction: { ...tokens.transaction, hash: trxId, position: 'native' },
};

test('deposits of TRX and USDT are credited once their block is solidified, and once', async (t) => {
  const node = await tronNode(t, [recorded().usdt], { above: 25 });
  Object.assign(node.answers, headAnswers(height + 25, height - 1));
  const exchange = await open(t, node);
  for (const data of [tokens, coins, tokens]) assert.equal(await exchange.post('deposit.confirmed', data), 200);
  await exchange.settle();
  assert.deepEqual(exchange.balances(), {});
  Object.assign(node.answers, headAnswers(height + 26, height));
  await exchange.settle();
  const credited = { [`${usdt} ${toUsdt}`]: 33_055_160n, [`${trx} ${toTrx}`]: 3_587_040n };
  assert.deepEqual(exchange.balances(), credited);
  const page = await exchange.callbacks().store.deposits({ limit: 9 });
  for (const { providers, status } of page) assert.deepEqual([providers, status], [['chain', 'imtoken'], 'confirmed']);
  Object.assign(node.answers, headAnswers(height + 40, height + 20));
  await exchange.settle();
  assert.deepEqual(exchange.balances(), credited);
});

test('lies about amount, recipient, asset, status or existence credit nothing but what the chain holds', async (t) => {
  const failed = recorded().usdt;
  const [, transaction] = failed.block.transactions ?? [];
  const [, result] = failed.results;
  assert.ok(transaction && result, 'the recorded block has two transactions');
  const reverted = { ...transaction, txID: 'ab'.repeat(32), ret: [{ contractRet: 'REVERT' }] };
  failed.block.transactions?.push(reverted);
  failed.results.push({ ...result, id: reverted.txID, receipt: { result: 'REVERT' }, result: 'FAILED' });
  const node = await tronNode(t, [failed], { above: 30 });
  const absent = 'cd'.repeat(32);
  for (const question of [questions.result, questions.transaction, questions.pending])
    node.answers[question(absent)] = '{}';
  const exchange = await open(t, node, 19);
  const lies = [
    { ...tokens, amount: '330551600' },
    { ...tokens, to: toTrx },
    { ...tokens, asset: trx },
    { ...coins, asset: usdt },
    { ...coins, amount: '3587041' },
    { ...tokens, transaction: { ...tokens.transaction, hash: reverted.txID, position: 'log:1' } },
    { ...tokens, transaction: { ...tokens.transaction, hash: absent } },
  ];
  for (const lie of lies) assert.equal(await exchange.post('deposit.confirmed', lie), 200);
  for (let round = 0; round < 2; round += 1) await exchange.settle();
  // By the chain's own word.
  assert.deepEqual(exchange.balances(), { [`${usdt} ${toUsdt}`]: 33_055_160n, [`${trx} ${toTrx}`]: 3_587_040n });
  const codes = (await exchange.callbacks().store.deposits({ limit: 20 })).map((one) => [
    one.transaction.id.slice(0, 2),
    one.asset === trx ? 'TRX' : 'USDT',
    one.amount,
    one.status,
    one.code,
  ]);
  assert.deepEqual(codes.filter(([id]) => id === 'ab' || id === 'cd').sort(), [
    ['ab', 'USDT', 33_055_160n, 'failed', 'FAILED'],
    ['cd', 'USDT', 33_055_160n, 'pending', 'CHAIN_PENDING'],
  ]);
});

test('TRC-10 tokens that are reported as TRX are refused, though the transfer succeeded', async (t) => {
  const { transactions } = recorded().trc10;
  const [assetTransfer, transfer] = transactions as [Transaction, Transaction];
  const [number, time] = [47_206_126, 1_672_209_408_000];
  const block = blockAround(number, time, [assetTransfer, transfer]);
  const results = [assetTransfer, transfer].map((one) => plainResult(one, number, time));
  const node = await tronNode(t, [{ block, results }], { above: 30 });
  const exchange = await open(t, node, 19);
  const told = (id: string, amount: string): object => ({
    ...coins,
    amount,
    from: null,
    to: 'TGrVDFTu4SGnb9Pxjs4JdArHdxnpopHH7L',
    transaction: { hash: id, position: 'native', block: { number: `${number}`, hash: block.blockID } },
  });
  await exchange.post('deposit.confirmed', told(assetTransfer.txID, '888'));
  await exchange.post('deposit.confirmed', told(transfer.txID, '1'));
  await exchange.settle();
  assert.deepEqual(exchange.balances(), { [`${trx} TGrVDFTu4SGnb9Pxjs4JdArHdxnpopHH7L`]: 1n });
  const [refused] = (await exchange.callbacks().store.deposits({ limit: 9 })).filter((one) => one.amount === 888n);
  assert.deepEqual([refused?.status, refused?.code], ['failed', 'FAILED']);
});

test('deposits that no callback reported are found by reconcile, and credited once when it comes later', async (t) => {
  const { block } = recorded().usdt;
  const [before, after] = [blockAround(height - 1, 1), blockAround(height + 1, 1)];
  before.blockID = block.block_header.raw_data.parentHash;
  after.block_header.raw_data.parentHash = block.blockID;
  const around: Recorded[] = [before, after].map((one) => ({ block: one, results: [] }));
  const node = await tronNode(t, [...around, recorded().usdt], { above: 30 });
  const exchange = await open(t, node, 19);
  const range = { network: mainnet, fromBlock: BigInt(height - 1), toBlock: BigInt(height + 1) };
  node.answers[questions.results(height)] =
    '{"Error":"class java.lang.IllegalAccessException : lack of computing resources"}';
  await assert.rejects(exchange.callbacks().reconcile(range), { code: 'REQUEST_FAILED' });
  node.answers[questions.results(height)] = JSON.stringify(recorded().usdt.results);
  const found = await exchange.callbacks().reconcile(range);
  assert.deepEqual(found.missed, [
    { transactionId: trxId, block: BigInt(height) },
    { transactionId: usdtId, block: BigInt(height) },
  ]);
  await exchange.callbacks().idle();
  const credited = { [`${usdt} ${toUsdt}`]: 33_055_160n, [`${trx} ${toTrx}`]: 3_587_040n };
  assert.deepEqual(exchange.balances(), credited);
  await exchange.post('deposit.confirmed', tokens);
  assert.deepEqual((await exchange.callbacks().reconcile(range)).missed, []);
  await exchange.settle();
  assert.deepEqual(exchange.balances(), credited);
});

test('a deposit of a block that a fork replaced is taken back, though nobody reports it', async (t) => {
  const node = await tronNode(t, [recorded().usdt], { above: 1 });
  const exchange = await open(t, node, 2);
  await exchange.post('deposit.confirmed', tokens);
  await exchange.settle();
  assert.deepEqual(exchange.balances(), { [`${usdt} ${toUsdt}`]: 33_055_160n });
  const fork = { block: blockAround(height, 1_791_061_674_000, [], 'b'), results: [] };
  Object.assign(node.answers, answersOf(fork), headAnswers(height + 2, height - 17, 'b'));
  for (const question of [questions.result, questions.transaction, questions.pending])
    node.answers[question(usdtId)] = '{}';
  await exchange.settle();
  assert.deepEqual(exchange.balances(), {});
  assert.deepEqual(
    exchange.events.map(([kind]) => kind),
    ['deposit.pending', 'deposit', 'deposit.reverted'],
  );
});
