import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Address, Transaction } from '@ton/core';
import { tonChain } from '../../lib/chains/ton.ts';
import { type Exchange, openExchange } from './exchange.ts';
import { comment, internalTransferBody, wallet } from './ton/contracts.ts';
import { blockHash, coin, failure, firstBlock, idOf, jettonAsset, mainnet, raw } from './ton/toncenter.ts';
import { accountNamed, at, forgedDeposit, oneTon, tonWorld, type World } from './ton/world.ts';

// Deposits on TON through the whole receiver: contracts run by TON's own virtual machine, behind an index that answers as toncenter does.

async function open(t: TestContext): Promise<World & { exchange: Exchange; asset: string }> {
  const world = await tonWorld(t);
  const asset = jettonAsset(world.usd);
  const assets = [
    { asset: coin, decimals: 9, memo: 'required' as const },
    { asset, decimals: 6, memo: 'required' as const },
  ];
  const exchange = await openExchange(t, world.node, {
    ours: [raw(world.ours)],
    chains: [tonChain({ network: mainnet, url: world.node.url, assets })],
    policy: { assets, confirmations: { [mainnet]: 'finalized' } },
  });
  return { ...world, exchange, asset };
}

interface Told {
  one: Transaction | undefined;
  block: number;
  asset: string;
  to: string;
  amount: bigint;
  memo: string | null;
}

/** What the sender of a callback says of a transfer. */
function told({ one, block, asset, to, amount, memo }: Told, lie: Record<string, unknown> = {}): object {
  assert.ok(one, 'there is such a transaction');
  return {
    ...{ network: mainnet, asset, amount: `${amount}`, from: null, to, memo, status: 'success', confirmations: 1 },
    transaction: { hash: idOf(one), block: { number: `${block}`, hash: blockHash(block).toString('hex') } },
    ...lie,
  };
}

const spellings = (address: Address): string[] => [
  raw(address),
  raw(address).toUpperCase(),
  address.toString(),
  address.toString({ bounceable: false }),
  address.toString({ bounceable: true, urlSafe: false }),
];

test('coins with a comment and jettons without a notice are credited once, in whatever form the account is reported', async (t) => {
  const { node, exchange, asset, usd, ours, pay, payJettons, jettonsOf, coinsOf } = await open(t);
  const [paid] = at(await pay(ours, 5n * oneTon, comment('10042')), ours);
  const steps = await payJettons({ amount: 25_000_000n, party: ours, payload: comment('10042') });
  const [taken] = at(steps, wallet(ours, usd).address);
  const block = node.mine([paid as Transaction, ...steps]);
  const amounts = { [`${coin} ${raw(ours)}`]: 5n * oneTon, [`${asset} ${raw(ours)}`]: 25_000_000n };
  for (const to of spellings(ours)) {
    const coins = { one: paid, block, asset: coin, to, amount: 5n * oneTon, memo: '10042' };
    assert.equal(await exchange.post('deposit.confirmed', told(coins)), 200);
    const jettons = { ...coins, one: taken, asset, amount: 25_000_000n };
    assert.equal(await exchange.post('deposit.confirmed', told(jettons)), 200);
    await exchange.settle();
    assert.deepEqual(exchange.balances(), amounts);
  }
  assert.deepEqual([await coinsOf(ours), await jettonsOf(ours)], [5n * oneTon, 25_000_000n]);
  const page = await exchange.callbacks().store.deposits({ limit: 9 });
  assert.deepEqual(
    page.map(({ memo, status }) => [memo, status]),
    [
      ['10042', 'confirmed'],
      ['10042', 'confirmed'],
    ],
  );
});

