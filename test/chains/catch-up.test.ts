import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { evmChain } from '../../lib/chains/evm.ts';
import type { EvmClient } from '../../lib/chains/readers/evm/node.ts';
import type { Alarm } from '../../lib/observe/news.ts';
import type { Cursor } from '../../lib/stores/store.ts';
import { type FixedClock, fixedClock } from '../../lib/testing/fixed-clock.ts';
import { type Anvil, rich, startAnvil } from './anvil.ts';
import { type Exchange, ether, openExchange } from './exchange.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const minuteMs = 60_000;
/** Beyond it anvil calls a block final. */
const finality = 64;

describe('the blocks after an outage', () => {
  let anvil: Anvil;
  before(async () => {
    anvil = await startAnvil();
  });
  after(() => anvil.close());

  /** The way to the node, which a test can bend. */
  interface Line {
    client: EvmClient;
    /** Answers in place of the node if it gives something. */
    bend: (method: string, params: unknown) => { answer: unknown } | undefined;
    /** Numbers of blocks that were read with their transactions, in order. */
    read: number[];
  }

  function line(): Line {
    const made: Line = {
      bend: () => undefined,
      read: [],
      client: {
        request: async ({ method, params }) => {
          const [number, isWhole] = (params ?? []) as [string, boolean];
          if (method === 'eth_getBlockByNumber' && isWhole) made.read.push(Number(number));
          const bent = made.bend(method, params);
          return bent ? bent.answer : anvil.rpc(method, params as unknown[]);
        },
      },
    };
    return made;
  }

  interface Stage {
    exchange: Exchange;
    clock: FixedClock;
    node: Line;
    alarms: Alarm[];
    /** Lets pass what the providers are given, and reads what is then to be read. */
    catchUp(): Promise<void>;
    cursor(): Promise<Cursor | undefined>;
    restart(): Promise<void>;
  }

  async function open(t: TestContext, reconcile: object | false = { blocksPerMinute: 1_000_000 }): Promise<Stage> {
    const clock = fixedClock();
    const node = line();
    const exchange = await openExchange(t, anvil, {
      ours: [alice],
      chains: [evmChain({ network: 'eip155:1', client: node.client })],
      now: clock.now,
      reconcile,
    });
    const alarms: Alarm[] = [];
    const hear = (): void => void exchange.callbacks().on('alarm', (alarm) => alarms.push(alarm));
    hear();
    const stage: Stage = {
      ...{ exchange, clock, node, alarms },
      async catchUp() {
        await exchange.callbacks().catchUp();
        clock.advance(3 * minuteMs);
        await exchange.callbacks().catchUp();
        await exchange.settle();
      },
      async cursor() {
        return (await exchange.callbacks().store.cursors()).find((one) => one.id === 'eip155:1');
      },
      async restart() {
        await exchange.restart();
        hear();
      },
    };
    await exchange.callbacks().catchUp();
    return stage;
  }

  const final = async (): Promise<number> => Math.max(0, (await anvil.height()) - finality);

  async function data(hash: string, amount: bigint): Promise<object> {
    const { blockHash, blockNumber } = await anvil.receipt(hash);
    const transaction = { hash, position: 'native', block: { number: `${Number(blockNumber)}`, hash: blockHash } };
    return {
      ...{ network: 'eip155:1', asset: ether, amount: `${amount}`, from: rich[0], to: alice, memo: null },
      ...{ status: 'success', confirmations: 12, transaction },
    };
  }

  const balance = (amount: bigint): Record<string, bigint> => (amount === 0n ? {} : { [`${ether} ${alice}`]: amount });

  it('are read by itself from where the last reading ended, and each deposit is credited once', async (t) => {
    await anvil.mine(70);
    const { exchange, clock, node, alarms, catchUp, cursor, restart } = await open(t);
    assert.equal(Number((await cursor())?.block.number), await final(), 'begins at the newest final block');
    const begun = await final();
    await exchange.callbacks().close();
    const hashes: string[] = [];
    for (let amount = 1n; amount <= 5n; amount += 1n) {
      hashes.push(await anvil.send({ to: alice, value: amount }));
      await anvil.mine(7);
    }
    await anvil.mine(finality);
    clock.advance(180 * minuteMs);
    await restart();
    assert.deepEqual(node.read, []);
    await catchUp();
    assert.deepEqual(exchange.balances(), balance(15n));
    assert.deepEqual(
      alarms.map(({ code, message }) => [code, message.split(' ')[0]]),
      [['CALLBACKS_MISSED', '5']],
    );
    const last = await final();
    assert.deepEqual(
      node.read,
      Array.from({ length: last - begun }, (_, index) => begun + 1 + index),
      'each block once',
    );
    for (const [index, hash] of hashes.entries())
      await exchange.post('deposit.confirmed', await data(hash, BigInt(index + 1)));
    await catchUp();
    assert.deepEqual(exchange.balances(), balance(15n));
    const { block, behindSince, trouble, reader } = (await cursor()) ?? {};
    assert.deepEqual([Number(block?.number), behindSince, trouble, reader], [last, undefined, undefined, undefined]);
  });

  it('are not taken for missed while a callback may be on its way', async (t) => {
    const { exchange, clock, alarms, catchUp } = await open(t);
    const hash = await anvil.send({ to: alice, value: 7n });
    await anvil.mine(finality + 1);
    await exchange.callbacks().catchUp();
    clock.advance(minuteMs);
    await exchange.callbacks().catchUp();
    assert.deepEqual(exchange.balances(), balance(0n));
    await exchange.post('deposit.confirmed', await data(hash, 7n));
    await catchUp();
    assert.deepEqual(exchange.balances(), balance(7n));
    assert.deepEqual(alarms, []);
  });

  it('are read again from before a reorg that reached under the cursor', async (t) => {
    const { exchange, node, catchUp, cursor } = await open(t);
    await anvil.mine(10);
    const snapshot = await anvil.rpc('evm_snapshot');
    const forked = await anvil.height();
    await anvil.mine(finality + 30);
    await catchUp();
    const before = await cursor();
    assert.equal(Number(before?.block.number), forked + 30);
    await anvil.rpc('evm_revert', [snapshot]);
    await anvil.send({ from: rich[1], to: alice, value: 4n });
    await anvil.mine(finality + 33);
    node.read.length = 0;
    await catchUp();
    await exchange.settle();
    assert.deepEqual(exchange.balances(), balance(4n));
    assert.equal(node.read[0], forked + 31);
    assert.ok(node.read.includes(forked + 1), 'the block that took the place of one that was read');
    assert.equal(Number((await cursor())?.block.number), forked + 33);
  });

  it('that the node does not keep are told once, and never passed over', async (t) => {
    const { exchange, node, alarms, catchUp, cursor, restart } = await open(t);
    const begun = await final();
    await anvil.send({ to: alice, value: 2n });
    await anvil.mine(finality + 20);
    const missing = begun + 10;
    node.bend = (method, params) =>
      method === 'eth_getBlockByNumber' && Number((params as string[])[0]) === missing ? { answer: null } : undefined;
    for (let round = 0; round < 4; round += 1) await catchUp();
    assert.deepEqual(
      alarms.map((one) => one.code),
      ['BLOCKS_UNREAD'],
    );
    assert.match(alarms[0]?.message ?? '', new RegExp(`Block ${missing} of eip155:1 .*--skip-to`));
    const stuck = await cursor();
    assert.deepEqual([Number(stuck?.block.number), stuck?.trouble?.code], [missing - 1, 'BLOCK_UNAVAILABLE']);
    assert.ok(!node.read.some((number) => number > missing), 'nothing behind it is read');
    await restart();
    node.bend = () => undefined;
    await catchUp();
    assert.equal(Number((await cursor())?.block.number), await final());
    assert.equal((await cursor())?.trouble, undefined);
    assert.deepEqual(exchange.balances(), balance(2n));
  });

  it('that cannot be read although the node answers are told too, after three attempts', async (t) => {
    const { node, alarms, catchUp, cursor } = await open(t);
    const begun = await final();
    await anvil.mine(finality + 5);
    node.bend = (method, params) => {
      if (method === 'eth_getBlockByNumber' && Number((params as string[])[0]) === begun + 3) throw new Error('pruned');
      return undefined;
    };
    await catchUp();
    assert.deepEqual([alarms, (await cursor())?.trouble?.code], [[], 'REQUEST_FAILED']);
    await catchUp();
    await catchUp();
    assert.deepEqual(
      alarms.map((one) => one.code),
      ['BLOCKS_UNREAD'],
    );
  });

  it('are read by one of two processes, and by the other once its time is over', async (t) => {
    const first = await open(t);
    const second = await openExchange(t, anvil, {
      ours: [alice],
      folder: first.exchange.folder,
      now: first.clock.now,
      reconcile: { blocksPerMinute: 1_000_000 },
    });
    const [cursor] = await first.exchange.callbacks().store.cursors();
    assert.ok(cursor, 'there is a cursor');
    await anvil.mine(finality + 9);
    const held = { ...cursor, reader: { name: 'another', until: first.clock.now() + 4 * minuteMs } };
    assert.ok(await second.callbacks().store.moveCursor(held), 'another process reads');
    await first.catchUp();
    assert.equal((await first.cursor())?.block.number, cursor.block.number);
    first.clock.advance(2 * minuteMs);
    await Promise.all([first.exchange.callbacks().catchUp(), second.callbacks().catchUp()]);
    await first.catchUp();
    assert.equal(Number((await first.cursor())?.block.number), await final());
  });

  it('are not read by themselves if that is switched off', async (t) => {
    const { node, catchUp, cursor } = await open(t, false);
    await anvil.mine(finality + 5);
    await catchUp();
    assert.deepEqual([node.read, await cursor()], [[], undefined]);
  });
});
