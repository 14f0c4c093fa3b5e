import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { type Anvil, rich, startAnvil } from '../chains/anvil.ts';
import { type Logged, logged } from './logged.ts';
import { type Stage, stage } from './stage.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const bob = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359';

describe('a reorg that is deeper than the blocks of which every hash is kept', () => {
  let anvil: Anvil;
  before(async () => {
    anvil = await startAnvil();
  });
  after(() => anvil.close());

  async function watching(t: TestContext, keepBlocks: number): Promise<Stage & Logged> {
    const log = logged();
    const networks = [{ network: 'eip155:1', url: anvil.url, confirmations: 3, keepBlocks }];
    const made = await stage(t, anvil, { networks, logger: log.logger });
    await made.api('PUT', '/v1/callback-url', { url: made.receiver.url });
    await made.api('POST', '/v1/watches', { network: 'eip155:1', address: alice });
    return { ...made, ...log };
  }

  async function pay(value: bigint): Promise<void> {
    await anvil.send({ to: alice, value });
    await anvil.mine();
  }

  /** Another chain of this many blocks from the snapshot on. */
  async function rewrite(snapshot: unknown, blocks: number): Promise<void> {
    await anvil.rpc('evm_revert', [snapshot]);
    await anvil.send({ from: rich[1], to: bob, value: 1n });
    await anvil.mine(blocks);
  }

  const amounts = ({ receiver }: Stage, type: string): string[] =>
    receiver.received.filter((one) => one.type === type).map((one) => one.data.amount);

  it('takes every deposit back that left, and none that stayed', async (t) => {
    const made = await watching(t, 20);
    await pay(1n);
    await anvil.mine(50);
    await pay(2n);
    const snapshot = await anvil.rpc('evm_snapshot');
    await anvil.mine(20);
    await pay(3n);
    await anvil.mine(100);
    await pay(4n);
    await made.run();
    await rewrite(snapshot, 125);
    await pay(5n);
    await made.run();
    assert.deepEqual(amounts(made, 'deposit.reverted').sort(), ['3', '4']);
    assert.deepEqual(amounts(made, 'deposit.pending'), ['1', '2', '3', '4', '5']);
    assert.deepEqual(made.errors, []);
  });

  it('is an alarm where nothing older is known, and the whole new chain is read from there', async (t) => {
    const made = await watching(t, 1);
    await pay(1n);
    const snapshot = await anvil.rpc('evm_snapshot');
    for (let value = 2n; value <= 30n; value += 1n) await pay(value);
    await made.run();
    await anvil.rpc('evm_revert', [snapshot]);
    // In a block that no kept one follows: the new chain is not entered in the middle.
    await anvil.mine(14);
    await pay(100n);
    await anvil.mine(30);
    await made.run();
    const reverted = amounts(made, 'deposit.reverted').map(Number);
    assert.ok(reverted.length >= 15, `${reverted.length} were taken back`);
    assert.deepEqual(amounts(made, 'deposit.pending').slice(-1), ['100']);
    assert.equal(made.errors.length, 1);
    assert.match(made.errors[0] ?? '', /deeper than the blocks kept/);
  });
});