test('lies about amount, recipient, asset, memo, status or existence credit nothing but what the chain holds', async (t) => {
  const world = await open(t);
  const { node, exchange, asset, usd, ours, alice, pay, payJettons, send } = world;
  const [paid] = at(await pay(ours, 5n * oneTon, comment('10042')), ours);
  const other = accountNamed('other');
  const [elsewhere] = at(await pay(other, 6n * oneTon, comment('10042')), other);
  const [returned] = at(await pay(ours, 7n * oneTon, comment('10042'), true), ours);
  const steps = await payJettons({ amount: 25n, party: ours, payload: comment('10042'), forward: 1n });
  const account = wallet(ours, usd).address;
  const [taken] = at(steps, account);
  const refusedBody = internalTransferBody({ amount: 10n ** 12n, party: alice.address, payload: comment('10042') });
  const [refused] = at(await send(other, account, oneTon, refusedBody), account);
  const forged = await forgedDeposit(world, { owner: ours, master: usd, amount: 10n ** 12n, stranger: other });
  const [forgedTold] = at(forged.transactions, forged.account);
  const [forgedNotice] = at(forged.transactions, ours);
  const strange = [elsewhere, returned, refused].map((one) => one as Transaction);
  const block = node.mine([paid as Transaction, ...strange, ...steps, ...forged.transactions]);

  const of = { block, to: raw(ours), memo: '10042' };
  const coins = { ...of, one: paid, asset: coin, amount: 5n * oneTon };
  const jettons = { ...of, one: taken, asset, amount: 25n };
  const absent = idOf(paid as Transaction).replace(/[0-9a-f]{64}$/, '00'.repeat(32));
  const lies = [
    told(coins, { amount: `${500n * oneTon}` }),
    told(coins, { memo: '10043' }),
    told(coins, { asset }),
    told({ ...coins, one: elsewhere, amount: 6n * oneTon }),
    told({ ...coins, one: returned, amount: 7n * oneTon }),
    told(coins, { transaction: { hash: absent } }),
    told(jettons, { amount: '25000000' }),
    told(jettons, { memo: '10043' }),
    told(jettons, { asset: coin }),
    told({ ...jettons, one: refused, amount: 10n ** 12n }),
    told({ ...jettons, one: forgedTold, amount: 10n ** 12n }),
    told({ ...jettons, one: forgedNotice, amount: 10n ** 12n }),
    // Steps of the true transfer, under which it would be credited a second time.
    told({ ...jettons, one: at(steps, ours)[0] }),
    told({ ...jettons, one: at(steps, wallet(alice.address, usd).address)[0] }),
  ];
  for (const lie of lies) assert.equal(await exchange.post('deposit.confirmed', lie), 200);
  for (let round = 0; round < 3; round += 1) await exchange.settle();
  // By the chain's own word.
  const credited = { [`${coin} ${raw(ours)}`]: 5n * oneTon, [`${asset} ${raw(ours)}`]: 25n };
  assert.deepEqual(exchange.balances(), credited);
  await exchange.callbacks().reconcile({ network: mainnet, fromBlock: BigInt(firstBlock) });
  await exchange.settle();
  assert.deepEqual(exchange.balances(), credited);
  const confirmed = await exchange.callbacks().store.deposits({ status: 'confirmed', limit: 20 });
  assert.deepEqual(
    confirmed.map(({ memo }) => memo),
    ['10042', '10042'],
  );
});

test('deposits that no callback reported are found by reconcile, and credited once when it comes later', async (t) => {
  const { node, exchange, asset, usd, ours, pay, payJettons, jettonsOf } = await open(t);
  const [paid] = at(await pay(ours, 5n * oneTon, comment('10042')), ours);
  const first = node.mine([paid as Transaction]);
  node.mine([]);
  const steps = await payJettons({ amount: 25n, party: ours, payload: comment('10042') });
  const [taken] = at(steps, wallet(ours, usd).address);
  const last = node.mine(steps);
  const range = { network: mainnet, fromBlock: BigInt(first - 1), toBlock: BigInt(last) };
  // A node that is away in the middle stops it there, and nothing is passed over.
  const question = `/api/v3/blocks?mc_seqno=${last}&limit=1000`;
  node.answers[question] = failure(503, 'later');
  await assert.rejects(exchange.callbacks().reconcile(range), /HTTP 503/);
  delete node.answers[question];
  const { missed } = await exchange.callbacks().reconcile(range);
  assert.deepEqual(missed, [{ transactionId: idOf(taken as Transaction), block: BigInt(last) }]);
  await exchange.callbacks().idle();
  const credited = { [`${coin} ${raw(ours)}`]: 5n * oneTon, [`${asset} ${raw(ours)}`]: 25n };
  assert.deepEqual(exchange.balances(), credited);
  const late = { one: taken, block: last, asset, to: ours.toString(), amount: await jettonsOf(ours), memo: '10042' };
  assert.equal(await exchange.post('deposit.confirmed', told(late)), 200);
  assert.deepEqual((await exchange.callbacks().reconcile(range)).missed, []);
  await exchange.settle();
  assert.deepEqual(exchange.balances(), credited);
});

test('a payment without a memo waits for a person, and a report of the block of a shard changes nothing', async (t) => {
  const { node, exchange, ours, pay } = await open(t);
  const [silent] = at(await pay(ours, oneTon), ours);
  const [paid] = at(await pay(ours, 5n * oneTon, comment('10042')), ours);
  const block = node.mine([silent as Transaction, paid as Transaction]);
  const coins = { one: silent, block, asset: coin, to: raw(ours), amount: oneTon, memo: null };
  await exchange.post('deposit.confirmed', told(coins));
  const inShard = { number: `${block + 5_000_000}`, hash: blockHash(block + 5_000_000, 0).toString('hex') };
  const transaction = { hash: idOf(paid as Transaction), block: inShard };
  await exchange.post(
    'deposit.confirmed',
    told({ ...coins, one: paid, amount: 5n * oneTon, memo: '10042' }, { transaction }),
  );
  for (let round = 0; round < 2; round += 1) await exchange.settle();
  assert.deepEqual(exchange.balances(), { [`${coin} ${raw(ours)}`]: 5n * oneTon });
  const page = await exchange.callbacks().store.deposits({ status: 'quarantined', limit: 9 });
  assert.deepEqual(
    page.map(({ amount, code }) => [amount, code]),
    [[oneTon, 'MEMO_MISSING']],
  );
});
