import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { type BitcoinChainOptions, bitcoinChain } from '../../lib/chains/bitcoin.ts';
import type { MinedVerdict } from '../../lib/chains/kit/chain-check.ts';
import { type Exchange, openExchange } from '../chains/exchange.ts';
import { type Litecoind, litecoin, password, regtest, startLitecoind, username } from '../chains/litecoind.ts';
import { bareMultisig, barePublicKey, publicKeyOf, scriptOf, sendOutputs } from '../chains/raw-outputs.ts';

// The chain check of the Bitcoin family over Debian's litecoind, a node of the same code as Bitcoin Core's.

describe('deposits on a chain of Litecoin Core', () => {
  let node: Litecoind;
  let alice: string;
  let bob: string;

  before(async () => {
    node = await startLitecoind();
    [alice, bob] = [await node.rpc('getnewaddress'), await node.rpc('getnewaddress')];
  });
  after(() => node.close());

  const chain = (options: Partial<BitcoinChainOptions> = {}) =>
    bitcoinChain({ network: regtest, url: node.url, cookieFile: node.cookieFile, ...options });
  const open = (t: TestContext, ours: readonly string[] = [alice, bob], confirmations = 3): Promise<Exchange> =>
    openExchange(t, node, {
      ours,
      chains: [chain()],
      policy: { assets: [{ asset: litecoin, decimals: 8 }], confirmations: { [regtest]: confirmations } },
    });

  /** What the sender of a callback says of a transaction; the rest is as the chain has it. */
  async function told(id: string, to: string, lie: Record<string, unknown> = {}): Promise<object> {
    const { vout, blockhash } = await node.transaction(id);
    const output = vout.find((one) => one.scriptPubKey.addresses?.includes(to));
    const block = blockhash && (await node.rpc<{ height: number }>('getblockheader', [blockhash]));
    return {
      network: regtest,
      asset: litecoin,
      amount: `${BigInt(Math.round((output?.value ?? 0) * 1e8))}`,
      to,
      memo: null,
      status: 'success',
      confirmations: 12,
      transaction: {
        hash: id,
        position: `out:${output?.n ?? 0}`,
        ...(block && { block: { number: `${block.height}`, hash: blockhash } }),
      },
      ...lie,
    };
  }

  async function mined(id: string): Promise<MinedVerdict> {
    const verdict = await chain().check({ transactionId: id });
    assert.equal(verdict.status, 'mined');
    return verdict as MinedVerdict;
  }
  const held = (amounts: Record<string, bigint>): Record<string, bigint> =>
    Object.fromEntries(Object.entries(amounts).map(([address, amount]) => [`${litecoin} ${address}`, amount]));

  it('are credited once they have the confirmations, whatever the callback counts', async (t) => {
    const exchange = await open(t);
    const id = await node.pay({ [alice]: 29_000_000n });
    await node.mine();
    assert.equal(await exchange.post('deposit.confirmed', await told(id, alice)), 200);
    await exchange.settle();
    assert.deepEqual(exchange.balances(), {});
    await node.mine(2);
    await exchange.settle();
    assert.deepEqual(exchange.balances(), held({ [alice]: 29_000_000n }));
    const [deposit] = await exchange.callbacks().store.deposits({ limit: 9 });
    assert.deepEqual(deposit?.providers, ['chain', 'imtoken']);
  });

  it('are not credited on a lie about amount, recipient, transaction, output or block', async (t) => {
    const exchange = await open(t);
    const toAlice = await node.pay({ [alice]: 7_000_000n });
    const toStranger = await node.pay({ [node.miner]: 7_000_000n });
    const [block = ''] = await node.mine(1);
    const [other = ''] = await node.mine(20);
    const unmined = await node.pay({ [bob]: 6_000_000n });
    const height = await node.height();
    const inBlock = async (id: string, position: string, hash: string, number: number): Promise<object> => ({
      ...(await told(toAlice, alice)),
      transaction: { hash: id, position, block: { number: `${number}`, hash } },
    });
    const lies = [
      await told(toAlice, alice, { amount: '70000000' }),
      await told(toAlice, alice, { to: bob }),
      await inBlock(toStranger, 'out:0', block, height - 20),
      await inBlock(toStranger, 'out:1', block, height - 20),
      { ...(await inBlock(unmined, 'out:0', other, height - 19)), to: bob, amount: '6000000' },
      await inBlock('ab'.repeat(32), 'out:0', block, height - 20),
      await inBlock('ab'.repeat(32), 'out:0', 'cd'.repeat(32), height - 20),
    ];
    for (const lie of lies) assert.equal(await exchange.post('deposit.confirmed', lie), 200);
    await exchange.settle();
    await exchange.settle();
    // What the chain does hold of those transactions is credited by its own word, and nothing else.
    assert.deepEqual(exchange.balances(), held({ [alice]: 7_000_000n }));
    await node.mine(3);
    await exchange.settle();
    assert.deepEqual(exchange.balances()[`${litecoin} ${alice}`], 7_000_000n);
  });

  it('that were missed are found by reconcile, and credited once when their callbacks come later', async (t) => {
    const exchange = await open(t);
    const fromBlock = BigInt(await node.height()) + 1n;
    const ids: string[] = [];
    for (let count = 1n; count <= 5n; count += 1n) {
      ids.push(await node.pay({ [alice]: count * 1_000_000n }));
      await node.pay({ [node.miner]: count * 1_000_000n });
      await node.mine(3);
    }
    const found = await exchange.callbacks().reconcile({ network: regtest, fromBlock });
    assert.equal(found.transfers, 5);
    assert.deepEqual(
      found.missed.map((one) => one.transactionId),
      ids,
    );
    await exchange.settle();
    assert.deepEqual(exchange.balances(), held({ [alice]: 15_000_000n }));
    for (const id of ids) await exchange.post('deposit.confirmed', await told(id, alice));
    assert.deepEqual((await exchange.callbacks().reconcile({ network: regtest, fromBlock })).missed, []);
    await exchange.settle();
    assert.deepEqual(exchange.balances(), held({ [alice]: 15_000_000n }));
  });

  it('are exact to the last digit', async () => {
    // As doubles, times 1e8: 28999999.999999996, 434999999.99999994, 110000000.00000001.
    for (const amount of [29_000_000n, 435_000_000n, 110_000_000n, 2_099_999_997n, 10_000n]) {
      const id = await node.pay({ [alice]: amount });
      await node.mine();
      assert.equal((await mined(id)).rows.find((row) => row.to === alice)?.amount, amount);
    }
  });

  it('are found by every form of address, an older form of the same script too', async () => {
    for (const form of ['legacy', 'p2sh-segwit', 'bech32']) {
      const address = await node.rpc<string>('getnewaddress', ['', form]);
      const id = await node.pay({ [address]: 1_000_000n });
      await node.mine();
      assert.deepEqual(
        (await mined(id)).rows.filter((row) => row.amount === 1_000_000n).map((row) => row.to),
        [address],
      );
    }
  });

  it('are as many as the outputs that pay to us, equal ones too', async (t) => {
    const exchange = await open(t);
    const script = await scriptOf(node, alice);
    const id = await sendOutputs(node, [
      { script, amount: 5_000_000n },
      { script: await scriptOf(node, bob), amount: 5_000_000n },
      { script, amount: 5_000_000n },
    ]);
    await node.mine(3);
    assert.deepEqual(
      (await mined(id)).rows.slice(0, 3).map(({ to, position }) => [to, position]),
      [
        [alice, 'out:0'],
        [bob, 'out:1'],
        [alice, 'out:2'],
      ],
    );
    await exchange.post('deposit.confirmed', await told(id, alice));
    await exchange.settle();
    assert.deepEqual(exchange.balances(), held({ [alice]: 10_000_000n, [bob]: 5_000_000n }));
  });

  it('are not what a bare multisig, a bare key or data holds, whatever address the node names', async () => {
    const legacy = await node.rpc<string>('getnewaddress', ['', 'legacy']);
    const publicKey = await publicKeyOf(node, legacy);
    const id = await sendOutputs(node, [
      { script: bareMultisig(publicKey), amount: 3_000_000n },
      { script: barePublicKey(publicKey), amount: 4_000_000n },
      { script: '6a0568656c6c6f', amount: 100_000n },
    ]);
    const { vout } = await node.transaction(id);
    assert.deepEqual(vout[0]?.scriptPubKey.addresses, [legacy]);
    await node.mine();
    assert.deepEqual(
      (await mined(id)).rows.map((row) => row.position),
      ['out:3'],
    );
  });

  it('wait for the reward of a miner to be spendable, 100 blocks', async (t) => {
    const exchange = await open(t);
    const fromBlock = BigInt(await node.height()) + 1n;
    await node.mine(1, alice);
    await exchange.callbacks().reconcile({ network: regtest, fromBlock });
    await node.mine(98);
    await exchange.settle();
    assert.deepEqual(exchange.balances(), {});
    await node.mine();
    await exchange.settle();
    const [block] = (await exchange.callbacks().store.deposits({ limit: 1 })) ?? [];
    assert.deepEqual(exchange.balances(), held({ [alice]: block?.amount ?? 0n }));
  });

  it('are seen in the mempool and not credited there; what is replaced never is', async (t) => {
    const exchange = await open(t);
    const fromBlock = BigInt(await node.height()) + 1n;
    const id = await node.pay({ [alice]: 8_000_000n });
    const replaced = await told(id, alice);
    assert.equal((await chain().check({ transactionId: id })).status, 'pending');
    await exchange.post('deposit.confirmed', replaced);
    await exchange.settle();
    assert.deepEqual(exchange.balances(), {});
    const { txid } = await node.rpc<{ txid: string }>('bumpfee', [id]);
    assert.equal((await chain().check({ transactionId: id })).status, 'absent');
    await node.mine(6);
    await exchange.settle();
    assert.deepEqual(exchange.balances(), {});
    const [waiting] = await exchange.callbacks().store.deposits({ limit: 1 });
    assert.equal(waiting?.status, 'pending');
    const { missed } = await exchange.callbacks().reconcile({ network: regtest, fromBlock });
    assert.deepEqual(
      missed.map((one) => one.transactionId),
      [txid],
    );
    await exchange.settle();
    assert.deepEqual(exchange.balances(), held({ [alice]: 8_000_000n }));
  });

  it('are not read from a node of another network, which may have the same addresses', async () => {
    for (const network of ['bip122:4966625a4b2851d9fdee139e56211a0d', 'bip122:000000000933ea01ad0ee984209779ba']) {
      const verdict = await chain({ network }).check({ transactionId: 'ab'.repeat(32) });
      assert.match(verdict.status === 'unknown' ? verdict.reason : '', /serves another chain/);
    }
    const fork = await chain({ network: 'bip122:000000000000000000651ef99cb9fcbe' }).check({
      transactionId: 'ab'.repeat(32),
    });
    assert.match(fork.status === 'unknown' ? fork.reason : '', /has not come to block 661648/);
  });

  it('are asked for with the cookie, or with a name and password, which no message holds', async () => {
    const { port } = new URL(node.url);
    const absent = { transactionId: 'ab'.repeat(32) };
    const withUrl = `http://${username}:${encodeURIComponent(password)}@127.0.0.1:${port}`;
    for (const options of [
      { url: node.url, username, password },
      { urls: [withUrl] },
      { url: node.url, cookieFile: node.cookieFile },
    ]) {
      assert.equal((await bitcoinChain({ network: regtest, ...options }).check(absent)).status, 'absent');
    }
    const wrong = await bitcoinChain({ network: regtest, url: node.url, username, password: 'guessed' }).check(absent);
    assert.match(wrong.status === 'unknown' ? wrong.reason : '', /HTTP 401; check the user name and password/);
    const none = bitcoinChain({ network: regtest, url: node.url, cookieFile: `${node.cookieFile}.none` });
    await assert.rejects(none.head(), /cookie file of the node cannot be read: ENOENT/);
  });
});
