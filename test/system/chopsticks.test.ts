import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { polkadotChain } from '../../lib/chains/polkadot.ts';
import { addressOn } from '../../lib/networks/canonical.ts';
import { findNetwork } from '../../lib/networks/registry.ts';
import { fixedClock } from '../../lib/testing/fixed-clock.ts';
import { type Chopsticks, startChopsticks } from '../chains/chopsticks.ts';
import { type Exchange, openExchange } from '../chains/exchange.ts';
import { dot, genesisOf, polkadot, rococo } from '../chains/polkadot/recorded.ts';
import { seeded } from '../chains/seeded.ts';

// The chain check of Polkadot over a chain that goes on while it is asked: chopsticks executes each block by a real runtime.

const network = findNetwork(polkadot);
assert.ok(network, 'the network is known');
const { alice, bob, carol, erin } = rococo.accounts;
const addressOf = (account: string): string => addressOn(network, account);
const lag = 2;
const coin = 1_000_000_000_000n;
const transfers = 40;
/** Fixed, so that a failure can be seen again; another one is as good. */
const seed = Number(process.env.SEED ?? 5);

interface Told {
  id: string;
  to: string;
  amount: bigint;
  block: { number: string; hash: string };
}

describe('deposits on a chain of chopsticks', () => {
  let node: Chopsticks;

  before(async () => {
    node = await startChopsticks({ genesisHash: genesisOf[polkadot] ?? '', lag, rich: [alice, carol] });
  });
  after(() => node.close());

  function open(t: TestContext, ours: readonly string[], now: () => number): Promise<Exchange> {
    return openExchange(t, node, {
      ours: ours.map(addressOf),
      chains: [polkadotChain({ network: polkadot, url: node.url })],
      now,
      policy: { assets: [{ asset: dot, decimals: 10 }], confirmations: { [polkadot]: 'finalized' } },
    });
  }

  const numberOf = async (hash: string): Promise<number> =>
    Number((await node.rpc<{ number: string }>('chain_getHeader', [hash])).number);

  const told = ({ id, to, amount, block }: Told, lie: Record<string, unknown> = {}): object => ({
    ...{ network: polkadot, asset: dot, amount: `${amount}`, from: addressOf(alice), to: addressOf(to), memo: null },
    ...{ status: 'success', confirmations: 64 },
    transaction: { hash: id, block },
    ...lie,
  });

  /** A block of these payments, and what a provider says of each: extrinsics of ours follow one of the block's own. */
  async function pay(payments: readonly { from: string; to: string; amount: bigint }[]): Promise<Told[]> {
    const hash = await node.block(payments);
    const number = `${await numberOf(hash)}`;
    const { block } = await node.rpc<{ block: { extrinsics: string[] } }>('chain_getBlock', [hash]);
    const first = block.extrinsics.length - payments.length;
    return payments.map(({ to, amount }, index) => ({
      id: `${number}-${first + index}`,
      to,
      amount,
      block: { number, hash },
    }));
  }

  it('are credited once final, and a lie about one is not', async (t) => {
    const clock = fixedClock();
    const exchange = await open(t, [bob], clock.now);
    const [paid] = await pay([{ from: alice, to: bob, amount: 5n * coin }]);
    assert.ok(paid, 'a payment was made');
    for (const lie of [{ amount: `${50n * coin}` }, { to: addressOf(erin) }, { asset: `${polkadot}/asset:1984` }, {}]) {
      assert.equal(await exchange.post('deposit.confirmed', told(paid, lie)), 200);
    }
    await exchange.settle();
    assert.deepEqual(exchange.balances(), {});
    for (let block = 0; block < lag; block += 1) await node.block([]);
    clock.advance(15_000);
    await exchange.settle();
    assert.deepEqual(exchange.balances(), { [`${dot} ${addressOf(bob)}`]: await node.free(bob) });
  });

  it('through reorgs by dev_setHead, with callbacks lost: every balance is what the runtime holds', async (t) => {
    const random = seeded(seed);
    const clock = fixedClock();
    const ours = [`0x${'51'.repeat(32)}`, `0x${'52'.repeat(32)}`, `0x${'53'.repeat(32)}`];
    const exchange = await open(t, ours, clock.now);
    const fromBlock = BigInt(await numberOf(await node.rpc('chain_getBlockHash', [])));
    // What is final stays: a reorg goes back as far as that at most.
    const unfinal: string[] = [await node.block([])];
    let sent = 0;
    let reorgs = 0;
    while (sent < transfers) {
      if (unfinal.length > 1 && random(3) === 0) {
        const kept = random(unfinal.length - 1);
        await node.setHead(unfinal[kept] ?? '');
        unfinal.length = kept + 1;
        reorgs += 1;
      }
      const payments = Array.from({ length: random(4) }, () => ({
        from: random(2) === 0 ? alice : carol,
        to: ours[random(ours.length)] ?? '',
        amount: coin + BigInt(random(3)) * coin,
      }));
      sent += payments.length;
      const said = await pay(payments);
      unfinal.push(await node.rpc('chain_getBlockHash', []));
      if (unfinal.length > lag + 1) unfinal.shift();
      for (const one of said) {
        if (random(3) > 0) assert.equal(await exchange.post('deposit.confirmed', told(one)), 200);
      }
      if (random(2) === 0) {
        clock.advance(15_000);
        await exchange.settle();
      }
    }
    for (let block = 0; block < lag; block += 1) await node.block([]);
    await exchange.callbacks().reconcile({ network: polkadot, fromBlock });
    for (let round = 0; round < 3; round += 1) {
      clock.advance(15_000);
      await exchange.settle();
    }
    assert.ok(reorgs >= 5, `${reorgs} reorgs`);
    const expected: Record<string, bigint> = {};
    for (const account of ours) expected[`${dot} ${addressOf(account)}`] = await node.free(account);
    assert.deepEqual(exchange.balances(), expected);
  });
});
