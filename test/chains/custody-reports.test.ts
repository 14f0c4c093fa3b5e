import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { beginCell, internal, storeMessage, type Transaction as TonTransaction } from '@ton/core';
import { polkadotChain } from '../../lib/chains/polkadot.ts';
import { tonChain } from '../../lib/chains/ton.ts';
import { xrpChain } from '../../lib/chains/xrp.ts';
import { addressOn } from '../../lib/networks/canonical.ts';
import { requireNetwork } from '../../lib/networks/registry.ts';
import { bitgo } from '../../lib/providers/bitgo.ts';
import { fireblocks } from '../../lib/providers/fireblocks.ts';
import type { Provider } from '../../lib/providers/kit/provider.ts';
import { readProviderFixtures } from '../../lib/testing/index.ts';
import { signCallback } from '../../lib/testing/sign-callback.ts';
import { type Exchange, openExchange } from './exchange.ts';
import { answersOf, chains, dot, polkadot, rococo, substrateServer } from './polkadot/recorded.ts';
import { wallet } from './ton/contracts.ts';
import { coin, failure, jettonAsset, raw, mainnet as ton } from './ton/toncenter.ts';
import { accountNamed, at, oneTon, tonWorld } from './ton/world.ts';
import { payment, type Transaction, usd, xrp, mainnet as xrpl, xrpServer } from './xrp/recorded.ts';

// What custody providers leave out, and the chain itself says.

const keysOf = (name: string) =>
  readProviderFixtures(fileURLToPath(new URL(`../fixtures/providers/${name}`, import.meta.url))).keys.first;
const bitgoKey = keysOf('bitgo').key;
const fireblocksKey = keysOf('fireblocks');

async function post(exchange: Exchange, provider: Provider, signing: string, body: object): Promise<void> {
  const signed = signCallback(provider, { secret: signing, body, now: Date.now() });
  const url = exchange.url.replace(/imtoken$/, provider.name);
  const { status } = await fetch(url, { method: 'POST', headers: signed.headers, body: signed.body });
  assert.equal(status, 200, provider.name);
}

interface Report {
  id: string;
  /** The provider's own id of it. Default: by the other id. */
  own?: string;
  coin: { bitgo: string; fireblocks: string };
  to: string;
  memo?: string;
  units: string;
  decimal: string;
  block?: { number: string; hash: string };
}

/** The providers that report a transfer without more than this, each with the way in which it does. */
function custody(assets: Readonly<Record<string, string>>) {
  const byBitgo = bitgo({ secrets: [bitgoKey], assets, oneRecipient: true });
  const byFireblocks = fireblocks({ secrets: [fireblocksKey.key], assets });
  const bodies: Record<string, (report: Report) => object> = {
    bitgo: ({ id, own = id, coin, to, memo, units }) => ({
      ...{ hash: id, transfer: `transfer-${own}`, coin: coin.bitgo, type: 'transfer', state: 'confirmed', wallet: 'w' },
      ...{ transferType: 'receive', baseValueString: units, receiver: memo === undefined ? to : `${to}?dt=${memo}` },
    }),
    fireblocks: ({ id, own = id, coin, to, memo, decimal, block }) => ({
      ...{ id: `n-${id}`, resourceId: id, eventType: 'transaction.status.updated', createdAt: 1_743_941_299_100 },
      data: {
        ...{
          id: `fb-${own}`,
          assetId: coin.fireblocks,
          status: 'COMPLETED',
          txHash: id,
          numOfConfirmations: 1,
          lastUpdated: 1_743_941_299_000,
        },
        ...{ source: { type: 'UNKNOWN' }, destination: { type: 'VAULT_ACCOUNT', id: '1' }, assetType: 'BASE_ASSET' },
        ...{ sourceAddress: '', destinationAddress: to, destinationTag: memo ?? '' },
        amountInfo: { amount: decimal, requestedAmount: decimal, netAmount: decimal },
        ...(block && { blockInfo: { blockHeight: block.number, blockHash: block.hash } }),
      },
    }),
  };
  return {
    providers: [byBitgo, byFireblocks],
    tell: async (exchange: Exchange, name: string, report: Report): Promise<void> => {
      const [provider, key] = name === 'bitgo' ? [byBitgo, bitgoKey] : [byFireblocks, fireblocksKey.signing];
      await post(exchange, provider, key ?? '', bodies[name]?.(report) ?? {});
    },
  };
}

