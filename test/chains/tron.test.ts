import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChainClaim, ChainVerdict, MinedVerdict } from '../../lib/chains/kit/chain-check.ts';
import { tronChain } from '../../lib/chains/tron.ts';
import {
  answersOf,
  blockAround,
  call,
  genesis,
  genesisAnswer,
  headAnswers,
  height,
  mainnet,
  plainResult,
  questions,
  recorded,
  type Transaction,
  tronNode,
  trx,
  trxId,
  usdt,
  usdtId,
} from './tron/recorded.ts';

// Answers of real nodes, from test/fixtures/nodes/tron.json, and what is made of them to lie.

const recipient = 'THqTeLsNS6iNraHd2hPvYtt264oXx6niEK';

const claim = (asset: string, to = recipient, amount = 1n): ChainClaim => ({ asset, to, amount });
const reasonOf = (verdict: ChainVerdict): string => (verdict.status === 'unknown' ? verdict.reason : verdict.status);
const rowsOf = ({ rows }: MinedVerdict): unknown[] =>
  rows.map(({ asset, to, amount, position }) => [asset, to, amount, position]);

async function check(url: string, transactionId: string, claims?: readonly ChainClaim[]): Promise<ChainVerdict> {
  return tronChain({ network: mainnet, url }).check({ transactionId, ...(claims && { claims }) });
}

async function mined(url: string, transactionId: string, claims?: readonly ChainClaim[]): Promise<MinedVerdict> {
  const verdict = await check(url, transactionId, claims);
  assert.equal(verdict.status, 'mined', reasonOf(verdict));
  return verdict as MinedVerdict;
}

/** The transactions of the recorded block that `reconcile` would ask about. */
async function searched(url: string): Promise<unknown[]> {
  const found: unknown[] = [];
  const range = { fromBlock: BigInt(height), toBlock: BigInt(height), isOurs: () => true };
  for await (const { transfers } of tronChain({ network: mainnet, url }).transfersTo?.(range) ?? []) {
    found.push(...transfers.map((one) => [one.transactionId, one.success]));
  }
  return found;
}

test('a recorded block is read: TRX by its TransferContract, USDT by its log, the block by its blockID', async (t) => {
  const node = await tronNode(t, [recorded().usdt]);
  const block = { number: BigInt(height), hash: '00000000052c68348b8d8867a24d0ab0b931b40c539b6d46910d219e52be3aa0' };
  const tokens = await mined(node.url, usdtId);
  assert.deepEqual(tokens.block, block);
  assert.deepEqual([tokens.success, tokens.confirmations, tokens.finalized], [true, 19, false]);
  assert.deepEqual(tokens.rows, [
    { asset: usdt, from: 'TCNGdXJqFenGm6Ji2z495tJH1926j9Rk96', to: recipient, amount: 33_055_160n, position: 'log:0' },
  ]);
  assert.deepEqual(node.asked, [
    questions.header(0),
    questions.result(usdtId),
    questions.header(height),
    questions.block(height),
    questions.results(height),
    questions.head,
    questions.solidified,
  ]);
  const coins = await mined(node.url, trxId, [claim(trx)]);
  assert.deepEqual(rowsOf(coins), [[trx, 'TAhcUtiUMNkEQBrPqb4fxNQyEsKxFKLQto', 3_587_040n, 'native']]);
  assert.deepEqual(coins.unseen, []);
});

test('a log is numbered within its block, as the JSON-RPC of TRON and its providers number it', async (t) => {
  const { block, results } = recorded().usdt;
  const [log] = results[1]?.log ?? [];
  assert.ok(log, 'the recorded transaction has a log');
  const other = call('ab'.repeat(32));
  const before = { ...plainResult(other, height, 1_791_061_674_000), log: [log, log], receipt: { result: 'SUCCESS' } };
  const node = await tronNode(t, [
    { block: { ...block, transactions: [other, ...(block.transactions ?? [])] }, results: [before, ...results] },
  ]);
  assert.deepEqual(
    (await mined(node.url, usdtId)).rows.map((row) => row.position),
    ['log:2'],
  );
});

