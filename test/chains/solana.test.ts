import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Address, KeyPairSigner } from '@solana/kit';
import type { ChainRow, ChainVerdict, MinedVerdict } from '../../lib/chains/kit/chain-check.ts';
import { solanaChain } from '../../lib/chains/solana.ts';
import { devnet, startSolana } from './solana-cluster.ts';
import {
  closeTokenAccount,
  createAccount,
  handOver,
  initializeMint,
  initializeTokenAccount,
  initializeTransferFee,
  memo,
  mintTo,
  openTokenAccount,
  recoverNested,
  syncNative,
  token2022,
  tokenAccountOf,
  tokenProgram,
  transferSol,
  transferTokens,
  wrappedSol,
} from './solana-instructions.ts';
import { report } from './solana-report.ts';

const sol = `${devnet}/slip44:501`;
const rentOfTokenAccount = 2_039_280n;

const reasonOf = (verdict: ChainVerdict): string => (verdict.status === 'unknown' ? verdict.reason : verdict.status);

/** Rows to one account. */
const to = (rows: readonly ChainRow[], account: string) =>
  rows.filter((row) => row.to === account).map(({ asset, amount }) => [asset, amount]);

describe('what a transaction of Solana has moved', () => {
  let cluster: Awaited<ReturnType<typeof startSolana>>;
  let bob: KeyPairSigner;
  let alice: KeyPairSigner;
  let mint: KeyPairSigner;
  let usd: string;
  let bobs: Address;
  let alices: Address;

  before(async () => {
    cluster = await startSolana();
    bob = await cluster.funded();
    alice = await cluster.funded(1_000_000_000n);
    mint = await newMint(tokenProgram, []);
    usd = `${devnet}/token:${mint.address}`;
    bobs = await tokenAccountOf(bob.address, mint.address);
    alices = await tokenAccountOf(alice.address, mint.address);
    await cluster.send(bob, [
      await openTokenAccount(bob.address, bob.address, mint.address),
      await openTokenAccount(bob.address, alice.address, mint.address),
      mintTo(mint.address, bobs, bob.address, 1_000_000_000n, tokenProgram),
    ]);
    cluster.seal();
  });
  after(() => cluster.close());

  const chain = () => solanaChain({ network: devnet, url: cluster.url });

  async function newMint(program: Address, extensions: readonly ((of: Address) => ReturnType<typeof memo>)[]) {
    const made = await cluster.funded(0n);
    const space = extensions.length === 0 ? 82 : 278;
    const create = createAccount(bob.address, made.address, { lamports: 5_000_000n, space, owner: program });
    const extend = extensions.map((extension) => extension(made.address));
    const initialize = initializeMint(made.address, bob.address, 6, program);
    await cluster.send(bob, [create, ...extend, initialize], { signers: [made] });
    return made;
  }

  /** A token account beside the one that belongs to the owner anyway. */
  async function tokenAccountFor(owner: Address): Promise<KeyPairSigner> {
    const made = await cluster.funded(0n);
    const space = { lamports: rentOfTokenAccount, space: 165, owner: tokenProgram };
    await cluster.send(
      bob,
      [createAccount(bob.address, made.address, space), initializeTokenAccount(made.address, mint.address, owner)],
      { signers: [made] },
    );
    return made;
  }

  /** Puts it into a final block, and asks about it. */
  async function mined(id: Promise<string>): Promise<MinedVerdict> {
    const transactionId = await id;
    const block = cluster.seal();
    const verdict = await chain().check({ transactionId });
    assert.equal(verdict.status, 'mined', reasonOf(verdict));
    assert.deepEqual((verdict as MinedVerdict).block, block);
    return verdict as MinedVerdict;
  }

  const pay = (amount: bigint, more: Partial<Parameters<typeof transferTokens>[0]> = {}) =>
    transferTokens({ mint: mint.address, from: bobs, to: alices, owner: bob.address, amount, ...more });

  it('SOL, by the balance of its account', async () => {
    const verdict = await mined(cluster.send(bob, [transferSol(bob.address, alice.address, 7_000_000n)]));
    assert.deepEqual(verdict.rows, [
      { asset: sol, from: bob.address, to: alice.address, amount: 7_000_000n, position: 'balance' },
    ]);
    assert.deepEqual([verdict.success, verdict.finalized, verdict.unseen], [true, true, []]);
  });

  it('a sum beyond what a float can hold, to the last digit', async () => {
    const whale = await cluster.funded(2n ** 63n - 1n);
    const rich = await cluster.funded(0n);
    const amount = 9_007_199_254_740_993n;
    const verdict = await mined(cluster.send(whale, [transferSol(whale.address, rich.address, amount)]));
    assert.deepEqual(to(verdict.rows, rich.address), [[sol, amount]]);
  });

  it('tokens to the owner of the token account, not to the account', async () => {
    const verdict = await mined(cluster.send(bob, [pay(5_000_000n)]));
    assert.deepEqual(verdict.rows, [
      { asset: usd, from: bob.address, to: alice.address, amount: 5_000_000n, position: 'balance' },
    ]);
  });

  it('neither confirms nor denies a claim that names the token account in place of its owner', async () => {
    const transactionId = await cluster.send(bob, [pay(5_000_000n)]);
    cluster.seal();
    const claims = [{ asset: usd, to: alices, amount: 5_000_000n }];
    const verdict = (await chain().check({ transactionId, claims })) as MinedVerdict;
    assert.deepEqual(verdict.unseen, [usd]);
    assert.deepEqual(to(verdict.rows, alices), []);
    assert.deepEqual(to(verdict.rows, alice.address), [[usd, 5_000_000n]]);
  });

  it('not the rent of a token account that the sender opens for the recipient', async () => {
    const carol = await cluster.funded(0n);
    const at = await tokenAccountOf(carol.address, mint.address);
    const open = await openTokenAccount(bob.address, carol.address, mint.address);
    const verdict = await mined(cluster.send(bob, [open, pay(3n, { to: at })]));
    assert.deepEqual(
      verdict.rows.map((row) => [row.asset, row.to, row.amount]),
      [[usd, carol.address, 3n]],
    );
  });

  it('what arrived of a Token-2022 transfer with a fee, not what its instruction says', async () => {
    const feeMint = await newMint(token2022, [(of) => initializeTransferFee(of, 100)]);
    const from = await tokenAccountOf(bob.address, feeMint.address, token2022);
    const at = await tokenAccountOf(alice.address, feeMint.address, token2022);
    await cluster.send(bob, [
      await openTokenAccount(bob.address, bob.address, feeMint.address, token2022),
      await openTokenAccount(bob.address, alice.address, feeMint.address, token2022),
      mintTo(feeMint.address, from, bob.address, 10_000_000n, token2022),
    ]);
    const fee = { mint: feeMint.address, from, to: at, program: token2022 };
    const verdict = await mined(cluster.send(bob, [pay(1_000_000n, fee)]));
    assert.deepEqual(
      verdict.rows.map((row) => [row.asset, row.to, row.amount]),
      [[`${devnet}/token:${feeMint.address}`, alice.address, 990_000n]],
    );
  });

  it('nothing, if it failed, whatever its balances say', async () => {
    const transfers = [transferSol(bob.address, alice.address, 7_000_000n), pay(2_000_000_000n)];
    const transactionId = await cluster.send(bob, transfers, { fails: true });
    cluster.seal();
    const verdict = (await chain().check({ transactionId })) as MinedVerdict;
    assert.deepEqual([verdict.status, verdict.success, verdict.rows], ['mined', false, []]);
    // A node that reports what the transaction would have moved.
    cluster.change = (method, result) => {
      if (method !== 'getTransaction') return result;
      const { meta } = result as { meta: { postBalances: bigint[]; preBalances: bigint[] } };
      const postBalances = meta.preBalances.map((units, index) => (index === 1 ? units + 7_000_000n : units));
      return { ...(result as object), meta: { ...meta, postBalances } };
    };
    const odd = (await chain().check({ transactionId })) as MinedVerdict;
    cluster.change = (_, result) => result;
    assert.deepEqual([odd.success, odd.rows], [false, []]);
  });

  it('the sum of several transfers to one owner, over all of his token accounts', async () => {
    const second = await tokenAccountFor(alice.address);
    const verdict = await mined(
      cluster.send(bob, [
        pay(3n),
        pay(4n),
        pay(5n, { to: second.address }),
        transferSol(bob.address, alice.address, 1_000n),
        transferSol(bob.address, alice.address, 1_000n),
      ]),
    );
    assert.deepEqual(to(verdict.rows, alice.address), [
      [sol, 2_000n],
      [usd, 12n],
    ]);
  });

  it('nothing, if an owner sends to himself', async () => {
    const second = await tokenAccountFor(bob.address);
    const verdict = await mined(
      cluster.send(bob, [pay(9n, { to: second.address }), transferSol(bob.address, bob.address, 5n)]),
    );
    assert.deepEqual(verdict.rows, []);
  });

  it('each token apart from every other that an owner gives or gets', async () => {
    const other = await newMint(tokenProgram, []);
    const [from, at] = [
      await tokenAccountOf(alice.address, other.address),
      await tokenAccountOf(bob.address, other.address),
    ];
    await cluster.send(bob, [
      await openTokenAccount(bob.address, alice.address, other.address),
      await openTokenAccount(bob.address, bob.address, other.address),
      mintTo(other.address, from, bob.address, 1_000n, tokenProgram),
    ]);
    const back = { mint: other.address, from, to: at, owner: alice.address };
    const verdict = await mined(cluster.send(bob, [pay(7n), pay(7n, back)], { signers: [alice] }));
    assert.deepEqual(to(verdict.rows, alice.address), [[usd, 7n]]);
    assert.deepEqual(to(verdict.rows, bob.address), [[`${devnet}/token:${other.address}`, 7n]]);
  });

  it('what an inner instruction moves', async () => {
    // Tokens at an associated account of Alice's associated account, which only a program can bring home.
    const nested = await tokenAccountOf(alices, mint.address);
    await cluster.send(bob, [await openTokenAccount(bob.address, alices, mint.address), pay(11n, { to: nested })]);
    const id = cluster.send(alice, [await recoverNested(alice.address, mint.address)]);
    const verdict = await mined(id);
    // With the rent of the nested account, which nobody of hers had paid.
    assert.deepEqual(to(verdict.rows, alice.address), [
      [sol, rentOfTokenAccount],
      [usd, 11n],
    ]);
    const { innerInstructions } = await report(cluster.url, await id);
    assert.ok(innerInstructions.length > 0, 'The runtime reports no inner instruction');
  });

  it('not the rent that an owner gets back for a token account that he closes', async () => {
    const at = await tokenAccountOf(alice.address, wrappedSol);
    await cluster.send(bob, [await openTokenAccount(bob.address, alice.address, wrappedSol)]);
    const closed = await mined(cluster.send(alice, [closeTokenAccount(at, alice.address, alice.address)]));
    assert.deepEqual(closed.rows, []);
    // To somebody else it is a payment of its owner's.
    await cluster.send(bob, [await openTokenAccount(bob.address, bob.address, wrappedSol)]);
    const own = await tokenAccountOf(bob.address, wrappedSol);
    const given = await mined(cluster.send(bob, [closeTokenAccount(own, alice.address, bob.address)]));
    assert.deepEqual(given.rows, [
      { asset: sol, from: bob.address, to: alice.address, amount: rentOfTokenAccount, position: 'balance' },
    ]);
  });

  it('wrapped SOL as the token that it is, and as SOL only when it is unwrapped for somebody else', async () => {
    const wrapped = `${devnet}/token:${wrappedSol}`;
    const at = await tokenAccountOf(alice.address, wrappedSol);
    const sent = await mined(
      cluster.send(bob, [
        await openTokenAccount(bob.address, alice.address, wrappedSol),
        transferSol(bob.address, at, 400_000n),
        syncNative(at),
      ]),
    );
    assert.deepEqual(
      sent.rows.map((row) => [row.asset, row.to, row.amount]),
      [[wrapped, alice.address, 400_000n]],
    );
    const unwrapped = await mined(cluster.send(alice, [closeTokenAccount(at, alice.address, alice.address)]));
    assert.deepEqual(unwrapped.rows, []);
  });

  it('what a version 0 transaction pays to accounts that a lookup table loads', async () => {
    const tables = await cluster.table([mint.address, alices, alice.address, bobs]);
    const id = cluster.send(bob, [pay(6n), transferSol(bob.address, alice.address, 8n)], { tables });
    const verdict = await mined(id);
    const { loadedAddresses } = await report(cluster.url, await id);
    assert.ok(loadedAddresses.writable.includes(alice.address), 'The account is not loaded from the table');
    assert.deepEqual(to(verdict.rows, alice.address), [
      [sol, 8n],
      [usd, 6n],
    ]);
  });

  it('a token account that is handed over, to its new owner', async () => {
    const given = await tokenAccountFor(bob.address);
    await cluster.send(bob, [pay(13n, { to: given.address })]);
    const verdict = await mined(cluster.send(bob, [handOver(given.address, bob.address, alice.address)]));
    assert.deepEqual(to(verdict.rows, alice.address), [[usd, 13n]]);
  });

  it('no memo: accounts are not shared on this network', async () => {
    const verdict = await mined(cluster.send(bob, [transferSol(bob.address, alice.address, 9n), memo('customer 7')]));
    assert.deepEqual(to(verdict.rows, alice.address), [[sol, 9n]]);
    assert.equal(verdict.rows[0]?.memo, undefined);
  });
});