const height = 100_972_465;
const account = 'rNNuQMuExCiEjeZ4h9JJnj5PSWypdMXDj4';

async function onXrpl(t: TestContext, paid: readonly Transaction[]) {
  const server = await xrpServer(t, height, paid);
  const { providers, tell } = custody({ xrp, XRP: xrp });
  const assets = [
    { asset: xrp, decimals: 6, memo: 'required' as const },
    { asset: usd, decimals: 15 },
  ];
  const exchange = await openExchange(t, server, {
    ...{ ours: [account], providers, chains: [xrpChain({ network: xrpl, url: server.url, assets })] },
    policy: { assets, confirmations: { [xrpl]: 'finalized' } },
  });
  const report = (one: Transaction, units = '25000000', decimal = '25'): Report => ({
    ...{ id: one.hash, coin: { bitgo: 'xrp', fireblocks: 'XRP' }, to: account, memo: '495', units, decimal },
  });
  return { exchange, tell, report };
}

for (const name of ['bitgo', 'fireblocks']) {
  test(`${name}: an XRP payment that does not say what arrived is credited when the ledger says it, and once`, async (t) => {
    const paid = payment('25000000', { DestinationTag: 495 });
    const { exchange, tell, report } = await onXrpl(t, [paid]);
    const alarms: string[] = [];
    exchange.callbacks().on('alarm', ({ code }) => alarms.push(code));
    for (let round = 0; round < 2; round += 1) {
      await tell(exchange, name, report(paid));
      await exchange.settle();
      assert.deepEqual(exchange.balances(), { [`${xrp} ${account}`]: 25_000_000n });
    }
    assert.deepEqual(alarms, []);
    const [deposit] = await exchange.callbacks().store.deposits({ limit: 9 });
    assert.deepEqual([deposit?.status, deposit?.code], ['confirmed', undefined]);
  });

  test(`${name}: of an XRP payment of which a part arrived, the part is credited`, async (t) => {
    const part = payment('1', { DestinationTag: 495, DeliverMax: '25000000', Flags: 131_072 });
    const { exchange, tell, report } = await onXrpl(t, [part]);
    await tell(exchange, name, report(part));
    for (let round = 0; round < 2; round += 1) await exchange.settle();
    assert.deepEqual(exchange.balances(), { [`${xrp} ${account}`]: 1n });
  });
}

async function onTon(t: TestContext) {
  const world = await tonWorld(t);
  const { node, usd: master, ours } = world;
  const jetton = jettonAsset(master);
  const assets = [
    { asset: coin, decimals: 9 },
    { asset: jetton, decimals: 6 },
  ];
  const { providers, tell } = custody({ ton: coin, 'ton:usd': jetton, TON: coin, USD_TON: jetton });
  const exchange = await openExchange(t, node, {
    ours: [raw(ours)],
    providers,
    chains: [tonChain({ network: ton, url: node.url, assets })],
    policy: { assets, confirmations: { [ton]: 'finalized' } },
  });
  return { ...world, exchange, tell, jetton };
}

/** As an operator does it by the command, in a process of its own. */
async function reprocess(exchange: Exchange): Promise<void> {
  await exchange.callbacks().reprocess();
  await exchange.restart();
  await exchange.settle();
}

const messageHash = (one: TonTransaction | undefined): string => {
  assert.ok(one?.inMessage, 'it has a message');
  return beginCell().store(storeMessage(one.inMessage)).endCell().hash().toString('hex');
};

