import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type EosChainOptions, eosChain } from '../../lib/chains/eos.ts';
import type { ChainVerdict, MinedVerdict } from '../../lib/chains/kit/chain-check.ts';
import { readTransferData } from '../../lib/chains/readers/eos/transfer-data.ts';
import { type Contracts, tokenContracts } from './eos/contracts.ts';
import { blockId, blockOf, eos, idOf, mainnet, nodeos, recorded, transactionOf, vaulta } from './eos/nodeos.ts';

// What the token contract itself traces, in blocks of a node with the trace API; and a block of a real node.

const height = 1_000;
const id = idOf('payment');
let contracts: Contracts;

before(async () => {
  contracts = await tokenContracts();
});

const reasonOf = (verdict: ChainVerdict): string => (verdict.status === 'unknown' ? verdict.reason : verdict.status);
const rowsOf = ({ rows }: MinedVerdict): unknown[] =>
  rows.map(({ asset, to, amount, memo }) => [asset, to, amount, memo]);

async function mined(url: string, options: Partial<EosChainOptions> = {}, transactionId = id): Promise<MinedVerdict> {
  const verdict = await eosChain({ network: mainnet, url, ...options }).check({ transactionId });
  assert.equal(verdict.status, 'mined', reasonOf(verdict));
  return verdict as MinedVerdict;
}

test('a block of a real node is read: an inline transfer once, though three accounts were told of it', async (t) => {
  const { block } = recorded();
  const node = await nodeos(t, [block], 25);
  node.answers['/v1/trace_api/get_block {"block_num":21}'] = JSON.stringify(block);
  const verdict = await mined(node.url, {}, '1c073fe57292a253ea18cd7075c5420301038197806eeda51e94a33ce63be935');
  assert.deepEqual(verdict.rows, [
    { asset: eos, from: 'eosio.dex', to: 'someexchange', amount: 100_000n, memo: '123456', position: 'trace:52' },
  ]);
  assert.deepEqual(verdict.block, { number: 21n, hash: block.id });
  assert.deepEqual([verdict.success, verdict.finalized, verdict.confirmations], [true, true, 360]);
});

test('the head is the last irreversible block of a real answer, and nothing above it is read', async (t) => {
  const node = await nodeos(t, [], 0);
  node.answers['/v1/chain/get_info'] = JSON.stringify(recorded().info);
  const hash = '13a15f5461997218f30b12f846cf543d99c1da4bf22888bb0e293fd97e16f080';
  const chain = eosChain({ network: mainnet, url: node.url });
  assert.deepEqual(await chain.head(), { number: 329_342_804n, hash, finalized: 329_342_804n });
});

test('an action is counted where its contract ran it, and not where accounts were notified of it', async (t) => {
  const actions = await contracts.transfer('eosio.token', 'alice', 'exchange', '1.0000 EOS', 'customer 7');
  assert.deepEqual(
    actions.map((one) => one.receiver),
    ['eosio.token', 'alice', 'exchange'],
  );
  const node = await nodeos(t, [blockOf(height, [transactionOf(id, actions)])], height);
  const [own] = actions;
  assert.deepEqual((await mined(node.url)).rows, [
    {
      ...{ asset: eos, from: 'alice', to: 'exchange', amount: 10_000n, memo: 'customer 7' },
      position: `trace:${own?.global_sequence}`,
    },
  ]);
});

test('what was not executed moved nothing, whatever actions stand in its trace', async (t) => {
  const actions = await contracts.transfer('eosio.token', 'alice', 'exchange', '1.0000 EOS', '7');
  for (const status of ['hard_fail', 'soft_fail', 'expired', 'delayed', 'a_state_of_tomorrow', undefined]) {
    const node = await nodeos(t, [blockOf(height, [{ id, actions, ...(status && { status }) }])], height);
    const verdict = await eosChain({ network: mainnet, url: node.url }).check({ transactionId: id });
    if (status === 'delayed') assert.equal(verdict.status, 'pending');
    else if (status === undefined || status === 'a_state_of_tomorrow') {
      assert.match(reasonOf(verdict), /does not say whether it was executed/);
    } else assert.deepEqual(verdict.status === 'mined' && [verdict.success, verdict.rows], [false, []], status);
  }
});

test('a token is its contract and its symbol: EOS of another contract is not EOS, and A is not EOS', async (t) => {
  const actions = [
    ...(await contracts.transfer('fakeeos11111', 'alice', 'exchange', '900.0000 EOS', '7')),
    ...(await contracts.transfer('core.vaulta', 'alice', 'exchange', '2.0000 A', '7')),
    ...(await contracts.transfer('eosio.token', 'alice', 'exchange', '3.00 JUNGLE', '7')),
  ];
  const node = await nodeos(t, [blockOf(height, [transactionOf(id, actions)])], height);
  const claims = [eos, vaulta].map((asset) => ({ asset, to: 'exchange', amount: 1n }));
  const verdict = await eosChain({ network: mainnet, url: node.url }).check({ transactionId: id, claims });
  // EOS is denied; of a token that is not listed nothing is said.
  assert.deepEqual(verdict.status === 'mined' && [verdict.rows, verdict.unseen], [[], [vaulta]]);
  const tokens = [{ asset: vaulta, decimals: 4 }];
  const listed = await mined(node.url, { assets: tokens });
  assert.deepEqual(rowsOf(listed), [[vaulta, 'exchange', 20_000n, '7']]);
});

