import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evmChain } from '../../lib/chains/evm.ts';
import { agreedVerdict } from '../../lib/chains/kit/agreement.ts';
import type { ChainVerdict, MinedVerdict } from '../../lib/chains/kit/chain-check.ts';

const row = {
  asset: 'eip155:1/slip44:60',
  to: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  amount: 7n,
  position: 'native',
};
const mined = (given: Partial<MinedVerdict> = {}): MinedVerdict => ({
  status: 'mined',
  success: true,
  block: { number: 5n, hash: '0xaa' },
  confirmations: 3,
  finalized: false,
  rows: [row],
  unseen: [],
  removed: [],
  ...given,
});
const unknown: ChainVerdict = { status: 'unknown', reason: 'the node did not answer' };

describe('what several nodes say together', () => {
  it('is what as many as asked say alike, with the confirmations that all of them reach', () => {
    const verdict = agreedVerdict(
      [mined({ confirmations: 9, finalized: true }), unknown, mined({ confirmations: 4 })],
      2,
    );
    assert.deepEqual(verdict, mined({ confirmations: 4 }));
  });

  it('is unknown while too few agree', () => {
    const liar = mined({ rows: [{ ...row, amount: 70n }] });
    for (const verdicts of [
      [mined(), unknown],
      [mined(), liar],
      [mined(), mined({ block: { number: 5n, hash: '0xbb' } })],
    ]) {
      assert.equal(agreedVerdict(verdicts, 2).status, 'unknown');
    }
    assert.equal(agreedVerdict([mined(), liar, mined()], 2).status, 'mined');
  });

  it('does not take the word of one node about which customer a transfer is for', () => {
    const to = (memo: string): MinedVerdict => mined({ rows: [{ ...row, memo }] });
    assert.equal(agreedVerdict([to('7'), to('8')], 2).status, 'unknown');
    assert.deepEqual(agreedVerdict([to('8'), to('7'), to('7')], 2), to('7'));
  });

  it('takes a transaction that waits at one node and is unknown at another for unmined', () => {
    const verdict = agreedVerdict(
      [
        { status: 'pending', head: 9n, removed: ['0xaa'] },
        { status: 'absent', head: 8n, removed: ['0xaa', '0xbb'] },
      ],
      2,
    );
    assert.deepEqual(verdict, { status: 'pending', head: 8n, removed: ['0xaa'] });
  });
});

/** A node that holds one native transfer of so much. */
function node(value: bigint) {
  const hash = `0x${'12'.repeat(32)}`;
  const block = {
    number: '0x5',
    hash: `0x${'aa'.repeat(32)}`,
    parentHash: `0x${'bb'.repeat(32)}`,
    timestamp: '0x1',
    transactions: [hash],
  };
  const transaction = {
    hash,
    blockHash: block.hash,
    from: `0x${'01'.repeat(20)}`,
    to: row.to.toLowerCase(),
    value: `0x${value.toString(16)}`,
    input: '0x',
  };
  const receipt = { transactionHash: hash, blockHash: block.hash, blockNumber: '0x5', status: '0x1', logs: [] };
  let asked = 0;
  const answers: Record<string, unknown> = {
    eth_chainId: '0x1',
    eth_getBlockByNumber: block,
    eth_getTransactionByHash: transaction,
    eth_getTransactionReceipt: receipt,
    debug_traceTransaction: { type: 'CALL', from: transaction.from, to: transaction.to, value: transaction.value },
  };
  return {
    hash,
    asked: () => asked,
    client: {
      request: async ({ method }: { method: string }): Promise<unknown> => {
        asked += 1;
        return answers[method];
      },
    },
  };
}

describe('a quorum of nodes by amount', () => {
  const quorum = [{ asset: row.asset, from: 100n, nodes: 2 }];

  it('asks one node about a small sum, and as many as the rule says about a large one', async () => {
    const [small, other] = [node(7n), node(7n)];
    const chain = evmChain({ network: 'eip155:1', clients: [small.client, other.client], quorum });
    assert.equal((await chain.check({ transactionId: small.hash, claims: [row] })).status, 'mined');
    assert.equal(other.asked(), 0);
    const [large, second] = [node(700n), node(700n)];
    const both = evmChain({ network: 'eip155:1', clients: [large.client, second.client], quorum });
    assert.equal((await both.check({ transactionId: large.hash, claims: [{ ...row, amount: 700n }] })).status, 'mined');
    assert.ok(second.asked() > 0);
  });

  it('does not believe one node that finds a large sum where a small one was claimed', async () => {
    const [first, second] = [node(700n), node(7n)];
    const chain = evmChain({ network: 'eip155:1', clients: [first.client, second.client], quorum });
    assert.equal((await chain.check({ transactionId: first.hash, claims: [row] })).status, 'unknown');
  });
});
