import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { alchemy } from '../../lib/providers/alchemy.ts';
import { blockcypher } from '../../lib/providers/blockcypher.ts';
import { coinbaseCommerce } from '../../lib/providers/coinbase-commerce.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { quicknode } from '../../lib/providers/quicknode.ts';
import { tatum } from '../../lib/providers/tatum.ts';
import { alice, callbackBody, randomHash, secret } from '../helpers/deposits.ts';
import { alchemyBody, quicknodeBody, story, tatumBody } from '../helpers/stories.ts';

const secrets = [secret];
const wallet = imtoken({ secrets });
const notify = alchemy({ secrets, trustMined: true });
const stream = quicknode({ secrets, keepDistanceFromTip: 12 });
const plain = tatum({ secrets, trustMined: true });

const year = 365 * 24 * 3_600_000;
const transfer = () => ({ hash: randomHash(), block: randomHash(), amount: 5_000_000n, log: 3 });

/** For what holds only where the store is durable: ids are remembered, and no answer waits for listeners. */
function databaseFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'stories-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'deposits.db');
}

test('Two equal transfers in one transaction, told with positions in two callbacks, are two deposits', async (t) => {
  for (const [provider, body] of [
    [stream, quicknodeBody],
    [notify, alchemyBody],
  ] as const) {
    const { tell, events, heard } = await story(t, { providers: [provider] });
    const first = transfer();
    await tell(provider, body(first));
    await tell(provider, body({ ...first, log: 4 }));
    assert.deepEqual(events, ['deposit 5000000', 'deposit 5000000'], provider.name);
    assert.notEqual(heard[0]?.id, heard[1]?.id);
  }
});

test('Two equal transfers in one transaction, told without positions in two callbacks, count as one', async (t) => {
  const { tell, events, standing } = await story(t, { providers: [plain] });
  const first = transfer();
  await tell(plain, tatumBody(first));
  await tell(plain, tatumBody({ ...first, log: 4 }));
  assert.deepEqual(events, ['deposit 5000000']);
  assert.deepEqual(await standing(), ['confirmed 5000000']);
});

test('5 and 7 to one recipient in one transaction are both credited, with positions or without', async (t) => {
  for (const [provider, body] of [
    [stream, quicknodeBody],
    [plain, tatumBody],
  ] as const) {
    const { tell, events } = await story(t, { providers: [provider] });
    const five = transfer();
    await tell(provider, body(five));
    await tell(provider, body({ ...five, amount: 7_000_000n, log: 4 }));
    assert.deepEqual(events, ['deposit 5000000', 'deposit 7000000'], provider.name);
  }
});

test('A transfer mined again at another log index, in another block, stays one credit while the other provider is silent', async (t) => {
  const { tell, events, standing } = await story(t, { providers: [notify, stream] });
  const first = transfer();
  await tell(notify, alchemyBody(first));
  await tell(stream, quicknodeBody(first));
  await tell(notify, alchemyBody({ ...first, block: randomHash(), log: 9, at: '2026-01-01T00:01:00Z' }));
  assert.deepEqual(events, ['deposit 5000000']);
  const found = await standing();
  assert.equal(found.length, 1);
  assert.match(found[0] ?? '', /^confirmed 5000000/);
});

test('A removal that arrives after the transfer was mined again takes nothing back, nor does a replay a year later', async (t) => {
  const { tell, replay, events, standing, clock } = await story(t, { providers: [wallet] });
  const told = { hash: randomHash(), block: randomHash(), confirmations: 12 };
  const removal = callbackBody({ ...told, type: 'deposit.reverted', timestamp: '2026-01-01T00:01:00Z' });
  await tell(wallet, callbackBody(told));
  const again = { ...told, block: randomHash(), position: 'log:9', timestamp: '2026-01-01T00:02:00Z' };
  await tell(wallet, callbackBody(again));
  const captured = await tell(wallet, removal, 'removal-1');
  assert.deepEqual(events, ['deposit 1500000']);

  clock.advance(year);
  assert.equal((await replay(captured)).status, 401);
  await tell(wallet, removal, 'removal-1');
  await tell(wallet, removal, 'removal-2');
  assert.deepEqual(events, ['deposit 1500000']);
  assert.deepEqual(await standing(), ['confirmed 1500000']);
});

