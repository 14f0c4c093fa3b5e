import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { run, runOn, writeConfig } from '../cli/cli.ts';
import { alice } from '../helpers/deposits.ts';
import { type Anvil, startAnvil } from './anvil.ts';
import { type Exchange, ether, openExchange } from './exchange.ts';

const lib = new URL('../../lib/', import.meta.url).href;

describe('reconcile by command', () => {
  let anvil: Anvil;
  before(async () => {
    anvil = await startAnvil();
  });
  after(() => anvil.close());

  async function open(t: TestContext): Promise<{ exchange: Exchange; config: string }> {
    const exchange = await openExchange(t, anvil, { ours: [alice], confirmations: 12, reconcile: false });
    const chains = `chains: [(await import('${lib}chains/evm.ts')).evmChain({ network: 'eip155:1', url: '${anvil.url}' })],`;
    return { exchange, config: await writeConfig(exchange.folder, join(exchange.folder, 'deposits.db'), chains) };
  }

  it('finds what no callback reported, and the running service credits it', async (t) => {
    const { exchange, config } = await open(t);
    const hash = await anvil.send({ to: alice, value: 7n });
    await anvil.mine(12);
    const block = (await anvil.height()) - 11;

    const found = await run(['reconcile', '--network', 'ethereum', '--from', '0', '--config', config]);
    assert.equal(found.code, 1, found.stderr);
    assert.match(found.stdout, new RegExp(`^${block} +${hash}$`, 'm'));
    assert.match(found.stderr, /^100\.0 % block \d+ of \d+, .*1 missed$/m, 'a line where there is no terminal');
    assert.match(found.stderr, /1 transfers to your accounts; 1 missed transactions/);
    await exchange.callbacks().idle();
    assert.deepEqual(exchange.balances(), { [`${ether} ${alice}`]: 7n });

    const again = await run(['reconcile', '--network', 'eip155:1', '--from', '0', '--config', config, '--json']);
    assert.deepEqual([again.code, JSON.parse(again.stdout).missed], [0, []]);
    assert.deepEqual(await exchange.callbacks().store.cursors(), [], 'a complete run leaves nothing behind');
    const wrong = await run(['reconcile', '--network', 'eip155:56', '--from', '0', '--config', config]);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /eip155:56 has no chain check/);
    const without = await run(['reconcile', '--network', 'eip155:1', '--config', config]);
    assert.equal(without.code, 2);
    assert.match(without.stderr, /--from: set it/);
  });

  it('that is stopped says how to go on, and the same command does', async (t) => {
    const { exchange, config } = await open(t);
    const first = (await anvil.height()) + 1;
    for (let amount = 1n; amount <= 20n; amount += 1n) {
      await anvil.send({ to: alice, value: amount });
      await anvil.mine(1);
    }
    await anvil.mine(12);
    const args = ['reconcile', '--network', 'eip155:1', '--from', `${first}`, '--config', config];
    const running = runOn(t, [...args, '--blocks-per-minute', '60']);
    for (;;) {
      const deposits = await exchange.callbacks().store.deposits({ limit: 99 });
      if (deposits.length > 0) break;
      await new Promise(setImmediate);
    }
    const stopped = await running.stop();
    assert.equal(stopped.code, 3, stopped.stderr);
    const next = /Stopped before block (\d+)\. Run the same command/.exec(stopped.stderr)?.[1];
    assert.ok(Number(next) > first && Number(next) < first + 20, stopped.stderr);

    const resumed = await run([...args, '--json']);
    assert.equal(resumed.code, 1, resumed.stderr);
    const found = JSON.parse(resumed.stdout) as { resumedAt: string; missed: unknown[] };
    assert.deepEqual([found.resumedAt, found.missed.length], [next, first + 20 - Number(next)]);
    await exchange.settle();
    assert.deepEqual(exchange.balances(), { [`${ether} ${alice}`]: 210n });

    const begun = runOn(t, [...args, '--blocks-per-minute', '60']);
    await begun.until(/Reading blocks/);
    while ((await exchange.callbacks().store.cursors()).length === 0) await new Promise(setImmediate);
    await begun.stop();
    const anew = await run([...args, '--restart', '--json']);
    assert.equal(JSON.parse(anew.stdout).resumedAt, undefined, anew.stderr);
  });

  it('takes times in place of blocks', async (t) => {
    const { config } = await open(t);
    await anvil.rpc('evm_mine');
    const { timestamp } = await anvil.rpc<{ timestamp: string }>('eth_getBlockByNumber', ['latest', false]);
    const from = (await anvil.height()) + 1;
    for (let hour = 1; hour <= 30; hour += 1) {
      await anvil.rpc('evm_setNextBlockTimestamp', [Number(timestamp) + hour * 3_600]);
      await anvil.mine();
    }
    const at = (hour: number): string => new Date((Number(timestamp) + hour * 3_600 - 5) * 1_000).toISOString();
    const args = ['reconcile', '--network', 'eip155:1', '--config', config, '--json', '--from', at(15)];
    const found = JSON.parse((await run(args)).stdout) as { fromBlock: string; toBlock: string };
    assert.deepEqual([Number(found.fromBlock), Number(found.toBlock)], [from + 14 - 11, from + 29]);
    const part = JSON.parse((await run([...args, '--to', at(17)])).stdout) as { toBlock: string };
    assert.equal(Number(part.toBlock), from + 16 + 11);
  });

  it('has the service go on from a block, if that is asked', async (t) => {
    const { exchange, config } = await open(t);
    const { store } = exchange.callbacks();
    const skip = (block: string) =>
      run(['reconcile', '--network', 'eip155:1', '--skip-to', block, '--config', config, '--json']);
    const none = await skip('5');
    assert.equal(none.code, 1);
    assert.match(none.stderr, /NOT_FOUND: No blocks of eip155:1 have been read/);
    await store.moveCursor({
      ...{ id: 'eip155:1', version: 0, network: 'eip155:1', block: { number: 9n, hash: '0xb9' }, target: 20n },
      ...{ movedAt: Date.now(), trouble: { code: 'BLOCK_UNAVAILABLE', since: Date.now() } },
    });
    const status = await run(['status', '--config', config]);
    assert.equal(status.code, 1);
    assert.match(status.stdout, /^unread-blocks Block 10 of eip155:1 cannot be read/m);
    assert.match(status.stdout, /^eip155:1 +read to block 9, 11 behind \(BLOCK_UNAVAILABLE\)$/m);
    const skipped = await skip('15');
    assert.deepEqual([skipped.code, JSON.parse(skipped.stdout)], [0, { skippedFrom: '10', skippedTo: '14' }]);
    const [cursor] = await store.cursors();
    assert.deepEqual([cursor?.block, cursor?.trouble], [{ number: 14n }, undefined]);
    const back = await skip('15');
    assert.match(back.stderr, /NOT_POSSIBLE: Block 15 of eip155:1 is the next/);
    assert.equal((await run(['status', '--config', config])).code, 0);
  });
});
