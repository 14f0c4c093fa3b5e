import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import { bitcoinChain } from '../../lib/chains/bitcoin.ts';
import type { ChainVerdict, MinedVerdict } from '../../lib/chains/kit/chain-check.ts';
import { openExchange } from '../chains/exchange.ts';
import { type Litecoind, litecoin, password, regtest, startLitecoind, username } from '../chains/litecoind.ts';

const reasonOf = (verdict: ChainVerdict): string => (verdict.status === 'unknown' ? verdict.reason : verdict.status);

describe('a node without an index of transactions', () => {
  let node: Litecoind;
  let alice: string;
  before(async () => {
    node = await startLitecoind({ txindex: false });
    alice = await node.rpc('getnewaddress');
  });
  after(() => node.close());
  const chain = () => bitcoinChain({ network: regtest, url: node.url, cookieFile: node.cookieFile });

  async function paid(): Promise<{ id: string; block: { number: bigint; hash: string }; position: string }> {
    const id = await node.pay({ [alice]: 5_000_000n });
    const [hash = ''] = await node.mine();
    const { vout } = await node.transaction(id, hash);
    const output = vout.find((one) => one.scriptPubKey.addresses?.includes(alice));
    return { id, block: { number: BigInt(await node.height()), hash }, position: `out:${output?.n}` };
  }

  /** Spends every output of a transaction, so that the node forgets where it was. */
  async function spend(id: string, blockHash: string): Promise<void> {
    const { vout } = await node.transaction(id, blockHash);
    const inputs = vout.map(({ n }) => ({ txid: id, vout: n }));
    const total = vout.reduce((sum, { value }) => sum + Math.round(value * 1e8), 0);
    const to = [{ [node.miner]: ((total - 10_000) / 1e8).toFixed(8) }];
    const draft = await node.rpc<string>('createrawtransaction', [inputs, to]);
    const { hex } = await node.rpc<{ hex: string }>('signrawtransactionwithwallet', [draft]);
    await node.rpc('sendrawtransaction', [hex]);
    await node.mine();
  }

  it('finds a transaction in the mempool, in the block that is named, and by an output that is not spent', async () => {
    const waiting = await node.pay({ [alice]: 1_000_000n });
    assert.equal((await chain().check({ transactionId: waiting })).status, 'pending');
    const { id, block } = await paid();
    for (const subject of [{ transactionId: id }, { transactionId: id, blocks: [block] }]) {
      const verdict = (await chain().check(subject)) as MinedVerdict;
      assert.deepEqual([verdict.status, verdict.block, verdict.confirmations], ['mined', block, 1]);
    }
    await spend(id, block.hash);
    const verdict = (await chain().check({ transactionId: id, blocks: [block] })) as MinedVerdict;
    assert.deepEqual([verdict.status, verdict.confirmations], ['mined', 2]);
  });

  it('asks first about the output that a callback names', async () => {
    const many = Object.fromEntries(
      await Promise.all(
        Array.from({ length: 30 }, async () => [await node.rpc<string>('getnewaddress'), 1_000_000n] as const),
      ),
    );
    const id = await node.pay(many);
    const [hash = ''] = await node.mine();
    const { vout } = await node.transaction(id, hash);
    const [kept, ...others] = vout.toSorted((a, b) => b.n - a.n);
    const inputs = others.map(({ n }) => ({ txid: id, vout: n }));
    const sum = others.reduce((total, { value }) => total + Math.round(value * 1e8), 0);
    const draft = await node.rpc<string>('createrawtransaction', [
      inputs,
      [{ [node.miner]: ((sum - 100_000) / 1e8).toFixed(8) }],
    ]);
    const { hex } = await node.rpc<{ hex: string }>('signrawtransactionwithwallet', [draft]);
    await node.rpc('sendrawtransaction', [hex]);
    await node.mine();
    const claim = { asset: litecoin, to: alice, amount: 1_000_000n, position: `out:${kept?.n}` };
    assert.match(reasonOf(await chain().check({ transactionId: id })), /finds no transaction by its id alone/);
    assert.equal((await chain().check({ transactionId: id, claims: [claim] })).status, 'mined');
  });

  it('never denies what it cannot find, and says how to find it', async () => {
    const { id, block } = await paid();
    await spend(id, block.hash);
    assert.match(reasonOf(await chain().check({ transactionId: id })), /run the node with -txindex=1/);
    assert.match(reasonOf(await chain().check({ transactionId: 'ab'.repeat(32) })), /run the node with -txindex=1/);
  });

  it('tells of a block that left the chain, though it no longer finds the transaction', async () => {
    const { id, block } = await paid();
    await node.rpc('invalidateblock', [block.hash]);
    const waiting = await chain().check({ transactionId: id, blocks: [block] });
    assert.deepEqual(waiting, { status: 'pending', head: block.number - 1n, removed: [] });
    await node.mineOnly([]);
    assert.deepEqual(await chain().check({ transactionId: id, blocks: [block] }), {
      status: 'pending',
      head: block.number,
      removed: [block.hash],
    });
    await node.mine();
    const [inputs] = (await node.transaction(id, await node.rpc('getbestblockhash'))).vin;
    assert.ok(inputs);
    const moved = (await chain().check({ transactionId: id, blocks: [block] })) as MinedVerdict;
    assert.deepEqual([moved.status, moved.removed], ['mined', [block.hash]]);
    await spend(id, moved.block.hash);
    const lost = await chain().check({ transactionId: id, blocks: [block] });
    assert.deepEqual([lost.status, 'removed' in lost && lost.removed], ['unknown', [block.hash]]);
  });

  it('finds every transfer in a range of blocks', async () => {
    const { id, block } = await paid();
    const found = [];
    const query = { fromBlock: block.number, toBlock: block.number, isOurs: ({ address = '' }) => address === alice };
    for await (const { transfers } of chain().transfersTo?.(query) ?? []) found.push(...transfers);
    assert.deepEqual(
      found.map(({ transactionId, amount }) => [transactionId, amount]),
      [[id, 5_000_000n]],
    );
  });
});

