import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { bitcoinChain } from '../../lib/chains/bitcoin.ts';
import { canonicalAddress } from '../../lib/networks/address.ts';
import { requireNetwork } from '../../lib/networks/registry.ts';
import { type Bcoin, keyAddress, overtake, type PlayedChain, password, startBcoin } from '../chains/bcoin.ts';
import { type Exchange, openExchange } from '../chains/exchange.ts';
import { watching } from '../notifier/watching.ts';

// Each chain of the family under its own name, forms of addresses and bounds: a node of bcoin, with a chain of its own, is known by the
// blocks of another.

const [alicesHash, bobsHash] = ['11'.repeat(20), '22'.repeat(20)] as const;
const forked = '00000000000000000019f112ec0a9982926f1258cdcc558dd7c3b7e5dc7fa148';
const chains: Readonly<Record<string, PlayedChain>> = {
  bitcoin: { addressPrefix: { pubkeyhash: 0, scripthash: 5, bech32: 'bc' }, blocks: { 478559: forked } },
  dogecoin: {
    // Dogecoin has no segregated witness; the prefix is nobody's.
    addressPrefix: { pubkeyhash: 0x1e, scripthash: 0x16, bech32: 'doge' },
    blocks: { 0: '1a91e3dace36e2be3bf030a65679fe821aa1d6ef92e7c9902eb318182c355691' },
  },
  // As with `usecashaddr=0`: the newer form is read in test/chains/bitcoin.test.ts.
  'bitcoin-cash': {
    addressPrefix: { pubkeyhash: 0, scripthash: 5, bech32: 'nobody' },
    blocks: { 661648: '0000000000000000029e471c41818d24b8b74c911071c4ef0b4a0509f9b5a8ce' },
  },
};

for (const [name, played] of Object.entries(chains)) {
  const network = requireNetwork(name);
  const { id, native, confirmations } = network;
  const asset = { asset: native.asset, decimals: native.decimals };
  const script = (keyHash: string): string => `76a914${keyHash}88ac`;
  const address = (keyHash: string): string => canonicalAddress(id, keyAddress(played, keyHash));
  const [alice, bob] = [address(alicesHash), address(bobsHash)];

  describe(`deposits of ${network.name}`, () => {
    let node: Bcoin;
    let other: Bcoin;

    before(async () => {
      [node, other] = await Promise.all([startBcoin(6, played), startBcoin(0, played)]);
    });
    after(() => Promise.all([node.close(), other.close()]));

    const access = () => ({ url: node.url, username: 'x', password });
    const open = (t: TestContext): Promise<Exchange> =>
      openExchange(t, node, {
        ours: [alice, bob],
        chains: [bitcoinChain({ network: id, ...access() })],
        // Those of the network itself.
        policy: { assets: [asset], confirmations: {} },
      });
    const held = (amounts: Record<string, bigint>): Record<string, bigint> =>
      Object.fromEntries(Object.entries(amounts).map(([to, amount]) => [`${asset.asset} ${to}`, amount]));

    it('are credited after the confirmations of the network, and a lie about amount, recipient, output or block is not', async (t) => {
      const exchange = await open(t);
      const hash = await node.pay([[script(alicesHash), 29_000_000n]]);
      const [blockHash = ''] = await node.mine();
      const block = { number: `${await node.height()}`, hash: blockHash };
      const told = (lie: object): object => ({
        ...{ network: name, asset: native.symbol, amount: '29000000', to: alice, memo: null },
        ...{ status: 'success', confirmations: 100, transaction: { hash, position: 'out:0', block }, ...lie },
      });
      for (const lie of [
        { amount: '290000000' },
        { to: bob },
        { transaction: { hash, position: 'out:1', block } },
        { transaction: { hash: 'ab'.repeat(32), position: 'out:0', block } },
        { transaction: { hash, position: 'out:0', block: { ...block, hash: 'cd'.repeat(32) } } },
        {},
      ]) {
        assert.equal(await exchange.post('deposit.confirmed', told(lie)), 200);
      }
      await node.mine(confirmations - 2);
      await exchange.settle();
      assert.deepEqual(exchange.balances(), {});
      await node.mine();
      await exchange.settle();
      assert.deepEqual(exchange.balances(), held({ [alice]: 29_000_000n }));
    });

    it('that were missed are found by reconcile', async (t) => {
      const exchange = await open(t);
      const fromBlock = BigInt(await node.height()) + 1n;
      const missedIds = [
        await node.pay([[script(alicesHash), 1_234n]]),
        await node.pay([[script(bobsHash), 2_099_999_997n]]),
      ];
      await node.mine(confirmations);
      const { missed } = await exchange.callbacks().reconcile({ network: id, fromBlock });
      assert.deepEqual(missed.map((one) => one.transactionId).sort(), missedIds.sort());
      await exchange.settle();
      assert.deepEqual(exchange.balances(), held({ [alice]: 1_234n, [bob]: 2_099_999_997n }));
    });

    it('are watched through a reorg, and the balance is what the chain holds', async (t) => {
      const before = await node.held(keyAddress(played, bobsHash));
      const { exchange, settle } = await watching(t, { network: id, ...access() }, [bob], [asset]);
      await settle();
      const paid = await node.rpc<string>('getrawtransaction', [await node.pay([[script(bobsHash), 5_000_000n]])]);
      await node.mine(confirmations - 1);
      await settle();
      assert.deepEqual(exchange.balances(), {});
      await overtake(node, other, confirmations - 1);
      await settle();
      assert.deepEqual(exchange.balances(), {});
      await node.send(paid);
      await node.mine(confirmations);
      await settle();
      assert.deepEqual(exchange.balances(), held({ [bob]: 5_000_000n }));
      assert.equal(await node.held(keyAddress(played, bobsHash)), before + 5_000_000n);
    });
  });
}
