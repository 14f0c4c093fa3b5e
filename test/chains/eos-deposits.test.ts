import assert from 'node:assert/strict';
import { before, type TestContext, test } from 'node:test';
import { eosChain } from '../../lib/chains/eos.ts';
import { type Contracts, tokenContracts } from './eos/contracts.ts';
import {
  blockId,
  blockOf,
  eos,
  idOf,
  mainnet,
  type Nodeos,
  nodeos,
  type TransactionTrace,
  transactionOf,
  vaulta,
} from './eos/nodeos.ts';
import { type Exchange, openExchange } from './exchange.ts';

// Deposits on EOS through the whole receiver, over what the token contract traces.

const height = 1_000;
const assets = [eos, vaulta].map((asset) => ({ asset, decimals: 4, memo: 'required' as const }));
let contracts: Contracts;

before(async () => {
  contracts = await tokenContracts();
});

function open(t: TestContext, node: Nodeos, now?: () => number): Promise<Exchange> {
  return openExchange(t, node, {
    ours: ['exchange'],
    chains: [eosChain({ network: mainnet, url: node.url, assets })],
    policy: { assets, confirmations: { [mainnet]: 'finalized' } },
    ...(now && { now }),
  });
}

async function payment(
  name: string,
  quantity: string,
  memo: string,
  contract = 'eosio.token',
): Promise<TransactionTrace> {
  return transactionOf(idOf(name), await contracts.transfer(contract, 'alice', 'exchange', quantity, memo));
}

/** What the sender of a callback says of a payment of 1.0000 EOS with the memo 7. */
function told({ id }: TransactionTrace, lie: Record<string, unknown> = {}): object {
  return {
    network: mainnet,
    ...{ asset: eos, amount: '10000', from: 'alice', to: 'exchange', memo: '7', status: 'success', confirmations: 1 },
    transaction: { hash: id, block: { number: `${height}`, hash: blockId(height) } },
    ...lie,
  };
}

test('deposits are credited once their block is irreversible, and once', async (t) => {
  const coins = await payment('coins', '1.0000 EOS', '7');
  const tokens = await payment('tokens', '2.5000 A', '8', 'core.vaulta');
  const node = await nodeos(t, [blockOf(height, [coins, tokens])], height - 1);
  let clock = Date.UTC(2026, 0, 1);
  const exchange = await open(t, node, () => clock);
  const second = told(tokens, { asset: vaulta, amount: '25000', memo: '8' });
  for (const data of [told(coins), second, told(coins)]) {
    assert.equal(await exchange.post('deposit.confirmed', data), 200);
  }
  await exchange.settle();
  assert.deepEqual(exchange.balances(), {});
  node.irreversible = height;
  node.blocks.set(height + 1, blockOf(height + 1));
  clock += 10_000;
  await exchange.settle();
  const credited = { [`${eos} exchange`]: 10_000n, [`${vaulta} exchange`]: 25_000n };
  assert.deepEqual(exchange.balances(), credited);
  node.irreversible = height + 1;
  assert.equal(await exchange.post('deposit.confirmed', told(coins)), 200);
  await exchange.settle();
  assert.deepEqual(exchange.balances(), credited);
  const page = await exchange.callbacks().store.deposits({ limit: 9 });
  for (const { providers, status } of page) assert.deepEqual([providers, status], [['chain', 'imtoken'], 'confirmed']);
});