for (const name of ['bitgo', 'fireblocks']) {
  test(`${name}: a TON transfer that is named by a hash of any of its steps is credited, and once`, async (t) => {
    const { exchange, tell, jetton, node, ours, usd: master, alice, pay, payJettons } = await onTon(t);
    const sent = await alice.send({ to: ours, value: 5n * oneTon, bounce: false });
    const steps = await payJettons({ amount: 25n, party: ours, forward: 1n });
    const other = await pay(ours, oneTon);
    node.mine([...sent.transactions, ...steps, ...other]);
    const alarms: string[] = [];
    exchange.callbacks().on('alarm', ({ code }) => alarms.push(code));
    const credited = { [`${coin} ${raw(ours)}`]: 5n * oneTon, [`${jetton} ${raw(ours)}`]: 25n };
    const [first] = sent.transactions;
    const [paid] = at(sent.transactions, ours);
    const hashes = [paid, first].map((one) => one?.hash().toString('hex') ?? '');
    for (const id of [...hashes, messageHash(paid), paid?.hash().toString('base64') ?? '']) {
      const to = ours.toString({ bounceable: false });
      const coins = { bitgo: 'ton', fireblocks: 'TON' };
      await tell(exchange, name, { id, own: 'coins', coin: coins, to, units: `${5n * oneTon}`, decimal: '5' });
    }
    const stepsOfJettons = [...steps, ...at(steps, wallet(ours, master).address)].map((one) =>
      one.hash().toString('hex'),
    );
    for (const id of stepsOfJettons) {
      const coins = { bitgo: 'ton:usd', fireblocks: 'USD_TON' };
      await tell(exchange, name, { id, own: 'jettons', coin: coins, to: raw(ours), units: '25', decimal: '0.000025' });
    }
    for (let round = 0; round < 2; round += 1) await exchange.settle();
    assert.deepEqual(exchange.balances(), credited);
    assert.deepEqual(alarms, []);
  });
}

test('a TON hash that no trace has, or that names two such transfers, is kept for a person, and read again once it is there', async (t) => {
  const { exchange, tell, node, ours, alice, pay } = await onTon(t);
  const alarms: string[] = [];
  exchange.callbacks().on('alarm', ({ code }) => alarms.push(code));
  const to = raw(ours);
  const of = (one: TonTransaction | undefined, amount = oneTon): Report => ({
    ...{ id: one?.hash().toString('hex') ?? '', coin: { bitgo: 'ton', fireblocks: 'TON' }, to },
    ...{ units: `${amount}`, decimal: `${amount / oneTon}` },
  });
  const late = await pay(ours, oneTon);
  await tell(exchange, 'fireblocks', of(late[0]));
  await exchange.settle();
  assert.deepEqual([exchange.balances(), alarms], [{}, ['TRANSACTION_HASH_ONLY']]);
  node.mine(late);
  await reprocess(exchange);
  assert.deepEqual(exchange.balances(), { [`${coin} ${to}`]: oneTon });
  // One message from outside sends two payments: by their amounts they are told apart, and equal ones are not.
  const payments = [3n, 4n, 4n].map((tons) => internal({ to: ours, value: tons * oneTon, bounce: false }));
  const { transactions } = await alice.sendMessages(payments);
  node.mine(transactions);
  for (const tons of [3n, 4n]) await tell(exchange, 'bitgo', of(transactions[0], tons * oneTon));
  for (let round = 0; round < 2; round += 1) await exchange.settle();
  assert.deepEqual(exchange.balances(), { [`${coin} ${to}`]: 4n * oneTon });
  const { missed } = await exchange.callbacks().reconcile({ network: ton, fromBlock: BigInt(node.last) });
  assert.equal(missed.length, 2);
  await exchange.settle();
  assert.deepEqual(exchange.balances(), { [`${coin} ${to}`]: 12n * oneTon });
});

