import assert from 'node:assert/strict';
import { beforeEach, describe, it, type TestContext } from 'node:test';
import type { KeyPairSigner } from '@solana/kit';
import type { ChainBlockTransfers, ChainVerdict, MinedVerdict } from '../../lib/chains/kit/chain-check.ts';
import { solanaChain } from '../../lib/chains/solana.ts';
import { devnet, type SolanaCluster, startSolana } from './solana-cluster.ts';
import { transferSol } from './solana-instructions.ts';

const nowhere = '5'.repeat(88);
const reasonOf = (verdict: ChainVerdict): string => (verdict.status === 'unknown' ? verdict.reason : verdict.status);

describe('a slot of Solana', () => {
  let cluster: SolanaCluster;
  let bob: KeyPairSigner;
  let alice: KeyPairSigner;

  async function start(t: TestContext): Promise<SolanaCluster> {
    const started = await startSolana();
    t.after(() => started.close());
    return started;
  }
  beforeEach(async (t) => {
    cluster = await start(t as TestContext);
    bob = await cluster.funded();
    alice = await cluster.funded();
  });

  const chain = (...urls: string[]) => solanaChain({ network: devnet, urls: [cluster.url, ...urls] });
  const pay = (units: bigint) => cluster.send(bob, [transferSol(bob.address, alice.address, units)]);

  async function read(fromBlock: bigint, toBlock: bigint, check = chain()): Promise<ChainBlockTransfers[]> {
    const found = [];
    const query = { fromBlock, toBlock, isOurs: ({ address = '' }) => address === alice.address };
    for await (const one of check.transfersTo?.(query) ?? []) found.push(one);
    return found;
  }

  it('that was skipped is passed over', async () => {
    await pay(1n);
    const one = cluster.seal();
    await pay(2n);
    const two = cluster.seal({ skipped: 3 });
    assert.equal(two.number, one.number + 4n);
    const found = await read(one.number, two.number);
    assert.deepEqual(
      found.map(({ block, transfers }) => [block, transfers.map(({ amount }) => amount)]),
      [
        [one, [1n]],
        [two, [2n]],
      ],
    );
  });

  it('that was skipped does not hold a block that somebody names, and neither does one of another block', async () => {
    const one = cluster.seal();
    const two = cluster.seal({ skipped: 1 });
    const skipped = { number: one.number + 1n, hash: one.hash };
    assert.deepEqual(await chain().gone?.([one, two]), []);
    assert.deepEqual(await chain().gone?.([skipped, two]), [one.hash]);
    assert.deepEqual(await chain().gone?.([{ number: two.number, hash: one.hash }]), [one.hash]);
  });

  it('that only this node lacks is not taken for skipped', async (t) => {
    await pay(1n);
    const one = cluster.seal();
    const two = cluster.seal();
    cluster.lose(one.number);
    await assert.rejects(read(one.number, two.number), {
      code: 'BLOCK_UNAVAILABLE',
      message: `The node has no block ${one.number} of ${devnet}, though it is in the chain`,
    });
    assert.deepEqual(await chain().gone?.([{ number: one.number, hash: two.hash }]), []);
    // The block after it is missing too: nothing says what stood before that.
    const three = cluster.seal({ skipped: 2 });
    cluster.lose(two.number);
    await assert.rejects(read(one.number, one.number), { code: 'BLOCK_UNAVAILABLE' });
    // The slots that the next block names no parent in were skipped all the same.
    assert.deepEqual(await read(two.number + 1n, three.number - 1n), []);
    // Another node is asked for it.
    const other = await start(t);
    for (let slot = 1_001n; slot < three.number; slot += 1n) other.seal();
    const found = await read(one.number, one.number, chain(other.url));
    assert.equal(found.length, 1);
  });

  it('that this node has deleted says nothing, and stops no other question', async () => {
    const id = await pay(1n);
    const one = cluster.seal();
    cluster.seal({ skipped: 400 });
    cluster.prune(one.number + 200n);
    const two = cluster.seal();
    await assert.rejects(read(one.number, two.number), { code: 'BLOCK_UNAVAILABLE' });
    assert.deepEqual(await chain().gone?.([{ number: one.number, hash: two.hash }, two]), []);
    const verdict = await chain().check({ transactionId: id });
    assert.match(
      reasonOf(verdict),
      new RegExp(`finds no such transaction, and keeps none from before slot ${one.number + 200n};`),
    );
    // Of a block that it would have, it can say so.
    assert.equal((await chain().check({ transactionId: id, blocks: [two] })).status, 'absent');
  });

  it('that has not come, or that no chain ever reaches, says nothing', async () => {
    const head = cluster.seal();
    const later = [head.number + 1n, 2n ** 53n, 10n ** 29n].map((number) => ({ number, hash: head.hash }));
    assert.deepEqual(await chain().gone?.(later), []);
    await assert.rejects(read(head.number + 1n, head.number + 1n), /has no block/);
  });

  it('that is not final is neither the head nor holds anything yet', async () => {
    const before = await chain().head();
    const transactionId = await pay(1n);
    const block = cluster.seal({ final: false });
    assert.deepEqual(await chain().head(), before);
    assert.equal((await chain().check({ transactionId })).status, 'pending');
    assert.deepEqual(await chain().gone?.([block]), []);
    cluster.finalize();
    const verdict = (await chain().check({ transactionId })) as MinedVerdict;
    assert.deepEqual([verdict.status, verdict.block, verdict.finalized], ['mined', block, true]);
    assert.equal((await chain().head()).finalized, block.number);
  });

  it('gives what it holds all the confirmations of the network at once, and more with each slot after those', async () => {
    const transactionId = await pay(1n);
    cluster.seal();
    const counts: number[] = [];
    for (const skipped of [0, 29, 0, 9]) {
      const verdict = (await chain().check({ transactionId })) as MinedVerdict;
      counts.push(verdict.confirmations);
      cluster.seal({ skipped });
    }
    assert.deepEqual(counts, [32, 32, 32, 33]);
  });

  it('holds no transaction that nobody sent', async () => {
    assert.equal((await chain().check({ transactionId: nowhere })).status, 'absent');
  });

  it('is asked for again if the node lists a transaction that it does not find', async () => {
    const transactionId = await pay(1n);
    const foundIn = cluster.seal();
    let asked = 0;
    cluster.change = (method, result) => {
      if (method !== 'getTransaction') return result;
      asked += 1;
      return asked === 1 ? null : result;
    };
    assert.equal((await chain().check({ transactionId, foundIn })).status, 'mined');
    cluster.change = (method, result) => (method === 'getTransaction' ? null : result);
    assert.match(reasonOf(await chain().check({ transactionId })), /changed during the check/);
    // The cache of recent transactions has forgotten it.
    cluster.seal({ skipped: 400 });
    assert.match(reasonOf(await chain().check({ transactionId, foundIn })), /changed during the check/);
  });

  it('of another cluster is not believed', async () => {
    const mainnet = 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp';
    const transactionId = await pay(1n);
    cluster.seal();
    const wrong = solanaChain({ network: mainnet, url: cluster.url });
    assert.match(reasonOf(await wrong.check({ transactionId })), /serves another cluster than Solana \(/);
    await assert.rejects(wrong.head(), /check its URL/);
  });
});
