import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { xrpChain } from '../../lib/chains/xrp.ts';
import { type Exchange, openExchange } from './exchange.ts';
import {
  errors,
  hashOf,
  ledgerAnswer,
  mainnet,
  payment,
  questions,
  recorded,
  type Transaction,
  usd,
  type XrpServer,
  xrp,
  xrpServer,
} from './xrp/recorded.ts';

// Deposits on the XRP Ledger through the whole receiver, over the answers of real servers.

const height = 100_972_465;
const ours = 'rNNuQMuExCiEjeZ4h9JJnj5PSWypdMXDj4';
const assets = [
  { asset: xrp, decimals: 6, memo: 'required' as const },
  { asset: usd, decimals: 15 },
];

function open(t: TestContext, server: XrpServer): Promise<Exchange> {
  return openExchange(t, server, {
    ours: [ours],
    chains: [xrpChain({ network: mainnet, url: server.url, assets })],
    policy: { assets, confirmations: { [mainnet]: 'finalized' } },
  });
}

/** What the sender of a callback says of a payment; the rest is as the ledger has it. */
function told(one: Transaction, lie: Record<string, unknown> = {}): object {
  const { tx_json, meta } = one;
  const amount = typeof meta.delivered_amount === 'string' ? meta.delivered_amount : '9980039920159681';
  const tag = tx_json.DestinationTag;
  return {
    network: mainnet,
    asset: typeof meta.delivered_amount === 'string' ? xrp : usd,
    ...{ amount, delivered: amount, from: tx_json.Account, to: ours, memo: tag === undefined ? null : `${tag}` },
    ...{ status: 'success', confirmations: 1 },
    transaction: {
      hash: one.hash,
      block: { number: `${height}`, hash: recorded().ledger.result.ledger_hash },
    },
    ...lie,
  };
}

test('payments of XRP with a tag and of a token are credited once, whatever form the account is reported in', async (t) => {
  const paid = payment('25000000', { DestinationTag: 495 });
  const { transaction: partial } = recorded().partialPayment;
  const exchange = await open(t, await xrpServer(t, height, [paid, partial]));
  for (const data of [told(paid), told(paid, { to: `${ours}-495`, memo: null }), told(partial), told(paid)]) {
    assert.equal(await exchange.post('deposit.confirmed', data), 200);
    await exchange.settle();
  }
  assert.deepEqual(exchange.balances(), {
    [`${xrp} ${ours}`]: 25_000_000n,
    [`${usd} ${ours}`]: 9_980_039_920_159_681n,
  });
  const page = await exchange.callbacks().store.deposits({ limit: 9 });
  assert.deepEqual(page.map(({ asset, memo, status }) => [asset, memo, status]).sort(), [
    [xrp, '495', 'confirmed'],
    [usd, undefined, 'confirmed'],
  ]);
});

test('lies about amount, tag, asset, status or existence credit nothing but what the ledger holds', async (t) => {
  const paid = payment('25000000', { DestinationTag: 495 });
  const small = payment('1', { DestinationTag: 7, DeliverMax: '900000000000', Flags: 131_072 });
  const failed = payment('31000000', { DestinationTag: 8 }, { TransactionResult: 'tecUNFUNDED_PAYMENT' });
  const other = payment('32000000', { DestinationTag: 9, Destination: 'rGFuMiw48HdbnrUbkRYuitXTmfrDBNTCnX' });
  const server = await xrpServer(t, height, [paid, small, failed, other]);
  const absent = payment('33000000', { DestinationTag: 10 });
  server.script[questions.transaction(absent.hash)] = errors.noTransaction;
  const exchange = await open(t, server);
  const lies = [
    told(paid, { amount: '250000000', delivered: '250000000' }),
    told(paid, { memo: '496' }),
    told(paid, { asset: usd }),
    told(small, { amount: '900000000000', delivered: '900000000000' }),
    told(failed),
    told(other),
    told(absent),
  ];
  for (const lie of lies) assert.equal(await exchange.post('deposit.confirmed', lie), 200);
  for (let round = 0; round < 2; round += 1) await exchange.settle();
  // By the ledger's own word.
  assert.deepEqual(exchange.balances(), { [`${xrp} ${ours}`]: 25_000_001n });
  const credited = (await exchange.callbacks().store.deposits({ limit: 20 })).filter(
    (one) => one.status === 'confirmed',
  );
  assert.deepEqual(credited.map(({ memo, amount }) => [memo, amount]).sort(), [
    ['495', 25_000_000n],
    ['7', 1n],
  ]);
});

test('payments that no callback reported are found by reconcile, and credited once when it comes later', async (t) => {
  const paid = payment('25000000', { DestinationTag: 495 });
  const { transaction: partial } = recorded().partialPayment;
  const server = await xrpServer(t, height, [paid, partial]);
  for (const number of [height - 1, height + 1]) server.script[questions.ledger(number)] = ledgerAnswer(number, []);
  const exchange = await open(t, server);
  const range = { network: mainnet, fromBlock: BigInt(height - 1), toBlock: BigInt(height + 1) };
  const found = await exchange.callbacks().reconcile(range);
  assert.deepEqual(
    found.missed,
    [paid, partial].map(({ hash }) => ({ transactionId: hash, block: BigInt(height) })),
  );
  await exchange.callbacks().idle();
  const credited = { [`${xrp} ${ours}`]: 25_000_000n, [`${usd} ${ours}`]: 9_980_039_920_159_681n };
  assert.deepEqual(exchange.balances(), credited);
  await exchange.post('deposit.confirmed', told(paid));
  assert.deepEqual((await exchange.callbacks().reconcile(range)).missed, []);
  await exchange.settle();
  assert.deepEqual(exchange.balances(), credited);
});

test('a payment without a tag waits for a person, whoever finds it', async (t) => {
  const [bare, zero] = [payment('25000000'), payment('4000000', { DestinationTag: 0 })];
  const server = await xrpServer(t, height, [bare, zero]);
  const exchange = await open(t, server);
  await exchange.post('deposit.confirmed', told(bare, { memo: '495' }));
  await exchange.post('deposit.confirmed', told(bare));
  await exchange.settle();
  const { missed } = await exchange
    .callbacks()
    .reconcile({ network: mainnet, fromBlock: BigInt(height), toBlock: BigInt(height) });
  assert.deepEqual(
    missed.map((one) => one.transactionId),
    [zero.hash],
  );
  await exchange.settle();
  // A tag of 0 is a tag.
  assert.deepEqual(exchange.balances(), { [`${xrp} ${ours}`]: 4_000_000n });
  const deposits = await exchange.callbacks().store.deposits({ limit: 9 });
  assert.deepEqual(deposits.map(({ memo, status, code }) => [memo ?? 'none', status, code ?? 'none']).sort(), [
    ['0', 'confirmed', 'none'],
    ['495', 'quarantined', 'CHAIN_DISAGREES'],
    ['none', 'quarantined', 'MEMO_MISSING'],
  ]);
});

test('a callback that names a ledger which there never was changes nothing', async (t) => {
  const paid = payment('25000000', { DestinationTag: 495 });
  const exchange = await open(t, await xrpServer(t, height, [paid]));
  const transaction = { hash: paid.hash, block: { number: `${height}`, hash: hashOf(height) } };
  await exchange.post('deposit.confirmed', told(paid, { transaction }));
  await exchange.settle();
  await exchange.post('deposit.confirmed', told(paid));
  await exchange.settle();
  assert.deepEqual(exchange.balances(), { [`${xrp} ${ours}`]: 25_000_000n });
});
