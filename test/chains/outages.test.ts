import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { evmChain } from '../../lib/chains/evm.ts';
import type { EvmClient } from '../../lib/chains/readers/evm/node.ts';
import type { Alarm } from '../../lib/observe/news.ts';
import { fixedClock } from '../../lib/testing/fixed-clock.ts';
import { promised } from '../helpers/promised.ts';
import type { Received } from '../notifier/receiver.ts';
import { stage } from '../notifier/stage.ts';
import { type Anvil, rich, startAnvil } from './anvil.ts';
import { ether, openExchange } from './exchange.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';

describe('when something is away', () => {
  let anvil: Anvil;
  before(async () => {
    anvil = await startAnvil();
  });
  after(() => anvil.close());

  /** The way to the node, which a test can cut. */
  function line(): { client: EvmClient; isCut: boolean; asked: number } {
    const made = {
      isCut: false,
      asked: 0,
      client: {
        request: async ({ method, params }: { method: string; params?: unknown }): Promise<unknown> => {
          made.asked += 1;
          if (made.isCut) throw new Error('The node is away');
          return anvil.rpc(method, params as unknown[]);
        },
      },
    };
    return made;
  }

  async function data(hash: string): Promise<object> {
    const { blockHash, blockNumber } = await anvil.receipt(hash);
    const transaction = { hash, position: 'native', block: { number: `${Number(blockNumber)}`, hash: blockHash } };
    return {
      network: 'eip155:1',
      asset: ether,
      amount: '7',
      from: rich[0],
      to: alice,
      memo: null,
      status: 'success',
      confirmations: 12,
      transaction,
    };
  }

  it('a deposit waits for the node with one alarm, and is credited when it is back', async (t) => {
    const node = line();
    const exchange = await openExchange(t, anvil, {
      ours: [alice],
      chains: [evmChain({ network: 'eip155:1', client: node.client })],
    });
    const alarms: Alarm[] = [];
    exchange.callbacks().on('alarm', (alarm) => alarms.push(alarm));
    const hash = await anvil.send({ to: alice, value: 7n });
    await anvil.mine(3);
    node.isCut = true;
    assert.equal(await exchange.post('deposit.confirmed', await data(hash)), 200);
    for (let round = 0; round < 3; round += 1) await exchange.settle();
    assert.deepEqual(exchange.balances(), {});
    assert.deepEqual(
      alarms.map((one) => one.code),
      ['CHAIN_UNAVAILABLE'],
    );
    node.isCut = false;
    await exchange.settle();
    assert.deepEqual(exchange.balances(), { [`${ether} ${alice}`]: 7n });
  });

  it('a deposit that was pending is found again after a restart', async (t) => {
    const exchange = await openExchange(t, anvil, { ours: [alice] });
    const hash = await anvil.send({ to: alice, value: 7n });
    await anvil.mine();
    await exchange.post('deposit.pending', await data(hash));
    await exchange.settle();
    assert.deepEqual(exchange.balances(), {});
    await exchange.restart();
    await anvil.mine(2);
    await exchange.settle();
    assert.deepEqual(exchange.balances(), { [`${ether} ${alice}`]: 7n });
  });

  it('a credited deposit is taken back after a restart when its block left the chain meanwhile', async (t) => {
    const exchange = await openExchange(t, anvil, { ours: [alice] });
    const snapshot = await anvil.rpc('evm_snapshot');
    const hash = await anvil.send({ to: alice, value: 7n });
    await anvil.mine(3);
    await exchange.post('deposit.confirmed', await data(hash));
    await exchange.settle();
    assert.deepEqual(exchange.balances(), { [`${ether} ${alice}`]: 7n });
    await exchange.restart();
    await anvil.rpc('evm_revert', [snapshot]);
    await anvil.send({ from: rich[1], to: rich[2], value: 1n });
    await anvil.mine(4);
    await exchange.settle();
    assert.deepEqual(exchange.balances(), {});
  });

  it('a transaction that nobody can find is asked for ever less often', async (t) => {
    const node = line();
    const clock = fixedClock();
    const exchange = await openExchange(t, anvil, {
      ours: [alice],
      now: clock.now,
      chains: [evmChain({ network: 'eip155:1', client: node.client })],
    });
    const transaction = {
      hash: `0x${'ab'.repeat(32)}`,
      position: 'native',
      block: { number: '99999', hash: `0x${'cd'.repeat(32)}` },
    };
    const mined = await anvil.send({ to: alice, value: 1n });
    await anvil.mine();
    await exchange.post('deposit.confirmed', { ...(await data(mined)), transaction });
    let lookups = 0;
    for (let round = 0; round < 600; round += 1) {
      const before = node.asked;
      clock.advance(1_000);
      if (round % 12 === 0) await anvil.mine();
      await exchange.callbacks().confirm();
      // The newest block and the final one are asked for each time; after a new one, three more about the block that the callback
      // names: nothing is known of a height above the head, so it is asked about again.
      if (node.asked - before > 5) lookups += 1;
    }
    assert.ok(lookups >= 5 && lookups <= 15, `${lookups} look-ups in ten minutes`);
    const [deposit] = await exchange.callbacks().store.deposits({ limit: 1 });
    assert.deepEqual([deposit?.status, deposit?.code], ['pending', 'CHAIN_PENDING']);
  });

  it('the notifier goes on where it stopped, and its heartbeats say while it cannot see the chain', async (t) => {
    const node = line();
    const beat = promised();
    const made = await stage(t, anvil, {
      networks: [{ network: 'eip155:1', client: node.client, confirmations: 3 }],
      pollMs: 5,
      heartbeatMs: 5,
    });
    await made.api('PUT', '/v1/callback-url', { url: made.receiver.url });
    await made.api('POST', '/v1/watches', { network: 'eip155:1', address: alice });
    node.isCut = true;
    await made.notifier().start();
    await made.notifier().beat();
    const asked = node.asked;
    while (node.asked < asked + 3) await new Promise(setImmediate);
    made.receiver.received.length = 0;
    await made.notifier().beat();
    const states = made.receiver.received.map(stateIn);
    assert.ok(states.length > 0 && states.every((state) => state === 'unreadable'), states.join());
    const paid = promised();
    made.receiver.answer = (received) => {
      const { data: sent } = received;
      if (stateIn(received) === 'reading') beat.resolve();
      if (sent.amount === '9') paid.resolve();
      return 200;
    };
    await anvil.send({ to: alice, value: 9n });
    await anvil.mine();
    node.isCut = false;
    await Promise.all([paid.promise, beat.promise]);
  });
});