test('a lie about what a hash names credits nothing but what the chain holds, and a node that is away keeps it for later', async (t) => {
  const { exchange, tell, node, ours, pay, jetton } = await onTon(t);
  const paid = await pay(ours, oneTon);
  const elsewhere = await pay(accountNamed('other'), oneTon);
  node.mine([...paid, ...elsewhere]);
  const report: Report = {
    ...{ id: paid[0]?.hash().toString('hex') ?? '', coin: { bitgo: 'ton', fireblocks: 'TON' }, to: raw(ours) },
    ...{ units: `${9n * oneTon}`, decimal: '9' },
  };
  await tell(exchange, 'bitgo', report);
  await tell(exchange, 'fireblocks', { ...report, id: elsewhere[0]?.hash().toString('hex') ?? '' });
  await tell(exchange, 'fireblocks', { ...report, coin: { bitgo: 'ton:usd', fireblocks: 'USD_TON' } });
  for (let round = 0; round < 2; round += 1) await exchange.settle();
  assert.deepEqual(exchange.balances(), { [`${coin} ${raw(ours)}`]: oneTon });
  assert.equal(
    (await exchange.callbacks().store.deposits({ limit: 9 })).some(({ asset }) => asset === jetton),
    false,
  );
  const later = await pay(ours, 2n * oneTon);
  node.mine(later);
  const id = later[0]?.hash().toString('hex') ?? '';
  node.answers[`/api/v3/traces?tx_hash=${id}&limit=2`] = failure(503, 'later');
  await tell(exchange, 'fireblocks', { ...report, id, units: `${2n * oneTon}`, decimal: '2' });
  await exchange.settle();
  assert.deepEqual(exchange.balances(), { [`${coin} ${raw(ours)}`]: oneTon });
  node.answers = {};
  await reprocess(exchange);
  assert.deepEqual(exchange.balances(), { [`${coin} ${raw(ours)}`]: 3n * oneTon });
});

for (const transfers of ['one', 'two']) {
  test(`fireblocks: of ${transfers} extrinsics with a hash in the named block of Polkadot, only a single one is credited`, async (t) => {
    const block = chains.b.find(({ header }) => Number(header.number) === 2);
    assert.ok(block, 'there is the block');
    const server = await substrateServer(t, answersOf(chains.b));
    // The third is a real one of Polkadot, with the hash that explorers show.
    const real = '0x1004140000';
    const extrinsics = ['0x280402000b50055ee97001', transfers === 'one' ? '0x00' : real, real];
    const signed = { block: { header: block.header, extrinsics }, justifications: null };
    server.script[`chain_getBlock ["${block.hash}"]`] = JSON.stringify(signed);
    const { providers, tell } = custody({ DOT: dot, dot });
    const assets = [{ asset: dot, decimals: 10 }];
    const bob = addressOn(requireNetwork(polkadot), rococo.accounts.bob);
    const exchange = await openExchange(t, server, {
      ...{ ours: [bob], providers, chains: [polkadotChain({ network: polkadot, url: server.url })] },
      policy: { assets, confirmations: { [polkadot]: 'finalized' } },
    });
    const report: Report = {
      ...{ id: '0xcf52705d1ade64fc0b05859ac28358c0770a217dd76b75e586ae848c56ae810d', to: bob },
      ...{ coin: { bitgo: 'dot', fireblocks: 'DOT' }, units: '2500000000000', decimal: '250' },
    };
    const credited = transfers === 'one' ? { [`${dot} ${bob}`]: 2_500_000_000_000n } : {};
    // BitGo names no block, and no node finds a hash without one.
    await tell(exchange, 'bitgo', report);
    await exchange.settle();
    assert.deepEqual(exchange.balances(), {});
    for (let round = 0; round < 2; round += 1) {
      await tell(exchange, 'fireblocks', { ...report, block: { number: '2', hash: block.hash } });
      await exchange.settle();
      assert.deepEqual(exchange.balances(), credited);
    }
  });
}
