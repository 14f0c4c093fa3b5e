import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { aptosChain } from '../../lib/chains/aptos.ts';
import { block, ledger, missing, pair, paired, recorded } from './aptos-answers.ts';
import { type Exchange, openExchange } from './exchange.ts';
import { type HttpNode, httpNode } from './http-node.ts';

const network = 'aptos:2';
const apt = `${network}/slip44:637`;
const token = `${network}/token:0x971225a0feba8d24b7658bc2e2e3155ccdb17eff3e2ef320d1428879f10ebf20`;
const coinType = '0x448c83c716bd1144173c0522f108ff507bb8f4ddbe34a925bf3e1d7ea2632cfa::test_faucet::TestFaucetCoin';
const coin = `${network}/coin:0x448c83c716bd1144173c0522f108ff507bb8f4ddbe34a925bf3e1d7ea2632cfa%3A%3Atest%5Ffaucet%3A%3ATestFaucetCoin`;
const id = '0x17df567aa2daf8c146a0e9b827415402722b4f3b8178025ea703d9b03dc33f29';
const failed = `0x${'fa'.repeat(32)}`;
const unheard = `0x${'0f'.repeat(32)}`;
const alice = '0xb7c348a3253a8102e354b21972319600f0933dd454db12d3e2fc81623ffa49be';
const mallory = `0x${'ba'.repeat(32)}`;
const hashAt = (height: bigint): string => `0x${height.toString(16).padStart(64, 'a')}`;
const held = { number: 400_000_000n, hash: hashAt(400_000_000n) };

/** A chain of five blocks: the recorded transaction stands in the second, and one that failed in the third. */
async function start(t: TestContext): Promise<HttpNode> {
  const failing = recorded('6717630095-fungible-asset', (answer) => {
    Object.assign(answer, { hash: failed, version: '6717630096', success: false });
  });
  const node = await httpNode(t, {
    '/': ledger({ block_height: '400000003' }),
    [`/transactions/by_hash/${id}`]: recorded('6717630095-fungible-asset'),
    [`/transactions/by_hash/${failed}`]: failing,
    [`/transactions/by_hash/${unheard}`]: missing('transaction_not_found'),
    [paired]: pair,
  });
  for (let height = 399_999_999n; height <= 400_000_003n; height += 1n) {
    const version = (height - 400_000_000n + 6_717_630_095n).toString();
    const empty = JSON.stringify({
      type: 'state_checkpoint_transaction',
      version,
      hash: hashAt(height),
      success: true,
      changes: [],
    });
    const inside = { '6717630095': recorded('6717630095-fungible-asset'), '6717630096': failing }[version] ?? empty;
    const whole = { first_version: version, last_version: version, transactions: [JSON.parse(inside) as unknown] };
    const answer = (more: object): string => block(`${height}`, hashAt(height), { ...whole, ...more });
    node.answers[`/blocks/by_height/${height}?with_transactions=true`] = answer({});
    node.answers[`/blocks/by_height/${height}?with_transactions=false`] = answer({ transactions: null });
    node.answers[`/blocks/by_version/${version}?with_transactions=false`] = answer({ transactions: null });
  }
  return node;
}

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
