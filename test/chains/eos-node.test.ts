import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { type EosChainOptions, eosChain } from '../../lib/chains/eos.ts';
import type { ChainVerdict } from '../../lib/chains/kit/chain-check.ts';
import {
  blockId,
  blockOf,
  eos,
  failure,
  idOf,
  mainnet,
  nodeos,
  recorded,
  unknownEndpoint,
  vaulta,
} from './eos/nodeos.ts';

// How a node of EOS fails, refuses and does not know; and what of that is passed on.

const { block } = recorded();
const id = '1c073fe57292a253ea18cd7075c5420301038197806eeda51e94a33ce63be935';
const traces = '/v1/trace_api/get_block';
const trace = '/v1/trace_api/get_transaction_trace';
const info = '/v1/chain/get_info';

const reasonOf = (verdict: ChainVerdict): string => (verdict.status === 'unknown' ? verdict.reason : verdict.status);
const check = async (url: string, options: Partial<EosChainOptions> = {}): Promise<ChainVerdict> =>
  eosChain({ network: mainnet, url, ...options }).check({ transactionId: id });

test('a node without its trace API says so with the cure, and denies nothing', async (t) => {
  for (const path of [traces, trace]) {
    const node = await nodeos(t, [block], 25);
    node.answers[path] = unknownEndpoint;
    const reason = reasonOf(await check(node.url));
    assert.match(reason, /HTTP 404 \(exception\); it serves no traces: run it with plugin = eosio::trace_api_plugin/);
  }
});

test('a transaction without a trace is absent only if the node keeps what may hold it', async (t) => {
  const node = await nodeos(t, [blockOf(21)], 25);
  const chain = eosChain({ network: mainnet, url: node.url });
  const at = (number: number) => ({ transactionId: id, blocks: [{ number: BigInt(number), hash: blockId(number) }] });
  assert.match(reasonOf(await chain.check({ transactionId: id })), /does not keep the traces of all blocks/);
  assert.equal(reasonOf(await chain.check(at(21))), 'absent');
  assert.match(reasonOf(await chain.check(at(22))), /does not keep the traces of all blocks/);
  assert.match(reasonOf(await chain.check(at(2 ** 40))), /does not keep the traces of all blocks/);
  node.blocks.set(2, blockOf(2));
  assert.equal(reasonOf(await chain.check({ transactionId: id })), 'absent');
});

test('a transaction that the index lacks is found in the block that a report names', async (t) => {
  const node = await nodeos(t, [block], 25);
  node.answers[trace] = failure(404, 'Trace API: transaction id missing in the transaction id log files');
  const blocks = [{ number: 21n, hash: block.id }];
  const verdict = await eosChain({ network: mainnet, url: node.url }).check({ transactionId: id, blocks });
  assert.equal(verdict.status, 'mined', reasonOf(verdict));
});

test('a block of which the node keeps no traces is not passed over', async (t) => {
  const node = await nodeos(t, [block], 25);
  node.answers[traces] = failure(404, 'Trace API: block trace missing');
  const chain = eosChain({ network: mainnet, url: node.url });
  assert.match(reasonOf(await chain.check({ transactionId: id })), /keeps no traces of block 21/);
  await assert.rejects(async () => {
    for await (const _ of chain.transfersTo?.({ fromBlock: 21n, toBlock: 21n, isOurs: () => true }) ?? []);
  }, /no block 21/);
  // One whose header it does not keep says nothing either.
  node.answers['/v1/chain/get_block_info'] = failure(500, 'Internal Service Error', 'unknown_block_exception');
  assert.deepEqual(await chain.gone?.([{ number: 21n, hash: blockId(21) }]), []);
});