describe('several nodes', () => {
  let node: Litecoind;
  let alice: string;
  before(async () => {
    node = await startLitecoind();
    alice = await node.rpc('getnewaddress');
  });
  after(() => node.close());

  /** The same node, by a way on which its answers are changed. */
  async function through(t: TestContext, change: (answer: string) => string): Promise<string> {
    const server = createServer(async (req, res) => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk as Buffer);
      const { authorization = '' } = req.headers;
      const answer = await fetch(node.url, { method: 'POST', headers: { authorization }, body: Buffer.concat(chunks) });
      res.writeHead(answer.status).end(change(await answer.text()));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const over = (urls: string[], quorum: number) =>
    bitcoinChain({ network: regtest, urls, quorum, username, password, timeoutMs: 2_000 });

  it('must agree: one that lies about an amount, and one that is away, credit nothing', async (t) => {
    const id = await node.pay({ [alice]: 5_000_000n });
    await node.mine(2);
    const liar = await through(t, (answer) => answer.replaceAll('0.05000000', '5.00000000'));
    const honest = await through(t, (answer) => answer);
    const away = 'http://127.0.0.1:9';
    const verdict = (await over([node.url, honest, liar], 2).check({ transactionId: id })) as MinedVerdict;
    assert.deepEqual([verdict.status, verdict.rows.find((row) => row.to === alice)?.amount], ['mined', 5_000_000n]);
    for (const second of [liar, away]) {
      const doubt = await over([node.url, second], 2).check({ transactionId: id });
      assert.match(reasonOf(doubt), /1 of 2 nodes agree; 2 are required/);
    }
    assert.equal((await over([away, node.url], 1).check({ transactionId: id })).status, 'mined');
    await assert.rejects(over([node.url, away], 2).head(), /Only 1 nodes of .* answer/);
  });

  it('are not believed when what they answer is no answer', async (t) => {
    const id = await node.pay({ [alice]: 5_000_000n });
    await node.mine();
    for (const [change, reason] of [
      [() => '<html>busy</html>', /answered getblockhash with HTTP 200 and a body that is not JSON/],
      [() => '{}', /answered getblockhash with HTTP 200 and no result/],
      [(answer: string) => answer.replace('"vout":[', '"vouts":['), /getrawtransaction is not that of a Bitcoin node/],
      [(answer: string) => answer.replace('0.05000000', '-0.05'), /getrawtransaction is not that of a Bitcoin node/],
    ] as const) {
      assert.match(reasonOf(await over([await through(t, change)], 1).check({ transactionId: id })), reason);
    }
  });
});

it('a node that was started again is asked with its new cookie', async (t) => {
  const node = await startLitecoind({ blocks: 1 });
  t.after(() => node.close());
  const chain = bitcoinChain({ network: regtest, url: node.url, cookieFile: node.cookieFile });
  const subject = { transactionId: 'ab'.repeat(32) };
  assert.equal((await chain.check(subject)).status, 'absent');
  const before = await readFile(node.cookieFile, 'utf8');
  await node.restart();
  assert.notEqual(await readFile(node.cookieFile, 'utf8'), before);
  assert.equal((await chain.check(subject)).status, 'absent');
});

it('what a customer is paid out of the extension blocks of Litecoin counts when it can be spent', async (t) => {
  const node = await startLitecoind({ blocks: 431 });
  t.after(() => node.close());
  const chain = bitcoinChain({ network: regtest, url: node.url, cookieFile: node.cookieFile });
  const [alice, hidden] = [
    await node.rpc<string>('getnewaddress'),
    await node.rpc<string>('getnewaddress', ['', 'mweb']),
  ];
  const pegin = await node.pay({ [hidden]: 500_000_000n });
  await node.mine();
  const { rows, unseen } = (await chain.check({ transactionId: pegin })) as MinedVerdict;
  assert.deepEqual([rows.some((row) => row.amount === 500_000_000n), unseen], [false, []]);
  await node.mine(10);

  // With every other coin locked, those of the extension blocks pay: nothing of it stands in a block but the output of the
  // miner's own transaction.
  const all = await node.rpc<{ txid: string; vout?: number }[]>('listunspent');
  const others = all.flatMap(({ txid, vout }) => (vout === undefined ? [] : [{ txid, vout }]));
  await node.rpc('lockunspent', [false, others]);
  const inside = await node.rpc<string>('sendtoaddress', [alice, '1.00000000']);
  assert.equal((await chain.check({ transactionId: inside })).status, 'pending');
  await node.mine();
  assert.equal((await chain.check({ transactionId: inside })).status, 'absent');

  const exchange = await openExchange(t, node, {
    ours: [alice],
    chains: [chain],
    policy: { assets: [{ asset: litecoin, decimals: 8 }], confirmations: { [regtest]: 3 } },
  });
  await exchange.callbacks().reconcile({ network: regtest, fromBlock: BigInt(await node.height()) });
  await node.mine(4);
  await exchange.settle();
  assert.deepEqual(exchange.balances(), {});
  await node.mine();
  await exchange.settle();
  assert.deepEqual(exchange.balances(), { [`${litecoin} ${alice}`]: 100_000_000n });
});