test('what failed moved nothing, whatever logs stand in its result', async (t) => {
  for (const state of ['REVERT', 'OUT_OF_ENERGY', 'OUT_OF_TIME', 'TRANSFER_FAILED', 'A_STATE_OF_TOMORROW']) {
    const { block, results } = recorded().usdt;
    const [, transaction] = block.transactions ?? [];
    const [, result] = results;
    assert.ok(transaction && result, 'the recorded block has two transactions');
    transaction.ret = [{ contractRet: state }];
    result.receipt = { result: state };
    result.result = 'FAILED';
    const node = await tronNode(t, [{ block, results }]);
    const verdict = await mined(node.url, usdtId);
    assert.deepEqual([verdict.success, verdict.rows, verdict.unseen], [false, [], []]);
    assert.deepEqual(await searched(node.url), [[trxId, true]]);
  }
  // Out of energy on the mainnet, with the result as it was recorded.
  const { result } = recorded().outOfEnergy;
  const block = blockAround(result.blockNumber, result.blockTimeStamp, [call(result.id, {}, 'OUT_OF_ENERGY')]);
  const node = await tronNode(t, [{ block, results: [result] }]);
  assert.equal((await mined(node.url, result.id, [claim(usdt)])).success, false);
});

test('answers that do not say, or say two things, about success prove nothing', async (t) => {
  const states = [
    { inBlock: undefined, inReceipt: 'SUCCESS' },
    { inBlock: 'SUCCESS', inReceipt: 'REVERT' },
    { inBlock: 'REVERT', inReceipt: 'SUCCESS' },
    { inBlock: 'SUCCESS', inReceipt: 'SUCCESS', result: 'FAILED' },
  ];
  for (const { inBlock, inReceipt, result: word } of states) {
    const { block, results } = recorded().usdt;
    const [, transaction] = block.transactions ?? [];
    const [, result] = results;
    assert.ok(transaction && result, 'the recorded block has two transactions');
    transaction.ret = [inBlock === undefined ? {} : { contractRet: inBlock }];
    result.receipt = { result: inReceipt };
    if (word !== undefined) result.result = word;
    const node = await tronNode(t, [{ block, results }]);
    assert.match(reasonOf(await check(node.url, usdtId)), /does not say whether it succeeded/);
    // Nor are they passed over: whoever searches the block asks about each.
    assert.deepEqual(await searched(node.url), [
      [trxId, true],
      [usdtId, false],
    ]);
  }
});

test('TRC-10, votes, freezes, delegations and the value of a call are never taken for TRX', async (t) => {
  const { transactions } = recorded().trc10;
  const { block: delegation } = recorded().undelegate;
  const [assetTransfer, transfer] = transactions as [Transaction, Transaction];
  const valued = call('cd'.repeat(32), { call_value: 7_000_000, call_token_value: 5, token_id: 1_004_905 });
  // As the protocol defines them (core/contract of tronprotocol/protocol); TRON's JSON-RPC gives the amount of each as its value.
  const owner_address = '411a4cd9078cf2db25d73ce5c6084e4cc7b4cab9eb';
  const other = '41a614f803b6fd780986a42c78ec9c7f77e6ded13c';
  const own = (type: string, value: object, index: number): Transaction => ({
    txID: `${index}`.repeat(64),
    ret: [{ contractRet: 'SUCCESS' }],
    raw_data: { contract: [{ type, parameter: { value: { owner_address, ...value } } }] },
  });
  const votes = own('VoteWitnessContract', { votes: [{ vote_address: other, vote_count: 9 }] }, 1);
  const freeze = own('FreezeBalanceContract', { frozen_balance: 8, frozen_duration: 3, receiver_address: other }, 2);
  const stake = own('FreezeBalanceV2Contract', { frozen_balance: 7, resource: 'ENERGY' }, 3);
  const participation = own('ParticipateAssetIssueContract', { to_address: other, amount: 6 }, 4);
  const delegated = own('DelegateResourceContract', { receiver_address: other, balance: 5 }, 5);
  const pledges = [votes, freeze, stake, participation, delegated];
  const blocks = [
    blockAround(47_206_126, 1_672_209_408_000, [assetTransfer, transfer]),
    blockAround(47_206_127, 1_672_209_411_000, [valued]),
    blockAround(47_206_128, 1_672_209_414_000, pledges),
    delegation,
  ].map((block) => {
    const { number = 0, timestamp = 0 } = block.block_header.raw_data;
    return { block, results: (block.transactions ?? []).map((one) => plainResult(one, number, timestamp)) };
  });
  // The node stores internal transactions: what a call pays to its contract is none.
  Object.assign(blocks[1]?.results[0] ?? {}, {
    internal_transactions: recorded().internal.results[0]?.internal_transactions?.slice(0, 1),
  });
  const { url } = await tronNode(t, blocks);
  const trc10 = `${mainnet}/trc10:1004905`;
  const asset = await mined(url, assetTransfer.txID, [claim(trx), claim(trc10)]);
  assert.deepEqual([asset.rows, asset.unseen], [[], [trc10]]);
  assert.deepEqual(rowsOf(await mined(url, transfer.txID)), [
    [trx, 'TGrVDFTu4SGnb9Pxjs4JdArHdxnpopHH7L', 1n, 'native'],
  ]);
  const [, undelegated] = delegation.transactions as [Transaction, Transaction];
  const freed = await mined(url, undelegated.txID, [claim(trx)]);
  assert.deepEqual([freed.success, freed.rows, freed.unseen], [true, [], []]);
  for (const { txID } of pledges) {
    const { success, rows, unseen } = await mined(url, txID, [claim(trx)]);
    assert.deepEqual([success, rows, unseen], [true, [], []], txID);
  }
  // The contract did get it, so a claim is not denied either.
  const called = await mined(url, valued.txID, [claim(trx)]);
  assert.deepEqual([called.rows, called.unseen], [[], [trx]]);
});

