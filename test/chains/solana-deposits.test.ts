import assert from 'node:assert/strict';
import { beforeEach, describe, it, type TestContext } from 'node:test';
import type { Address, KeyPairSigner } from '@solana/kit';
import { solanaChain } from '../../lib/chains/solana.ts';
import { helius } from '../../lib/providers/helius.ts';
import { type Exchange, openExchange } from './exchange.ts';
import { devnet, type SolanaCluster, startSolana } from './solana-cluster.ts';
import {
  createAccount,
  initializeMint,
  mintTo,
  openTokenAccount,
  tokenAccountOf,
  tokenProgram,
  transferSol,
  transferTokens,
} from './solana-instructions.ts';

const sol = `${devnet}/slip44:501`;
const authHeader = 'Bearer the long random text of the webhook';

describe('a receiver that asks a node of Solana', () => {
  let cluster: SolanaCluster;
  let bob: KeyPairSigner;
  let alice: string;
  let mallory: string;
  let usd: string;
  let mint: Address;
  let bobs: Address;

  beforeEach(async (t) => {
    const started = await startSolana();
    (t as TestContext).after(() => started.close());
    cluster = started;
    bob = await cluster.funded();
    alice = (await cluster.funded(1_000_000_000n)).address;
    mallory = (await cluster.funded(1_000_000_000n)).address;
    const made = await cluster.funded(0n);
    mint = made.address;
    usd = `${devnet}/token:${mint}`;
    bobs = await tokenAccountOf(bob.address, mint);
    await cluster.send(
      bob,
      [
        createAccount(bob.address, mint, { lamports: 5_000_000n, space: 82, owner: tokenProgram }),
        initializeMint(mint, bob.address, 6, tokenProgram),
      ],
      { signers: [made] },
    );
    await cluster.send(bob, [
      await openTokenAccount(bob.address, bob.address, mint),
      await openTokenAccount(bob.address, alice as Address, mint),
      mintTo(mint, bobs, bob.address, 1_000_000_000n, tokenProgram),
    ]);
    cluster.seal();
  });

  const open = (t: TestContext): Promise<Exchange> =>
    openExchange(t, cluster, {
      ours: [alice],
      chains: [solanaChain({ network: devnet, url: cluster.url })],
      providers: [helius({ secrets: [authHeader], network: devnet })],
      policy: {
        assets: [
          { asset: sol, decimals: 9 },
          { asset: usd, decimals: 6 },
        ],
      },
    });

  const paySol = (units: bigint) => cluster.send(bob, [transferSol(bob.address, alice as Address, units)]);
  const payUsd = async (amount: bigint) =>
    cluster.send(bob, [
      transferTokens({
        mint,
        from: bobs,
        to: await tokenAccountOf(alice as Address, mint),
        owner: bob.address,
        amount,
      }),
    ]);

  /** What the sender of a callback says. */
  const told = (hash: string, block: { number: bigint; hash: string }, lie: object = {}): object => ({
    network: devnet,
    asset: sol,
    amount: '7000000',
    from: bob.address,
    to: alice,
    memo: null,
    status: 'success',
    confirmations: 32,
    transaction: { hash, position: 'ix:0', block: { number: `${block.number}`, hash: block.hash } },
    ...lie,
  });

  /** Posts what Helius does: the transaction as the node reports it. */
  async function webhook(exchange: Exchange, id: string): Promise<number> {
    const config = { commitment: 'finalized', encoding: 'json', maxSupportedTransactionVersion: 1 };
    const body = JSON.stringify({ id: 1, method: 'getTransaction', params: [id, config] });
    const answer = (await (await fetch(cluster.url, { method: 'POST', body })).json()) as { result: unknown };
    const url = exchange.url.replace('/imtoken', '/helius');
    const headers = { authorization: authHeader, 'content-type': 'application/json' };
    return (await fetch(url, { method: 'POST', headers, body: JSON.stringify([answer.result]) })).status;
  }

  it('credits what the chain holds once it is final, whatever the callback counts', async (t) => {
    const exchange = await open(t);
    const id = await paySol(7_000_000n);
    const block = cluster.seal({ final: false });
    assert.equal(await exchange.post('deposit.confirmed', told(id, block)), 200);
    await exchange.settle();
    assert.deepEqual(exchange.balances(), {});
    cluster.finalize();
    await exchange.callbacks().confirm();
    await exchange.restart();
    await exchange.settle();
    assert.deepEqual(exchange.balances(), { [`${sol} ${alice}`]: 7_000_000n });
  });

  it('credits tokens and SOL that Helius reports, which names no position and no block hash', async (t) => {
    const exchange = await open(t);
    const coins = await paySol(7_000_000n);
    const tokens = await payUsd(5_000_000n);
    cluster.seal();
    for (const id of [coins, tokens]) assert.equal(await webhook(exchange, id), 200);
    await exchange.settle();
    assert.deepEqual(exchange.balances(), {
      [`${sol} ${alice}`]: 7_000_000n,
      [`${usd} ${alice}`]: 5_000_000n,
    });
    const found = await exchange.callbacks().store.deposits({ limit: 9 });
    assert.deepEqual(
      found.map(({ status, providers, code }) => [status, providers, code]),
      [
        ['confirmed', ['chain', 'helius'], undefined],
        ['confirmed', ['chain', 'helius'], undefined],
      ],
    );
  });

  it('credits nothing of a signed callback that lies about amount, recipient, asset, status or existence', async (t) => {
    const exchange = await open(t);
    const id = await paySol(7_000_000n);
    const failed = await cluster.send(
      bob,
      [transferSol(bob.address, alice as Address, 7_000_000n), transferSol(bob.address, alice as Address, 10n ** 18n)],
      { fails: true },
    );
    const block = cluster.seal();
    const nobody = { hash: '5'.repeat(88), position: 'ix:0', block: { number: `${block.number}`, hash: block.hash } };
    for (const lie of [
      told(id, block, { amount: '70000000' }),
      told(id, block, { to: mallory }),
      told(id, block, { asset: usd }),
      told(failed, block),
      told(id, block, { transaction: nobody }),
    ]) {
      assert.equal(await exchange.post('deposit.confirmed', lie), 200);
    }
    cluster.seal();
    await exchange.settle();
    await exchange.settle();
    // What the chain does hold of those transactions is credited by its own word, and nothing else.
    assert.deepEqual(exchange.balances(), { [`${sol} ${alice}`]: 7_000_000n });
    const found = await exchange.callbacks().store.deposits({ limit: 99 });
    assert.deepEqual(
      found.filter(({ status }) => status === 'confirmed').map(({ transaction }) => transaction.id),
      [id],
    );
  });

  it('credits the sum once where a callback reports each of several transfers', async (t) => {
    const exchange = await open(t);
    const id = await cluster.send(bob, [
      transferSol(bob.address, alice as Address, 3n),
      transferSol(bob.address, alice as Address, 4n),
      transferSol(bob.address, alice as Address, 4n),
    ]);
    const block = cluster.seal();
    for (const [index, amount] of ['3', '4', '4'].entries()) {
      const { transaction } = told(id, block) as { transaction: object };
      const one = told(id, block, { amount, transaction: { ...transaction, position: `ix:${index}` } });
      assert.equal(await exchange.post('deposit.confirmed', one), 200);
    }
    await exchange.settle();
    await exchange.settle();
    assert.deepEqual(exchange.balances(), { [`${sol} ${alice}`]: 11n });
  });

  it('finds what was missed while it was down, past skipped slots, and credits it once when the callback comes', async (t) => {
    const exchange = await open(t);
    const from = cluster.seal();
    const ids = [await paySol(1n), await payUsd(2n)];
    cluster.seal({ skipped: 2 });
    await cluster.send(bob, [transferSol(bob.address, mallory as Address, 5n)]);
    await cluster.send(bob, [transferSol(bob.address, alice as Address, 10n ** 18n)], { fails: true });
    cluster.seal({ skipped: 1 });
    ids.push(await paySol(3n));
    cluster.seal();
    const found = await exchange.callbacks().reconcile({ network: devnet, fromBlock: from.number });
    assert.deepEqual(
      found.missed.map(({ transactionId }) => transactionId),
      ids,
    );
    await exchange.settle();
    const balances = { [`${sol} ${alice}`]: 4n, [`${usd} ${alice}`]: 2n };
    assert.deepEqual(exchange.balances(), balances);
    for (const id of ids) assert.equal(await webhook(exchange, id), 200);
    const again = await exchange.callbacks().reconcile({ network: devnet, fromBlock: from.number });
    assert.deepEqual([again.transfers, again.missed], [3, []]);
    await exchange.settle();
    assert.deepEqual(exchange.balances(), balances);
  });

  it('leaves a callback that names a token account to an operator, and credits its owner alone', async (t) => {
    const exchange = await openExchange(t, cluster, {
      ours: [alice, await tokenAccountOf(alice as Address, mint)],
      chains: [solanaChain({ network: devnet, url: cluster.url })],
      policy: { assets: [{ asset: usd, decimals: 6 }] },
    });
    const id = await payUsd(5n);
    const block = cluster.seal();
    const to = await tokenAccountOf(alice as Address, mint);
    assert.equal(await exchange.post('deposit.confirmed', told(id, block, { asset: usd, amount: '5', to })), 200);
    await exchange.settle();
    await exchange.settle();
    assert.deepEqual(exchange.balances(), { [`${usd} ${alice}`]: 5n });
    const found = await exchange.callbacks().store.deposits({ limit: 9 });
    assert.deepEqual(found.map((one) => [one.to === alice, one.status, one.code]).sort(), [
      [false, 'pending', 'CHAIN_PENDING'],
      [true, 'confirmed', undefined],
    ]);
    // It stays so, and the node is asked about it less and less.
    cluster.asked.length = 0;
    for (let round = 0; round < 16; round += 1) {
      cluster.seal({ skipped: 31 });
      await exchange.callbacks().confirm();
    }
    assert.equal(cluster.asked.filter((one) => one.startsWith('getTransaction')).length, 3);
  });
});