test('lies about amount, recipient, asset, memo, status or existence credit nothing but what the chain holds', async (t) => {
  const paid = await payment('paid', '1.0000 EOS', '7');
  const fake = await payment('fake', '900.0000 EOS', '7', 'fakeeos11111');
  const failed = { ...(await payment('failed', '1.0000 EOS', '7')), status: 'hard_fail' };
  const elsewhere = transactionOf(
    idOf('bob'),
    await contracts.transfer('eosio.token', 'alice', 'bob', '1.0000 EOS', '7'),
  );
  const node = await nodeos(t, [blockOf(height, [paid, fake, failed, elsewhere])], height);
  const exchange = await open(t, node);
  const lies = [
    told(paid, { amount: '100000' }),
    told(paid, { memo: '9' }),
    told(paid, { asset: vaulta }),
    told(fake, { amount: '9000000' }),
    told(failed),
    told(elsewhere),
    told(transactionOf(idOf('absent'), [])),
  ];
  for (const lie of lies) assert.equal(await exchange.post('deposit.confirmed', lie), 200);
  for (let round = 0; round < 2; round += 1) await exchange.settle();
  // By the chain's own word.
  assert.deepEqual(exchange.balances(), { [`${eos} exchange`]: 10_000n });
  const deposits = await exchange.callbacks().store.deposits({ limit: 20 });
  const credited = deposits.filter((one) => one.status === 'confirmed');
  assert.deepEqual(
    credited.map(({ transaction, memo, amount }) => [transaction.id, memo, amount]),
    [[paid.id, '7', 10_000n]],
  );
  const codes = deposits.map((one) => [one.transaction.id, one.status, one.code]);
  for (const { id } of [fake, failed, elsewhere]) {
    assert.deepEqual(
      codes.find(([of]) => of === id),
      [id, 'failed', 'FAILED'],
      id,
    );
  }
});

test('equal transfers of one transaction are credited each, and no notification is', async (t) => {
  const [one, two] = [await payment('', '1.0000 EOS', '7'), await payment('', '1.0000 EOS', '7')];
  const both = transactionOf(idOf('both'), [...one.actions, ...two.actions]);
  const exchange = await open(t, await nodeos(t, [blockOf(height, [both])], height));
  assert.equal(await exchange.post('deposit.confirmed', told(both)), 200);
  for (let round = 0; round < 2; round += 1) await exchange.settle();
  assert.deepEqual(exchange.balances(), { [`${eos} exchange`]: 20_000n });
});

test('deposits that no callback reported are found by reconcile, and credited once when it comes later', async (t) => {
  const paid = await payment('paid', '1.0000 EOS', '7');
  const failed = { ...(await payment('failed', '1.0000 EOS', '7')), status: 'hard_fail' };
  const fake = await payment('fake', '900.0000 EOS', '7', 'fakeeos11111');
  const blocks = [blockOf(height - 1, [failed]), blockOf(height, [paid, fake]), blockOf(height + 1)];
  const exchange = await open(t, await nodeos(t, blocks, height + 1));
  const range = { network: mainnet, fromBlock: BigInt(height - 1), toBlock: BigInt(height + 1) };
  const found = await exchange.callbacks().reconcile(range);
  assert.deepEqual(found.missed, [{ transactionId: paid.id, block: BigInt(height) }]);
  await exchange.callbacks().idle();
  assert.deepEqual(exchange.balances(), { [`${eos} exchange`]: 10_000n });
  await exchange.post('deposit.confirmed', told(paid));
  assert.deepEqual((await exchange.callbacks().reconcile(range)).missed, []);
  await exchange.settle();
  assert.deepEqual(exchange.balances(), { [`${eos} exchange`]: 10_000n });
});

test('a memo that cannot be stored, or none, stops no search and is not taken for another', async (t) => {
  const odd = await payment('odd', '1.0000 EOS', '\u00007');
  const bare = await payment('bare', '1.0000 EOS', '');
  const paid = await payment('paid', '1.0000 EOS', '7');
  const exchange = await open(t, await nodeos(t, [blockOf(height, [odd, bare, paid])], height));
  const { missed } = await exchange.callbacks().reconcile({ network: mainnet, fromBlock: 1_000n, toBlock: 1_000n });
  assert.equal(missed.length, 3);
  await exchange.callbacks().idle();
  const deposits = await exchange.callbacks().store.deposits({ limit: 9 });
  assert.deepEqual(deposits.map(({ memo, code }) => [memo, code]).sort(), [
    [undefined, 'MEMO_MISSING'],
    ['7', undefined],
    ['\ufffd7', undefined],
  ]);
});