/** What a heartbeat says of its network; undefined for another callback. */
function stateIn({ type, data: sent }: Received): string | undefined {
  if (type !== 'heartbeat') return undefined;
  return (sent as unknown as { networks: { state: string }[] }).networks[0]?.state;
}

describe('two receivers over one store', () => {
  let anvil: Anvil;
  before(async () => {
    anvil = await startAnvil();
  });
  after(() => anvil.close());

  it('credit once, and one takes over what the other was following', async (t) => {
    const first = await openExchange(t, anvil, { ours: [alice] });
    const second = await openExchange(t, anvil, { ours: [alice], folder: first.folder });
    const hash = await anvil.send({ to: alice, value: 7n });
    await anvil.mine();
    await first.post('deposit.pending', await data(hash));
    await anvil.mine(2);
    await Promise.all([first.settle(), second.settle(), first.settle(), second.settle()]);
    await second.settle();
    assert.deepEqual(first.balances(), { [`${ether} ${alice}`]: 7n });
    assert.equal([...first.events, ...second.events].filter(([kind]) => kind === 'deposit').length, 1);

    async function data(id: string): Promise<object> {
      const { blockHash, blockNumber } = await anvil.receipt(id);
      const transaction = {
        hash: id,
        position: 'native',
        block: { number: `${Number(blockNumber)}`, hash: blockHash },
      };
      return {
        network: 'eip155:1',
        asset: ether,
        amount: '7',
        from: rich[0],
        to: alice,
        memo: null,
        status: 'success',
        confirmations: 1,
        transaction,
      };
    }
  });
});
