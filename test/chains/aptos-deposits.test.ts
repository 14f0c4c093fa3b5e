import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { aptosChain } from '../../lib/chains/aptos.ts';
import { failed, hashAt, id, startAptos as start, unheard } from './aptos-chain.ts';
import { type Exchange, openExchange } from './exchange.ts';
import type { HttpNode } from './http-node.ts';

const network = 'aptos:2';
const apt = `${network}/slip44:637`;
const token = `${network}/token:0x971225a0feba8d24b7658bc2e2e3155ccdb17eff3e2ef320d1428879f10ebf20`;
const coinType = '0x448c83c716bd1144173c0522f108ff507bb8f4ddbe34a925bf3e1d7ea2632cfa::test_faucet::TestFaucetCoin';
const coin = `${network}/coin:0x448c83c716bd1144173c0522f108ff507bb8f4ddbe34a925bf3e1d7ea2632cfa%3A%3Atest%5Ffaucet%3A%3ATestFaucetCoin`;
const alice = '0xb7c348a3253a8102e354b21972319600f0933dd454db12d3e2fc81623ffa49be';
const mallory = `0x${'ba'.repeat(32)}`;
const held = { number: 400_000_000n, hash: hashAt(400_000_000n) };

const open = (t: TestContext, node: HttpNode, coins: readonly string[] = []): Promise<Exchange> =>
  openExchange(t, node, {
    ours: [alice],
    chains: [aptosChain({ network, url: node.url, coins })],
    policy: {
      assets: [
        { asset: apt, decimals: 8 },
        { asset: token, decimals: 6 },
        { asset: coin, decimals: 6 },
      ],
    },
  });

/** What the sender of a callback says. */
const told = (lie: object = {}, hash = id): object => ({
  network,
  asset: token,
  amount: '10000',
  to: alice,
  memo: null,
  status: 'success',
  confirmations: 1,
  transaction: { hash, position: 'event:1', block: { number: `${held.number}`, hash: held.hash } },
  ...lie,
});

describe('a receiver that asks a node of Aptos', () => {
  it('credits what the chain holds, once', async (t) => {
    const exchange = await open(t, await start(t));
    for (let time = 0; time < 2; time += 1) {
      assert.equal(await exchange.post('deposit.confirmed', told()), 200);
      await exchange.settle();
    }
    assert.deepEqual(exchange.balances(), { [`${token} ${alice}`]: 10_000n });
    const [deposit] = await exchange.callbacks().store.deposits({ limit: 9 });
    assert.deepEqual(
      [deposit?.status, deposit?.providers, deposit?.code],
      ['confirmed', ['chain', 'imtoken'], undefined],
    );
  });

  it('credits nothing of a signed callback that lies about amount, recipient, asset, status or existence', async (t) => {
    const exchange = await open(t, await start(t));
    for (const lie of [
      told({ amount: '90000' }),
      told({ to: mallory }),
      told({ asset: apt }),
      told({}, failed),
      told({}, unheard),
    ]) {
      assert.equal(await exchange.post('deposit.confirmed', lie), 200);
    }
    await exchange.settle();
    await exchange.settle();
    // What the chain does hold of those transactions is credited by its own word, and nothing else.
    assert.deepEqual(exchange.balances(), { [`${token} ${alice}`]: 10_000n });
    const found = await exchange.callbacks().store.deposits({ limit: 99 });
    assert.deepEqual(
      found.filter(({ status }) => status === 'confirmed').map(({ transaction, amount }) => [transaction.id, amount]),
      [[id, 10_000n]],
    );
  });

  it('finds what was missed while it was down, and credits it once when the callback comes', async (t) => {
    const exchange = await open(t, await start(t));
    const query = { network, fromBlock: 399_999_999n };
    const found = await exchange.callbacks().reconcile(query);
    assert.deepEqual(found, {
      fromBlock: 399_999_999n,
      toBlock: 400_000_003n,
      transfers: 1,
      missed: [{ transactionId: id, block: held.number }],
    });
    await exchange.settle();
    assert.deepEqual(exchange.balances(), { [`${token} ${alice}`]: 10_000n });
    assert.equal(await exchange.post('deposit.confirmed', told()), 200);
    assert.deepEqual((await exchange.callbacks().reconcile(query)).missed, []);
    await exchange.settle();
    assert.deepEqual(exchange.balances(), { [`${token} ${alice}`]: 10_000n });
  });

  it('credits once, under one name, a coin that became a fungible asset', async (t) => {
    for (const [coins, name] of [
      [[], token],
      [[coinType], coin],
    ] as const) {
      for (const order of [
        [token, coin],
        [coin, token],
      ]) {
        const exchange = await open(t, await start(t), coins);
        for (const asset of order) {
          assert.equal(await exchange.post('deposit.confirmed', told({ asset })), 200);
          await exchange.settle();
          await exchange.settle();
        }
        assert.deepEqual(exchange.balances(), { [`${name} ${alice}`]: 10_000n });
      }
    }
  });
});
