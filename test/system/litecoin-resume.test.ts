import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { bitcoinChain } from '../../lib/chains/bitcoin.ts';
import { networks } from '../../lib/networks/registry.ts';
import type { Alarm } from '../../lib/observe/news.ts';
import type { Cursor } from '../../lib/stores/store.ts';
import { fixedClock } from '../../lib/testing/fixed-clock.ts';
import { type Exchange, openExchange } from '../chains/exchange.ts';
import { type Litecoind, type LitecoindOptions, litecoin, regtest, startLitecoind } from '../chains/litecoind.ts';
import { run, writeConfig } from '../cli/cli.ts';

// What is read by itself after an outage, on a real node that keeps everything, reorganises, or prunes.

const depth = networks.find(({ id }) => id === regtest)?.reorgDepth ?? 0;
const hoursMs = 3_600_000;

interface Stage {
  node: Litecoind;
  exchange: Exchange;
  alice: string;
  alarms: Alarm[];
  /** Lets the time pass that providers are given, and reads what is then to be read. */
  catchUp(): Promise<void>;
  cursor(): Promise<Cursor | undefined>;
  /** Opens the service again, three hours later. */
  restart(): Promise<void>;
  balances(sum: bigint): void;
}

async function open(t: TestContext, options?: LitecoindOptions): Promise<Stage> {
  const node = await startLitecoind(options);
  t.after(() => node.close());
  const alice = await node.rpc<string>('getnewaddress');
  const clock = fixedClock();
  const exchange = await openExchange(t, node, {
    ours: [alice],
    chains: [bitcoinChain({ network: regtest, url: node.url, cookieFile: node.cookieFile })],
    policy: { assets: [{ asset: litecoin, decimals: 8 }], confirmations: { [regtest]: 3 } },
    reconcile: { blocksPerMinute: 1_000_000 },
    now: clock.now,
  });
  const alarms: Alarm[] = [];
  const hear = (): void => void exchange.callbacks().on('alarm', (alarm) => alarms.push(alarm));
  hear();
  await exchange.callbacks().catchUp();
  return {
    ...{ node, exchange, alice, alarms },
    async catchUp() {
      await exchange.callbacks().catchUp();
      clock.advance(180_000);
      await exchange.callbacks().catchUp();
      await exchange.settle();
    },
    cursor: async () => (await exchange.callbacks().store.cursors()).find(({ id }) => id === regtest),
    async restart() {
      clock.advance(3 * hoursMs);
      await exchange.restart();
      hear();
    },
    balances(sum) {
      assert.deepEqual(exchange.balances(), sum === 0n ? {} : { [`${litecoin} ${alice}`]: sum });
    },
  };
}

test('payments of an outage of three hours are found on the restart, and credited once', async (t) => {
  const { node, exchange, alice, alarms, catchUp, cursor, restart, balances } = await open(t);
  const begun = await node.height();
  assert.equal(Number((await cursor())?.block.number), begun - depth + 1);
  await exchange.callbacks().close();
  for (let count = 1n; count <= 4n; count += 1n) {
    await node.pay({ [alice]: count * 1_000_000n });
    await node.mine(3);
  }
  await node.mine(depth);
  await restart();
  await catchUp();
  await catchUp();
  balances(10_000_000n);
  assert.deepEqual(
    alarms.map(({ code, message }) => [code, message.split(' ')[0]]),
    [['CALLBACKS_MISSED', '4']],
  );
  const { block } = (await cursor()) ?? {};
  assert.deepEqual(
    [Number(block?.number), block?.hash],
    [begun + 13, await node.rpc('getblockhash', [begun + 13])],
    'up to the newest final block, with its id',
  );
});