test('answers about something else, of another version or of no node are refused', async (t) => {
  const [, transaction] = block.transactions;
  const wrong: [path: string, answer: unknown, reason: RegExp][] = [
    [traces, { ...block, status: 'irreversible', number: 22 }, /is not that of nodeos/],
    [traces, { ...block, status: 'irreversible', id: blockId(22) }, /is not that of nodeos/],
    [traces, { ...block, status: 'irreversible', transactions: undefined }, /is not that of nodeos/],
    [traces, { ...blockOf(21), status: 'irreversible' }, /the chain changed during the check/],
    [trace, { ...transaction, id: idOf('other') }, /is not that of nodeos/],
    [trace, { ...transaction, block_num: undefined }, /is not that of nodeos \(Leap 3.1 or later\)/],
    [info, { ...recorded().info, last_irreversible_block_id: blockId(7) }, /is not that of nodeos/],
  ];
  for (const [path, answer, reason] of wrong) {
    const node = await nodeos(t, [block], 25);
    node.answers[path] = JSON.stringify(answer);
    assert.match(reasonOf(await check(node.url)), reason, `${path} ${reason}`);
  }
});

test('a node of another chain is refused, and asked for nothing else', async (t) => {
  const node = await nodeos(t, [block], 25);
  node.info = { ...node.info, chain_id: '73e4385a2708e6d7048834fbc1079f2fabb17b3c125b146af438971e90716c4d' };
  const reason = /The node serves antelope:73e4385a2708e6d7048834fbc1079f2f, not EOS \(antelope:aca376f2/;
  assert.match(reasonOf(await check(node.url)), reason);
  assert.deepEqual(node.asked, [`${info} {}`]);
  const jungle = eosChain({ network: 'antelope:73e4385a2708e6d7048834fbc1079f2f', url: node.url });
  assert.equal((await jungle.head()).number, 25n);
});

test('errors of a node prove nothing, and no key of its URL gets into them', async (t) => {
  const key = 'a-secret-key-of-the-service';
  const failures = [
    failure(500, `Internal Service Error of /${key}`, 'block_log_exception', key),
    failure(429, key, key),
    { status: 403, body: key },
    { status: 200, body: `<html>${key}</html>` },
  ];
  for (const answer of failures) {
    const node = await nodeos(t, [block], 25);
    node.answers[`/${key}${info}?key=${key}`] = answer;
    const chain = eosChain({ network: mainnet, url: `${node.url}/${key}?key=${key}` });
    assert.doesNotMatch(inspect(await chain.check({ transactionId: id })), new RegExp(key));
    await assert.rejects(chain.head(), (error) => {
      assert.match(inspect(error), /REQUEST_FAILED/);
      assert.doesNotMatch(inspect(error, { depth: 9 }), new RegExp(key));
      return true;
    });
  }
});

test('several nodes must agree, about the memo too', async (t) => {
  const honest = await nodeos(t, [block], 25);
  const lying = await nodeos(t, [block], 25);
  lying.answers[traces] = JSON.stringify({ ...block, status: 'irreversible' }).replaceAll(
    '06313233343536',
    '06393939393939',
  );
  const urls = [lying.url, honest.url];
  const options = { network: mainnet, urls, quorum: 2 };
  assert.match(reasonOf(await eosChain(options).check({ transactionId: id })), /1 of 2 nodes agree; 2 are required/);
  const three = await eosChain({ ...options, urls: [...urls, honest.url] }).check({ transactionId: id });
  assert.deepEqual(three.status === 'mined' && three.rows.map((one) => one.memo), ['123456']);
});

test('a block that was read is not asked for again', async (t) => {
  const node = await nodeos(t, [block], 25);
  const chain = eosChain({ network: mainnet, url: node.url });
  for (const one of block.transactions) await chain.check({ transactionId: one.id });
  assert.equal(node.asked.filter((one) => one.startsWith(`${traces} `)).length, 1);
});

test('options that cannot be understood are refused', () => {
  const url = 'http://127.0.0.1:8888';
  const network = mainnet;
  for (const options of [
    { network },
    { network: 'eip155:1', url },
    { network: eos, url },
    { network, url: 'node:8888' },
    { network, url, urls: [url] },
    { network, urls: [] },
    { network, url, quorum: 2 },
    { network, url, assets: [{ asset: vaulta, decimals: -1 }] },
    { network, url, assets: [{ asset: 'A', decimals: 4 }] },
    { network, url, assets: [{ asset: eos, decimals: 18 }] },
  ] satisfies EosChainOptions[]) {
    assert.throws(() => eosChain(options), { code: 'OPTION_INVALID' });
  }
  const others = [{ asset: 'eip155:1/slip44:60', decimals: 18 }];
  assert.equal(eosChain({ network, url, assets: others }).network, network);
});