test('An old removal replayed a year later does not take back what came back to the same block', async (t) => {
  const { tell, replay, events, heard, standing, clock } = await story(t, { providers: [wallet] });
  const told = { hash: randomHash(), block: randomHash(), confirmations: 12 };
  const removal = callbackBody({ ...told, type: 'deposit.reverted', timestamp: '2026-01-01T00:01:00Z' });
  await tell(wallet, callbackBody(told));
  const captured = await tell(wallet, removal, 'removal-1');
  await tell(wallet, callbackBody({ ...told, timestamp: '2026-01-01T00:02:00Z' }));
  const expected = ['deposit 1500000', 'deposit.reverted 1500000', 'deposit 1500000'];
  assert.deepEqual(events, expected);
  assert.deepEqual(
    heard.map(({ generation }) => generation),
    [1, 1, 2],
  );

  clock.advance(year);
  assert.equal((await replay(captured)).status, 401);
  await tell(wallet, removal, 'removal-1');
  await tell(wallet, removal, 'removal-2');
  assert.deepEqual(events, expected);
  assert.deepEqual(await standing(), ['confirmed 1500000']);
});

test('Where two providers tell different amounts, nothing more is credited, and both carry CONFLICT', async (t) => {
  const tellers = [
    [plain, tatumBody],
    [stream, quicknodeBody],
    [notify, alchemyBody],
  ] as const;
  for (const [one, bodyOfOne] of tellers) {
    for (const [other, bodyOfOther] of tellers) {
      if (one === other) continue;
      const { tell, events, standing } = await story(t, { providers: [one, other] });
      const five = transfer();
      await tell(one, bodyOfOne(five));
      await tell(other, bodyOfOther({ ...five, amount: 7_000_000n }));
      const names = `${one.name}, then ${other.name}`;
      assert.deepEqual(events, ['deposit 5000000'], names);
      assert.deepEqual(await standing(), ['confirmed 5000000 CONFLICT', 'quarantined 7000000 CONFLICT'], names);
    }
  }
});

test('A Bitcoin payment told with its output by BlockCypher and without by Tatum is one credit, in either order', async (t) => {
  const bitcoin = 'bip122:000000000019d6689c085ae165831e93';
  const to = 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq';
  const id = randomHash().slice(2);
  const hooks = blockcypher({ secrets, network: 'bitcoin' });
  const tellings = [
    {
      provider: hooks,
      body: {
        hash: id,
        block_hash: randomHash().slice(2),
        block_height: 870000,
        confirmations: 6,
        double_spend: false,
        inputs: [],
        outputs: [
          { value: 12345678, addresses: ['1BoatSLRHtKNngkdXEeobR76b53LETtpyT'], script_type: 'pay-to-pubkey-hash' },
          { value: 5000, addresses: [to], script_type: 'pay-to-witness-pubkey-hash' },
        ],
      },
    },
    {
      provider: plain,
      body: {
        address: to,
        amount: '0.00005',
        asset: 'BTC',
        blockNumber: 870000,
        txId: id,
        type: 'native',
        chain: 'bitcoin-mainnet',
        subscriptionType: 'ADDRESS_EVENT',
      },
    },
  ];
  for (const order of [tellings, tellings.toReversed()]) {
    const { tell, events, deposits } = await story(t, {
      providers: [hooks, plain],
      policy: {
        assets: [{ asset: `${bitcoin}/slip44:0`, decimals: 8 }],
        isOurs: ({ address }) => address === to,
      },
    });
    for (const { provider, body } of order) await tell(provider, body);
    assert.deepEqual(events, ['deposit 5000']);
    const credited = (await deposits()).filter(({ status }) => status === 'confirmed');
    assert.deepEqual(
      credited.map(({ providers }) => providers.toSorted()),
      [['blockcypher', 'tatum']],
    );
  }
});