test('TRX inside calls is read where the node stores it, except what was rejected or only delegated', async (t) => {
  const { results } = recorded().internal;
  const [paying, plain] = results;
  assert.ok(paying?.internal_transactions && plain, 'two recorded results');
  const last = paying.internal_transactions[2];
  const sent = { ...last, callValueInfo: [{ callValue: 5 }, { callValue: 9, tokenId: '1004905' }] };
  paying.internal_transactions.push(
    { ...sent, hash: 'aa'.repeat(32) },
    { ...sent, hash: 'bb'.repeat(32), rejected: true },
    { ...sent, hash: 'cc'.repeat(32), note: Buffer.from('delegateResourceOfEnergy').toString('hex') },
    { ...sent, hash: 'dd'.repeat(32), note: Buffer.from('freezeForEnergy').toString('hex') },
    { ...sent, hash: 'ee'.repeat(32), transferTo_address: last?.caller_address },
  );
  const block = blockAround(1_000_000, paying.blockTimeStamp, [call(paying.id), call(plain.id)]);
  const { url } = await tronNode(t, [{ block, results }]);
  const inside = await mined(url, paying.id, [claim(trx)]);
  const to = 'TXtpCUXaLmjMxCXy6krUvW5hgaocd9eezd';
  assert.deepEqual(rowsOf(inside), [
    [trx, to, 2_457_950_000n, 'trace:b31eeb5d614133be49ff5be526d8bd258583b478c5daad9713b68591141b5f10'],
    [trx, to, 5n, `trace:${'aa'.repeat(32)}`],
  ]);
  assert.deepEqual(inside.unseen, []);
  // The node stores them, so a call without any made none.
  assert.deepEqual((await mined(url, plain.id, [claim(trx)])).unseen, []);

  delete paying.internal_transactions;
  const without = await tronNode(t, [{ block, results }]);
  assert.deepEqual((await mined(without.url, paying.id, [claim(trx)])).unseen, [trx]);
  assert.deepEqual((await mined(without.url, paying.id, [claim(usdt)])).unseen, []);
});

