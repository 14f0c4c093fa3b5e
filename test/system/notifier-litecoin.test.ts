import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { bitcoinChain } from '../../lib/chains/bitcoin.ts';
import { type Exchange, openExchange } from '../chains/exchange.ts';
import { type Litecoind, litecoin, regtest, startLitecoind } from '../chains/litecoind.ts';
import { type Stage, stage } from '../notifier/stage.ts';

// The notifier over Debian's litecoind, a node of the same code as Bitcoin Core's, and a receiver that credits.

describe('the notifier on a chain of Litecoin Core', () => {
  let node: Litecoind;
  let alice: string;
  let bob: string;

  before(async () => {
    node = await startLitecoind();
    [alice, bob] = [await node.rpc('getnewaddress', ['', 'legacy']), await node.rpc('getnewaddress')];
  });
  after(() => node.close());

  const networks = () => [{ network: regtest, url: node.url, cookieFile: node.cookieFile, confirmations: 3 }];

  async function watching(t: TestContext, addresses: readonly string[], url?: string): Promise<Stage> {
    const made = await stage(t, node, { networks: networks() });
    await made.api('PUT', '/v1/callback-url', { url: url ?? made.receiver.url });
    const added = await made.api('POST', '/v1/watches', { network: regtest, addresses });
    assert.equal(added.status, 201, JSON.stringify(added.body));
    return made;
  }

  const told = ({ receiver }: Stage): unknown[] =>
    receiver.received
      .sort((a, b) => a.timestamp.localeCompare(b.timestamp))
      .map(({ type, data }) => [type, data.amount, data.to, data.confirmations]);

  it('sends a payment as pending, then as confirmed, under its output', async (t) => {
    const made = await watching(t, [alice, bob]);
    const id = await node.pay({ [alice]: 29_000_000n, [bob]: 1n * 10_000n });
    const [block = ''] = await node.mine();
    await made.run();
    await node.mine(2);
    await made.run();
    assert.deepEqual(told(made), [
      ...[
        ['deposit.pending', '29000000', alice, 1],
        ['deposit.pending', '10000', bob, 1],
      ].sort(byOutput(await outputs(id))),
      ...[
        ['deposit.confirmed', '29000000', alice, 3],
        ['deposit.confirmed', '10000', bob, 3],
      ].sort(byOutput(await outputs(id))),
    ]);
    const first = made.receiver.received.find((one) => one.data.to === alice);
    assert.deepEqual(first?.data, {
      network: regtest,
      asset: litecoin,
      symbol: 'LTC',
      decimals: 8,
      amount: '29000000',
      from: null,
      to: alice,
      memo: null,
      status: 'success',
      transaction: {
        hash: id,
        position: `out:${(await outputs(id)).indexOf(alice)}`,
        block: { number: `${(await node.height()) - 2}`, hash: block },
      },
      confirmations: 1,
    });
  });

  it('does not take addresses that differ by case alone for one', async (t) => {
    const swapped = [...alice]
      .map((one) => (one === one.toLowerCase() ? one.toUpperCase() : one.toLowerCase()))
      .join('');
    const made = await stage(t, node, { networks: networks() });
    const refused = await made.api('POST', '/v1/watches', { network: regtest, address: swapped });
    assert.equal(refused.body.code, 'ADDRESS_INVALID');
    await made.api('PUT', '/v1/callback-url', { url: made.receiver.url });
    await made.api('POST', '/v1/watches', { network: regtest, address: bob });
    await node.pay({ [alice]: 1_000_000n });
    await node.mine();
    await made.run();
    assert.deepEqual(told(made), []);
  });

  it('confirms the reward of a miner when it can be spent, and not before', async (t) => {
    const made = await watching(t, [bob]);
    await node.mine(1, bob);
    await node.mine(98);
    await made.run();
    assert.deepEqual(
      made.receiver.received.map((one) => [one.type, one.data.confirmations]),
      [['deposit.pending', 0]],
    );
    await node.mine(1);
    await made.run();
    assert.deepEqual(
      made.receiver.received.slice(1).map((one) => [one.type, one.data.confirmations]),
      [['deposit.confirmed', 100]],
    );
  });

  it('follows a reorg, across a restart and while its node is away, and the receiver ends with what the chain holds', async (t) => {
    const ours = [alice, bob];
    const made = await watching(t, ours);
    const exchange: Exchange = await openExchange(t, node, {
      ours,
      secret: made.key.signingSecret,
      chains: [bitcoinChain({ network: regtest, url: node.url, cookieFile: node.cookieFile })],
      policy: { assets: [{ asset: litecoin, decimals: 8 }], confirmations: { [regtest]: 3 } },
    });
    await made.api('PUT', '/v1/callback-url', { url: exchange.url });
    made.clock.set(Date.now());
    const settle = async (): Promise<void> => {
      await made.run();
      await exchange.settle();
    };
    const held = (amounts: Record<string, bigint>): Record<string, bigint> =>
      Object.fromEntries(Object.entries(amounts).map(([address, amount]) => [`${litecoin} ${address}`, amount]));

    await node.pay({ [alice]: 5_000_000n });
    await node.mine();
    const lost = await node.pay({ [bob]: 7_000_000n });
    const [block] = await node.mine(3);
    await settle();
    assert.deepEqual(exchange.balances(), held({ [alice]: 5_000_000n, [bob]: 7_000_000n }));

    await made.restart();
    await node.rpc('invalidateblock', [block]);
    for (let count = 0; count < 5; count += 1) await node.mineOnly([]);
    await settle();
    assert.deepEqual(exchange.balances(), held({ [alice]: 5_000_000n }));

    // Writes the chain to disk: a crash loses what it had in memory, with the payment that waited there.
    await node.rpc('gettxoutsetinfo');
    await node.restart();
    await node.rpc('loadwallet', ['wallet']);
    await node.mineOnly([]);
    await node.mineOnly([]);
    await settle();
    const hex = (await node.rpc<{ hex: string }>('gettransaction', [lost])).hex;
    await node.rpc('sendrawtransaction', [hex]);
    await node.mine(3);
    await settle();
    assert.deepEqual(exchange.balances(), held({ [alice]: 5_000_000n, [bob]: 7_000_000n }));
  });

  it('waits for a node that begins again from nothing, and takes nothing back on its word', async (t) => {
    const fresh = await startLitecoind();
    t.after(() => fresh.close());
    const address = await fresh.rpc<string>('getnewaddress');
    const networksOfIt = [{ network: regtest, url: fresh.url, cookieFile: fresh.cookieFile, confirmations: 3 }];
    const made = await stage(t, fresh, { networks: networksOfIt });
    await made.api('PUT', '/v1/callback-url', { url: made.receiver.url });
    await made.api('POST', '/v1/watches', { network: regtest, address });
    await fresh.pay({ [address]: 1_000_000n });
    await fresh.mine();
    await made.run();
    // Nothing of its chain was written to disk yet.
    await fresh.restart();
    assert.equal(await fresh.height(), 0);
    await assert.rejects(made.run(), { code: 'REQUEST_FAILED', message: /at block 0.*behind block 106/ });
    assert.deepEqual(
      made.receiver.received.map((one) => one.type),
      ['deposit.pending'],
    );
  });

  /** Recipients of a transaction, by output. */
  async function outputs(id: string): Promise<string[]> {
    return (await node.transaction(id)).vout.map((one) => one.scriptPubKey.addresses?.[0] ?? '');
  }

  const byOutput =
    (order: readonly string[]) =>
    (a: unknown[], b: unknown[]): number =>
      order.indexOf(String(a[2])) - order.indexOf(String(b[2]));
});
