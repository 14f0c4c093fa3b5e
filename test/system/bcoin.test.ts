import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { bitcoinChain } from '../../lib/chains/bitcoin.ts';
import type { ChainVerdict, MinedVerdict } from '../../lib/chains/kit/chain-check.ts';
import { type Bcoin, bitcoin, password, regtest, startBcoin } from '../chains/bcoin.ts';
import { type Exchange, openExchange } from '../chains/exchange.ts';
import { bareMultisig, barePublicKey } from '../chains/raw-outputs.ts';

// The chain check of the Bitcoin family over bcoin: it answers the questions of Bitcoin Core in words of its own.

const alice = {
  script: '0014751e76e8199196d454941c45d1b3a323f1433bd6',
  address: 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080',
};
/** The public key of 1. */
const publicKey = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798';
const keyAddress = 'mrCDrCybB6J1vRfbwM5hemdJz73FwDBC8r';

describe('deposits on a chain of bcoin', () => {
  let node: Bcoin;

  before(async () => {
    node = await startBcoin(8);
  });
  after(() => node.close());

  const chain = () => bitcoinChain({ network: regtest, url: node.url, username: 'x', password });
  const open = (t: TestContext, minimum = 1n): Promise<Exchange> =>
    openExchange(t, node, {
      ours: [alice.address],
      chains: [chain()],
      policy: { assets: [{ asset: bitcoin, decimals: 8, minimum }], confirmations: { [regtest]: 2 } },
    });
  const told = (hash: string, block: { number: string; hash: string }, lie: Record<string, unknown> = {}) => ({
    network: regtest,
    asset: bitcoin,
    amount: '29000000',
    to: alice.address,
    memo: null,
    status: 'success',
    confirmations: 12,
    transaction: { hash, position: 'out:0', block },
    ...lie,
  });
  const credited = (amount: bigint): Record<string, bigint> => ({ [`${bitcoin} ${alice.address}`]: amount });
  const reasonOf = (verdict: ChainVerdict): string => (verdict.status === 'unknown' ? verdict.reason : '');

  it('are credited once they have the confirmations, and a lie about one is not', async (t) => {
    const exchange = await open(t);
    const id = await node.pay([[alice.script, 29_000_000n]]);
    const [hash = ''] = await node.mine();
    const block = { number: `${await node.height()}`, hash };
    for (const lie of [
      told('ab'.repeat(32), block),
      told(id, block, { amount: '290000000' }),
      told(id, block, { to: keyAddress }),
      told(id, block),
    ]) {
      assert.equal(await exchange.post('deposit.confirmed', lie), 200);
    }
    await exchange.settle();
    assert.deepEqual(exchange.balances(), {});
    await node.mine(2);
    await exchange.settle();
    assert.deepEqual(exchange.balances(), credited(29_000_000n));
  });

  it('that were missed are found by reconcile', async (t) => {
    const exchange = await open(t);
    const fromBlock = BigInt(await node.height()) + 1n;
    const id = await node.pay([
      [alice.script, 1_234n],
      [alice.script, 2_099_999_997n],
    ]);
    await node.mine(3);
    const { missed, transfers } = await exchange.callbacks().reconcile({ network: regtest, fromBlock });
    assert.deepEqual([transfers, missed.map((one) => one.transactionId)], [2, [id]]);
    await exchange.settle();
    assert.deepEqual(exchange.balances(), credited(2_100_001_231n));
  });

  it('are not dust: outputs below the minimum, which are not added up', async (t) => {
    const exchange = await open(t, 1_000n);
    const fromBlock = BigInt(await node.height()) + 1n;
    const id = await node.pay([
      [alice.script, 600n],
      [alice.script, 600n],
      [alice.script, 1_000n],
    ]);
    const [hash = ''] = await node.mine(3);
    const block = { number: `${fromBlock}`, hash };
    for (const [amount, position] of [
      ['600', 'out:0'],
      ['600', 'out:1'],
      ['1200', 'out:0'],
    ]) {
      const transaction = { hash: id, position, block };
      assert.equal(await exchange.post('deposit.confirmed', told(id, block, { amount, transaction })), 200);
    }
    await exchange.callbacks().reconcile({ network: regtest, fromBlock });
    await exchange.settle();
    assert.deepEqual(exchange.balances(), credited(1_000n));
  });

  it('are not what a bare key or a bare multisig holds, whatever address the node names', async () => {
    const id = await node.pay([
      [barePublicKey(publicKey), 4_000_000n],
      [bareMultisig(publicKey), 3_000_000n],
      [alice.script, 2_000_000n],
    ]);
    const [hash = ''] = await node.mine();
    const { tx } = await node.rpc<{ tx: { txid: string; vout: { scriptPubKey: { addresses: string[] } }[] }[] }>(
      'getblock',
      [hash, true, true],
    );
    const outputs = tx.find((one) => one.txid === id)?.vout.map((one) => one.scriptPubKey.addresses.length);
    assert.deepEqual(outputs, [1, 1, 1, 1], 'the node names an address for each of them');
    const verdict = (await chain().check({ transactionId: id })) as MinedVerdict;
    assert.deepEqual(
      verdict.rows.map(({ to, position }) => [to, position]),
      [
        [alice.address, 'out:2'],
        [keyAddress, 'out:3'],
      ],
    );
  });

  it('wait in the mempool, and a transaction that the node does not find is not called absent', async () => {
    const id = await node.pay([[alice.script, 1_000_000n]]);
    assert.equal((await chain().check({ transactionId: id })).status, 'pending');
    // Without its index, and for a moment after it was sent one, it says the same.
    const subject = { transactionId: 'ab'.repeat(32), blocks: [{ number: 1n, hash: 'cd'.repeat(32) }] };
    assert.match(reasonOf(await chain().check(subject)), /finds no transaction by its id alone/);
  });
});