test('a swap pays EOS to the contract of A, and A to the sender: both are transfers, each of its own asset', async (t) => {
  const actions = [
    ...(await contracts.transfer('eosio.token', 'alice', 'core.vaulta', '5.0000 EOS', '')),
    ...(await contracts.transfer('core.vaulta', 'alice', 'exchange', '5.0000 A', '')),
  ];
  const node = await nodeos(t, [blockOf(height, [transactionOf(id, actions)])], height);
  assert.deepEqual(rowsOf(await mined(node.url, { assets: [{ asset: vaulta, decimals: 4 }] })), [
    [eos, 'core.vaulta', 50_000n, undefined],
    [vaulta, 'exchange', 50_000n, undefined],
  ]);
});

test('several transfers of one transaction, equal ones too, have positions of their own', async (t) => {
  const actions = [
    ...(await contracts.transfer('eosio.token', 'alice', 'exchange', '1.0000 EOS', '7')),
    ...(await contracts.transfer('eosio.token', 'alice', 'exchange', '1.0000 EOS', '7')),
    ...(await contracts.transfer('eosio.token', 'alice', 'exchange', '1.0000 EOS', '8')),
    ...(await contracts.transfer('eosio.token', 'alice', 'bob', '2.0000 EOS', '7')),
  ];
  const node = await nodeos(t, [blockOf(height, [transactionOf(id, actions)])], height);
  const { rows } = await mined(node.url);
  assert.deepEqual(
    rows.map(({ to, amount, memo }) => [to, amount, memo]),
    [
      ['exchange', 10_000n, '7'],
      ['exchange', 10_000n, '7'],
      ['exchange', 10_000n, '8'],
      ['bob', 20_000n, '7'],
    ],
  );
  assert.equal(new Set(rows.map((one) => one.position)).size, 4);
});

test('amounts keep every digit, and other decimals than those listed are refused', async (t) => {
  const large = await contracts.transfer('eosio.token', 'alice', 'exchange', '900719925.4741 EOS', '7');
  const jungle = await contracts.transfer('eosio.token', 'alice', 'exchange', '3.00 JUNGLE', '7');
  const asset = `${mainnet}/token:eosio.token-JUNGLE`;
  const others = transactionOf(idOf('jungle'), jungle);
  const node = await nodeos(t, [blockOf(height, [transactionOf(id, large), others])], height);
  assert.deepEqual(rowsOf(await mined(node.url)), [[eos, 'exchange', 9_007_199_254_741n, '7']]);
  assert.deepEqual(rowsOf(await mined(node.url, { assets: [{ asset, decimals: 2 }] }, others.id)), [
    [asset, 'exchange', 300n, '7'],
  ]);
  const wrong = eosChain({ network: mainnet, url: node.url, assets: [{ asset, decimals: 4 }] });
  const reason = /JUNGLE has 2 decimals on the chain, but 4 in assets and the policy/;
  assert.match(reasonOf(await wrong.check({ transactionId: others.id })), reason);
  // It hides nothing else in its block.
  assert.equal((await wrong.check({ transactionId: id })).status, 'mined');
  await assert.rejects(async () => {
    for await (const _ of wrong.transfersTo?.({ fromBlock: 1_000n, toBlock: 1_000n, isOurs: () => true }) ?? []);
  }, reason);
});

test('data of a transfer is read as the contract reads it', () => {
  const whole = '0000e82a01ea3055a0d8340d75a524c5ffffffffffffff7f04454f530000000006313233343536';
  assert.deepEqual(readTransferData(whole), {
    ...{ from: 'eosio.dex', to: 'someexchange', amount: 2n ** 63n - 1n, precision: 4, symbol: 'EOS', memo: '123456' },
  });
  // What follows the memo is nothing to the contract.
  assert.equal(readTransferData(`${whole}ff`).memo, '123456');
  const memo = Buffer.from('caf\u00e9\u0000').toString('hex');
  assert.equal(readTransferData(`${whole.slice(0, 64)}06${memo}`).memo, 'caf\u00e9\ufffd');
  const long = 'x'.repeat(200);
  assert.equal(readTransferData(`${whole.slice(0, 64)}c801${Buffer.from(long).toString('hex')}`).memo, long);
  for (const bad of [
    '',
    'zz',
    whole.slice(0, 62),
    whole.slice(0, -2),
    `${whole.slice(0, 64)}ffffffffffff`,
    whole.replace('ffffffffffffff7f', 'ffffffffffffffff'),
    whole.replace('454f53', '656f73'),
  ]) {
    assert.throws(() => readTransferData(bad), /Error/, bad);
  }
});

test('a transaction above the last irreversible block waits, and a fork there changes nothing', async (t) => {
  const actions = await contracts.transfer('eosio.token', 'alice', 'exchange', '1.0000 EOS', '7');
  const payment = transactionOf(id, actions);
  const node = await nodeos(t, [blockOf(height - 1), blockOf(height, [payment]), blockOf(height + 1)], height - 1);
  const chain = eosChain({ network: mainnet, url: node.url });
  const blocks = [{ number: BigInt(height), hash: blockId(height) }];
  assert.equal((await chain.check({ transactionId: id, blocks })).status, 'pending');
  assert.deepEqual(await chain.gone?.(blocks), []);
  await assert.rejects(async () => {
    for await (const _ of chain.transfersTo?.({ fromBlock: 1_000n, toBlock: 1_000n, isOurs: () => true }) ?? []);
  }, /no block 1000/);
  // The fork that becomes irreversible holds it one block later.
  node.blocks.set(height, blockOf(height, [], 'b'));
  node.blocks.set(height + 1, blockOf(height + 1, [payment], 'b'));
  node.irreversible = height + 1;
  const verdict = await chain.check({ transactionId: id, blocks });
  assert.deepEqual(verdict.status === 'mined' && [verdict.block, verdict.removed], [
    { number: BigInt(height + 1), hash: blockId(height + 1, 'b') },
    [blockId(height)],
  ]);
  assert.deepEqual(await chain.gone?.(blocks), [blockId(height)]);
});