test('A payment of a processor that names its transaction only at the end is one credit', async (t) => {
  const commerce = coinbaseCommerce({ secrets, accounts: { base: alice }, trustMined: true });
  const payment = {
    payment_id: '1b1c3c9a-0000-4000-8000-000000000001',
    network: 'base',
    value: { crypto: { amount: '1.000000', currency: 'USDC' } },
    payer_addresses: ['0x9c903cc6233ea0e9275452c13efe967a04ebe58b'],
  };
  const body = (type: string, told: object) => ({
    attempt_number: 1,
    event: { type, created_at: '2026-01-01T00:00:00Z', data: { payments: [{ ...payment, ...told }] } },
  });
  const { tell, events, heard, deposits } = await story(t, {
    providers: [commerce],
    policy: {
      assets: [{ asset: 'eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913', decimals: 6 }],
      isOurs: ({ address }) => address === alice,
    },
  });
  const hash = randomHash();
  const last = body('charge:confirmed', { status: 'confirmed', transaction_id: hash });
  await tell(commerce, body('charge:pending', { status: 'pending' }));
  await tell(commerce, last);
  await tell(commerce, { ...last, attempt_number: 2 });
  assert.deepEqual(events, ['deposit.pending 1000000', 'deposit 1000000']);
  assert.equal(heard[0]?.id, heard[1]?.id);
  assert.deepEqual(
    (await deposits()).map(({ status, transaction }) => [status, transaction.id]),
    [['confirmed', hash]],
  );
});

test('The same delivery id with another body is read too', async (t) => {
  for (const path of [':memory:', databaseFile(t)]) {
    const { tell, events } = await story(t, { providers: [wallet], path });
    await tell(wallet, callbackBody({ amount: '5' }), 'delivery-1');
    await tell(wallet, callbackBody({ amount: '7' }), 'delivery-1');
    assert.deepEqual(events, ['deposit 5', 'deposit 7']);
  }
});

test('A memo that is null, empty or absent is the same: one deposit; one that is added later waits for a person', async (t) => {
  const { tell, events, deposits } = await story(t, {
    providers: [wallet],
    policy: { assets: [{ asset: 'xrpl:0/slip44:144', decimals: 6 }], isOurs: () => true },
  });
  const transaction = { hash: randomHash().slice(2), block: { number: '90000000', hash: randomHash().slice(2) } };
  const body = (minute: number, memo: object) => ({
    type: 'deposit.confirmed',
    timestamp: `2026-01-01T00:0${minute}:00Z`,
    data: {
      network: 'xrpl:0',
      asset: 'xrpl:0/slip44:144',
      amount: '25000000',
      delivered: '25000000',
      to: 'rPEPPER7kfTD9w2To4CQk6UCfuHM9c6GDY',
      status: 'success',
      confirmations: 2,
      transaction,
      ...memo,
    },
  });
  for (const [minute, memo] of [{ memo: null }, { memo: '' }, {}].entries()) await tell(wallet, body(minute, memo));
  assert.deepEqual(events, ['deposit 25000000']);
  assert.equal((await deposits()).length, 1);
  await tell(wallet, body(3, { memo: '42' }));
  assert.deepEqual(events, ['deposit 25000000']);
  const codes = (await deposits()).map(({ status, code, memo }) => `${status} ${code} ${memo ?? ''}`.trim()).sort();
  assert.deepEqual(codes, ['confirmed CONFLICT', 'quarantined CONFLICT 42']);
});

test('A deposit that is reverted before anyone has heard of it is told to nobody, and neither is its revert', async (t) => {
  const path = databaseFile(t);
  const { tell, listen, callbacks, events, standing } = await story(t, { providers: [wallet], listens: false, path });
  const told = { hash: randomHash(), block: randomHash(), confirmations: 12 };
  await tell(wallet, callbackBody(told));
  assert.deepEqual(await standing(), ['confirmed 1500000']);
  await tell(wallet, callbackBody({ ...told, type: 'deposit.reverted', timestamp: '2026-01-01T00:01:00Z' }));
  listen();
  await callbacks.idle();
  assert.deepEqual(events, []);
  assert.deepEqual(await standing(), ['reverted 1500000 REMOVED']);

  await tell(wallet, callbackBody({ amount: '7' }));
  assert.deepEqual(events, ['deposit 7']);
});