test('a token is the contract that emitted the log, and a TRC-721 is none', async (t) => {
  const { block, results } = recorded().usdt;
  const [, result] = results;
  const [log] = result?.log ?? [];
  assert.ok(result && log, 'the recorded transaction has a log');
  const [topic = '', from = '', to = ''] = log.topics;
  result.log = [
    // Its symbol is USDT, says its contract.
    { ...log, address: 'd53adb8bb7b45de60d0dc3d03ba0c187093b919d' },
    { ...log, topics: [topic, from, to, log.data ?? ''], data: '' },
    { ...log, topics: [topic, from, to, log.data ?? ''] },
    { ...log, topics: [topic, from], data: `${to}${log.data}` },
    { ...log, topics: [`8c5be1e5${topic.slice(8)}`, from, to] },
    { ...log, data: '01f861b8' },
    // Early contracts wrote an address of 21 bytes into a topic.
    { ...log, topics: [topic, from, to.replace(/^0{24}/, `${'0'.repeat(22)}41`)] },
  ];
  const { url } = await tronNode(t, [{ block, results }]);
  assert.deepEqual(rowsOf(await mined(url, usdtId, [claim(usdt)])), [
    [`${mainnet}/trc20:TVQfSR7vRFnv78LrMoxDfAwLcyfhSxg54N`, recipient, 33_055_160n, 'log:0'],
    [usdt, recipient, 33_055_160n, 'log:6'],
  ]);
});

test('amounts beyond 2^53 keep every digit', async (t) => {
  const node = await tronNode(t, [recorded().usdt]);
  const question = questions.block(height);
  node.answers[question] = String(node.answers[question]).replace('"amount":3587040', '"amount":9007199254740993');
  assert.deepEqual(
    (await mined(node.url, trxId)).rows.map((row) => row.amount),
    [9_007_199_254_740_993n],
  );
});

test('a node of another network is refused, and asked for nothing else', async (t) => {
  for (const hash of [genesis.nile, genesis.shasta]) {
    const node = await tronNode(t, [recorded().usdt]);
    Object.assign(node.answers, genesisAnswer(hash));
    const verdict = await check(node.url, usdtId);
    assert.match(reasonOf(verdict), /The node serves tron:(3448148188|2494104990), not TRON \(tron:728126428\)/);
    assert.deepEqual(node.asked, [questions.header(0)]);
  }
  const node = await tronNode(t, [recorded().usdt]);
  Object.assign(node.answers, genesisAnswer(genesis.nile));
  assert.equal((await tronChain({ network: 'tron:3448148188', url: node.url }).head()).number, 86_796_358n);
});

test('what is solidified is asked of the node, on whichever of its ports', async (t) => {
  const node = await tronNode(t, [recorded().usdt]);
  Object.assign(node.answers, headAnswers(height + 30, height));
  const chain = tronChain({ network: mainnet, url: node.url });
  assert.equal((await chain.head()).finalized, BigInt(height));
  assert.equal((await mined(node.url, usdtId)).finalized, true);
  // The port of /wallet of java-tron has no /walletsolidity.
  node.answers[questions.solidified] = { status: 404, body: '<h2>HTTP ERROR 404 Not Found</h2>' };
  node.answers[questions.nodeInfo] = JSON.stringify({ solidityBlock: `Num:${height - 1},ID:${'00'.repeat(32)}` });
  assert.equal((await chain.head()).finalized, BigInt(height - 1));
  assert.equal((await mined(node.url, usdtId)).finalized, false);
  node.answers[questions.nodeInfo] = { status: 404, body: '' };
  assert.equal((await chain.head()).finalized, undefined);
});

test('equal questions about one block are asked once, and again when the block was replaced', async (t) => {
  const node = await tronNode(t, [recorded().usdt]);
  const chain = tronChain({ network: mainnet, url: node.url });
  for (const transactionId of [usdtId, trxId]) await chain.check({ transactionId });
  assert.equal(node.asked.filter((one) => one === questions.block(height)).length, 1);
  const fork = { block: blockAround(height, 1_791_061_674_000, [], 'b'), results: [] };
  Object.assign(node.answers, answersOf(fork));
  const blocks = [{ number: BigInt(height), hash: recorded().usdt.block.blockID }];
  const verdict = await chain.check({ transactionId: usdtId, blocks });
  assert.match(reasonOf(verdict), /the chain changed during the check/);
  assert.deepEqual(await chain.gone?.(blocks), [recorded().usdt.block.blockID]);
});
