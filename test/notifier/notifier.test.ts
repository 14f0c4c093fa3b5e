import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { createClient, http } from 'viem';
import type { NotifierOptions } from '../../lib/notifier/index.ts';
import { createNotifier } from '../../lib/notifier/index.ts';
import { type Anvil, rich, startAnvil } from '../chains/anvil.ts';
import { payer, token, transferCall, words } from '../chains/contracts.ts';
import { type Stage, secretsKey, stage } from './stage.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const bob = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359';

describe('the notifier', () => {
  let anvil: Anvil;
  let usdt: string;

  before(async () => {
    anvil = await startAnvil();
    usdt = await anvil.deploy(token);
  });
  after(() => anvil.close());

  async function watching(t: TestContext, options?: Partial<NotifierOptions>): Promise<Stage> {
    const made = await stage(t, anvil, options);
    assert.equal((await made.api('PUT', '/v1/callback-url', { url: made.receiver.url })).status, 200);
    assert.equal((await made.api('POST', '/v1/watches', { network: 'eip155:1', address: alice })).status, 201);
    return made;
  }

  const types = ({ receiver }: Stage): string[] => receiver.received.map((one) => one.type);

  it('sends a native transfer as pending, then as confirmed, signed by Standard Webhooks', async (t) => {
    const made = await watching(t);
    const hash = await anvil.send({ to: alice, value: 7n });
    await anvil.mine();
    await made.run();
    await anvil.mine(2);
    await made.run();
    assert.deepEqual(types(made), ['deposit.pending', 'deposit.confirmed']);
    const [pending, confirmed] = made.receiver.received;
    const { blockHash, blockNumber } = await anvil.receipt(hash);
    assert.deepEqual(pending?.data, {
      network: 'eip155:1',
      asset: 'eip155:1/slip44:60',
      symbol: 'ETH',
      decimals: 18,
      amount: '7',
      from: rich[0],
      to: alice,
      memo: null,
      status: 'success',
      transaction: { hash, position: 'native', block: { number: BigInt(blockNumber).toString(), hash: blockHash } },
      confirmations: 1,
    });
    assert.equal(confirmed?.data.confirmations, 3);
    for (const { headers, body } of made.receiver.received) {
      t.mock.timers.enable({ apis: ['Date'], now: made.clock.now() });
      new Webhook(made.key.signingSecret).verify(body, headers as Record<string, string>);
      t.mock.timers.reset();
    }
  });

  it('sends a token transfer with its log, and what the contract says of itself', async (t) => {
    const made = await watching(t);
    await anvil.send({ to: usdt, data: transferCall(bob, 1n) });
    await anvil.send({ to: usdt, data: transferCall(alice, 5n) });
    await anvil.mine();
    await made.run();
    const [only, ...more] = made.receiver.received;
    assert.deepEqual(more, []);
    assert.equal(only?.data.asset, `eip155:1/erc20:${usdt}`);
    assert.equal(only?.data.transaction.position, 'log:1');
    assert.equal(only?.data.symbol, 'USDT');
    assert.equal(only?.data.decimals, 6);
  });

  it('sends a token transfer without its symbol if the node cannot say it, and stands still for none', async (t) => {
    const node = createClient({ transport: http(anvil.url) });
    const client = {
      async request(call: { method: string }): Promise<unknown> {
        if (call.method === 'eth_call') throw Object.assign(new Error('out of memory'), { code: -32603 });
        return node.request(call as never);
      },
    };
    const made = await watching(t, { networks: [{ network: 'eip155:1', client, confirmations: 3 }] });
    await anvil.send({ to: usdt, data: transferCall(alice, 5n) });
    await anvil.mine(3);
    await made.run();
    assert.deepEqual(types(made), ['deposit.pending', 'deposit.confirmed']);
    assert.deepEqual(Object.keys(made.receiver.received[0]?.data ?? {}).slice(0, 3), ['network', 'asset', 'amount']);
  });

  it('sends a failed native transfer as failed, and never confirms it', async (t) => {
    const contract = await anvil.deploy(payer);
    const made = await watching(t);
    await made.api('POST', '/v1/watches', { network: 'eip155:1', address: contract });
    await anvil.send({ to: contract, value: 4n, data: `0x${words(bob, 4n, 1n)}` });
    await anvil.mine(4);
    await made.run();
    assert.deepEqual(types(made), ['deposit.failed']);
    assert.equal(made.receiver.received[0]?.data.status, 'failed');
  });

  it('reverts what a reorg took off the chain, with a later time, and tells the new block', async (t) => {
    const made = await watching(t);
    const snapshot = await anvil.rpc('evm_snapshot');
    await anvil.send({ to: alice, value: 7n });
    await anvil.mine();
    await made.run();
    await anvil.rpc('evm_revert', [snapshot]);
    await anvil.mine();
    await anvil.send({ to: alice, value: 9n });
    await anvil.mine();
    await made.run();
    assert.deepEqual(
      made.receiver.received.map(({ type, data }) => [type, data.amount]),
      [
        ['deposit.pending', '7'],
        ['deposit.reverted', '7'],
        ['deposit.pending', '9'],
      ],
    );
    const times = made.receiver.received.map((one) => Date.parse(one.timestamp));
    assert.deepEqual(
      times,
      [...new Set(times)].sort((a, b) => a - b),
    );
  });

  it('notices a reorg to a chain that is no longer, and one to a chain that is shorter', async (t) => {
    const made = await watching(t);
    const snapshots: unknown[] = [];
    for (const value of [1n, 2n, 3n]) {
      snapshots.push(await anvil.rpc('evm_snapshot'));
      await anvil.send({ to: alice, value });
      await anvil.mine();
    }
    await made.run();
    await anvil.rpc('evm_revert', [snapshots[1]]);
    await made.run();
    await anvil.send({ to: alice, value: 4n });
    await anvil.mine();
    await made.run();
    assert.deepEqual(last(made, 3), [
      ['deposit.reverted', '3'],
      ['deposit.reverted', '2'],
      ['deposit.pending', '4'],
    ]);
    await anvil.rpc('evm_revert', [snapshots[0]]);
    await anvil.send({ to: alice, value: 5n });
    await anvil.mine(2);
    await made.run();
    assert.deepEqual(last(made, 3), [
      ['deposit.reverted', '4'],
      ['deposit.reverted', '1'],
      ['deposit.pending', '5'],
    ]);
  });

  /** The last callbacks by their own times: arrival may be in another order. */
  function last({ receiver }: Stage, count: number): string[][] {
    const sorted = [...receiver.received].sort((a, b) => a.timestamp.localeCompare(b.timestamp));
    return sorted.slice(-count).map(({ type, data }) => [type, data.amount]);
  }

  it('begins where it is told to', async (t) => {
    const fromBlock = BigInt(await anvil.height()) + 1n;
    await anvil.send({ to: alice, value: 1n });
    await anvil.mine();
    const networks = [{ network: 'eip155:1', url: anvil.url, fromBlock }];
    const made = await stage(t, anvil, { networks, catchUp: false });
    await made.api('POST', '/v1/watches', { network: 'eip155:1', address: alice });
    await made.notifier().catchUp();
    const listed = await made.api('GET', '/v1/callbacks');
    assert.deepEqual(
      (listed.body.callbacks as { type: string }[]).map((one) => one.type),
      ['deposit.pending'],
    );
  });

  it('goes on after a restart without a gap and without sending anything twice', async (t) => {
    const made = await watching(t);
    for (let value = 1n; value <= 6n; value += 1n) {
      await anvil.send({ to: alice, value });
      await anvil.mine();
      if (value % 2n === 0n) await made.run();
      if (value % 3n === 0n) await made.restart();
    }
    await made.run();
    const pending = made.receiver.received.filter((one) => one.type === 'deposit.pending');
    assert.deepEqual(
      pending.map((one) => one.data.amount),
      ['1', '2', '3', '4', '5', '6'],
    );
    const ids = made.receiver.received.map((one) => one.headers['webhook-id']);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('tries again later with the same id, and then less often', async (t) => {
    const made = await watching(t);
    made.receiver.answer = () => 500;
    await anvil.send({ to: alice, value: 1n });
    await anvil.mine();
    await made.run();
    await made.run();
    assert.equal(made.receiver.received.length, 1);
    made.clock.advance(10_001);
    await made.run();
    made.clock.advance(10_001);
    await made.run();
    assert.equal(made.receiver.received.length, 2);
    made.clock.advance(20_000);
    made.receiver.answer = () => 204;
    await made.run();
    await made.run();
    assert.equal(made.receiver.received.length, 3);
    assert.equal(new Set(made.receiver.received.map((one) => one.headers['webhook-id'])).size, 1);
  });

  it('disables a URL after the last attempt, keeps what is owed, and sends it once enabled again', async (t) => {
    const made = await watching(t);
    made.receiver.answer = () => 503;
    await anvil.send({ to: alice, value: 1n });
    await anvil.mine();
    for (let hour = 0; hour < 80; hour += 1) {
      await made.run();
      made.clock.advance(3_600_000);
    }
    const described = await made.api('GET', '/v1/callback-url');
    assert.equal(described.body.enabled, false);
    assert.match(String(described.body.disabledReason), /answered 503/);
    const attempts = made.receiver.received.length;
    assert.ok(attempts > 10 && attempts <= 80, `${attempts} attempts`);

    await anvil.send({ to: alice, value: 2n });
    await anvil.mine();
    await made.run();
    assert.equal(made.receiver.received.length, attempts);
    made.receiver.answer = () => 200;
    assert.equal((await made.api('POST', '/v1/callback-url/enable')).body.enabled, true);
    await made.notifier().deliver();
    assert.deepEqual(
      made.receiver.received
        .slice(attempts)
        .map((one) => one.data.amount)
        .sort(),
      ['1', '2'],
    );
  });

  it('gives up one callback that is never accepted, and not the URL that accepts the others', async (t) => {
    const made = await watching(t);
    made.receiver.answer = ({ data }) => (data.amount === '13' ? 500 : 200);
    await anvil.send({ to: alice, value: 13n });
    await anvil.mine();
    for (let hour = 0; hour < 80; hour += 1) {
      await anvil.send({ to: alice, value: 1n });
      await anvil.mine();
      await made.run();
      made.clock.advance(3_600_000);
    }
    const described = await made.api('GET', '/v1/callback-url');
    assert.equal(described.body.enabled, true);
    assert.equal(described.body.dead, 2);
    const dead = await made.api('GET', '/v1/callbacks?state=dead');
    const [{ id } = { id: '' }] = dead.body.callbacks as { id: string }[];
    made.receiver.answer = () => 200;
    assert.equal((await made.api('POST', `/v1/callbacks/${id}/resend`)).status, 202);
    await made.notifier().deliver();
    assert.equal(made.receiver.received.at(-1)?.data.amount, '13');
  });

  it('does not let one URL wait for another', async (t) => {
    const made = await watching(t);
    const { key } = await made.notifier().createKey('other');
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    await made.api('PUT', '/v1/callback-url', { url: `http://127.0.0.1:${port}/` }, key);
    await made.api('POST', '/v1/watches', { network: 'eip155:1', address: alice }, key);
    await anvil.send({ to: alice, value: 3n });
    await anvil.mine();
    await made.notifier().catchUp();
    const all = made.notifier().deliver();
    while (made.receiver.received.length === 0) await new Promise(setImmediate);
    assert.equal(made.receiver.received[0]?.data.amount, '3');
    silent.closeAllConnections();
    silent.close();
    await all;
  });

  it('beats while it reads the chain', async (t) => {
    const made = await watching(t);
    await made.notifier().beat();
    assert.deepEqual(types(made), ['heartbeat']);
  });

  it('lets no second notifier on one database', async (t) => {
    const made = await watching(t);
    await made.notifier().ready();
    const second = createNotifier({
      path: made.path,
      networks: [{ network: 'eip155:1', url: anvil.url }],
      secretsKey,
    });
    await assert.rejects(second.ready(), { code: 'STORE_BUSY' });
  });
});