test('a reorg that replaces the block of the cursor is seen, and what it brought is found', async (t) => {
  const { node, alice, catchUp, cursor, balances } = await open(t, { blocks: 260 });
  await node.mine(8);
  await catchUp();
  const at = Number((await cursor())?.block.number);
  await node.rpc('invalidateblock', [await node.rpc('getblockhash', [at - 2])]);
  const id = await node.pay({ [alice]: 5_000_000n });
  await node.mineOnly([id]);
  await node.mine(depth + 12);
  await catchUp();
  balances(5_000_000n);
  assert.ok(Number((await cursor())?.block.number) > at, 'and reading has gone on');
});

test('blocks that the node has pruned are told, never passed over by themselves, and passed over on command', {
  timeout: 600_000,
}, async (t) => {
  const { node, exchange, alice, alarms, catchUp, cursor, restart, balances } = await open(t, {
    txindex: false,
    prune: true,
  });
  const stuck = (await cursor())?.block.number ?? 0n;
  await exchange.callbacks().close();
  await node.pay({ [alice]: 3_000_000n });
  await node.mine();
  await fillBlockFile(node);
  await mineThroughActivation(node);
  await node.mine(650);
  const pruned = await node.rpc<number>('pruneblockchain', [(await node.height()) - 300]);
  assert.ok(pruned > stuck, `pruned up to ${pruned}`);
  await node.pay({ [alice]: 4_000_000n });
  await node.mine(depth + 3);

  await restart();
  for (let round = 0; round < 3; round += 1) await catchUp();
  assert.deepEqual(
    alarms.map((one) => one.code),
    ['BLOCKS_UNREAD'],
  );
  const cursorNow = await cursor();
  assert.deepEqual([cursorNow?.block.number, cursorNow?.trouble?.code], [stuck, 'BLOCK_UNAVAILABLE']);
  const { needs } = await exchange.callbacks().status();
  assert.deepEqual(
    needs.map(({ kind }) => kind),
    ['unread-blocks'],
  );
  balances(0n);

  const lib = new URL('../../lib/', import.meta.url).href;
  const chain = `{ network: '${regtest}', url: '${node.url}', cookieFile: '${node.cookieFile}' }`;
  const chains = `chains: [(await import('${lib}chains/bitcoin.ts')).bitcoinChain(${chain})],`;
  const config = await writeConfig(exchange.folder, join(exchange.folder, 'deposits.db'), chains);
  const first = `${pruned + 1}`;
  const skipped = await run(['reconcile', '--network', regtest, '--skip-to', first, '--config', config]);
  assert.equal(skipped.code, 0, skipped.stderr);
  assert.match(skipped.stderr, new RegExp(`Blocks ${stuck + 1n} to ${pruned} are passed over`));
  await catchUp();
  await catchUp();
  balances(4_000_000n);
  assert.deepEqual((await exchange.callbacks().status()).needs, []);
});

/** Only whole files of blocks are pruned: 128 MiB, in blocks of almost 1 MB. */
async function fillBlockFile(node: Litecoind): Promise<void> {
  const [coin] = await node.rpc<{ txid: string; vout: number; amount: number }[]>('listunspent', [100]);
  if (!coin) throw new Error('The wallet is empty');
  const data = 'ab'.repeat(980_000);
  let { txid, vout, amount } = coin;
  for (let block = 0; block < 141; block += 1) {
    amount = Math.round(amount * 1e8 - 1e4) / 1e8;
    const outputs = [{ [node.miner]: amount }, { data }];
    const raw = await node.rpc<string>('createrawtransaction', [[{ txid, vout }], outputs]);
    const { hex } = await node.rpc<{ hex: string }>('signrawtransactionwithwallet', [raw]);
    const { hash } = await node.rpc<{ hash: string }>('generateblock', [node.miner, [hex]]);
    const { tx } = await node.rpc<{ tx: string[] }>('getblock', [hash, 1]);
    txid = tx[1] ?? '';
    vout = 0;
  }
}

/** The first block with extension blocks must have coins that go into them. */
async function mineThroughActivation(node: Litecoind): Promise<void> {
  await node.mine(431 - (await node.height()));
  await node.rpc('sendtoaddress', [await node.rpc('getnewaddress', ['', 'mweb']), 1]);
  await node.mine();
}
