import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { polkadotChain } from '../../lib/chains/polkadot.ts';
import { addressOn } from '../../lib/networks/canonical.ts';
import { requireNetwork } from '../../lib/networks/registry.ts';
import { watching } from '../notifier/watching.ts';
import { type Exchange, openExchange } from './exchange.ts';
import {
  answersOf,
  assetHub,
  type Block,
  chains,
  event,
  hubBlock,
  kusama,
  kusamaHub,
  type Runtime,
  rococo,
  runtimes,
  type SubstrateServer,
  substrateServer,
  succeeded,
} from './polkadot/recorded.ts';

// Kusama and both Asset Hubs, each under its own name, forms of addresses and first block. The relay chain is that which a runtime of
// Rococo has executed; the blocks of the hubs are encoded by the metadata of Polkadot's, on Kusama with its own form of addresses.

const { alice, bob, erin } = rococo.accounts;

interface Told {
  asset: string;
  amount: bigint;
  to: string;
  id: string;
  block: Block;
}

interface Played {
  blocks: readonly Block[];
  runtime: Runtime;
  /** True transfers of the chain. */
  told: readonly Told[];
  /** All that came to Bob and Erin, by asset and account. */
  held: readonly [asset: string, account: string, amount: bigint][];
}

function relay(id: string): Played {
  const { asset } = requireNetwork(id).native;
  const block = chains.b.find(({ header }) => Number(header.number) === 2);
  assert.ok(block, 'the recorded chain has a second block');
  const { balances } = rococo;
  return {
    blocks: chains.b,
    runtime: runtimes.rococo,
    told: [{ asset, amount: 2_500_000_000_000n, to: bob, id: '2-2', block }],
    held: [
      [asset, bob, BigInt(balances.bob)],
      [asset, erin, BigInt(balances.erin)],
    ],
  };
}

function hub(id: string, runtime: Runtime): Played {
  const network = requireNetwork(id);
  const { asset } = network.native;
  const usdt = `${id}/asset:1984`;
  const [from, to, other] = [alice, bob, erin].map((key) => addressOn(network, key));
  const paid = hubBlock(12_000_001, [
    ...[succeeded(0), event(1, 'Balances', 'Transfer', { from, to, amount: 50_000_000_000n }), succeeded(1)],
    ...[event(2, 'Assets', 'Transferred', { asset_id: 1984, from, to: other, amount: 25_000_000n }), succeeded(2)],
  ]);
  const empty = (number: number): Block => hubBlock(number, [succeeded(0)]);
  return {
    blocks: [empty(12_000_000), paid, empty(12_000_002)],
    runtime,
    told: [
      { asset, amount: 50_000_000_000n, to: bob, id: '12000001-1', block: paid },
      { asset: usdt, amount: 25_000_000n, to: erin, id: '12000001-2', block: paid },
    ],
    held: [
      [asset, bob, 50_000_000_000n],
      [usdt, erin, 25_000_000n],
    ],
  };
}

for (const [id, { blocks, runtime, told, held }] of Object.entries({
  [kusama]: relay(kusama),
  [assetHub]: hub(assetHub, runtimes.assetHub),
  [kusamaHub]: hub(kusamaHub, runtimes.kusamaHub),
})) {
  const network = requireNetwork(id);
  const [bobs, erins] = [addressOn(network, bob), addressOn(network, erin)] as const;
  const assets = [
    { asset: network.native.asset, decimals: network.native.decimals },
    { asset: `${id}/asset:1984`, decimals: 6 },
  ];
  const balances = (rows: readonly (readonly [string, string, bigint])[]): Record<string, bigint> =>
    Object.fromEntries(rows.map(([asset, account, amount]) => [`${asset} ${addressOn(network, account)}`, amount]));
  const fromBlock = BigInt(blocks[0]?.header.number ?? 0) + 1n;

  const open = (t: TestContext, server: SubstrateServer): Promise<Exchange> =>
    openExchange(t, server, {
      ours: [bobs, erins],
      chains: [polkadotChain({ network: id, url: server.url })],
      policy: { assets, confirmations: { [id]: 'finalized' } },
    });
  const saying = ({ asset, amount, to, id: hash, block }: Told, lie: object = {}): object => ({
    ...{ network: network.name, asset, amount: `${amount}`, to, memo: null, status: 'success', confirmations: 64 },
    transaction: { hash, block: { number: `${Number(block.header.number)}`, hash: block.hash } },
    ...lie,
  });

  describe(`deposits on ${network.name}`, () => {
    it('are credited once they are final, and a lie about amount, recipient, asset or place is not', async (t) => {
      const final = Number(fromBlock) - 1;
      const server = await substrateServer(t, answersOf(blocks, { runtime, final }), id);
      const exchange = await open(t, server);
      for (const one of told) {
        const lies = [
          { amount: `${one.amount * 10n}` },
          { to: one.to === bob ? erin : bob },
          { asset: `${id}/asset:1337` },
          { transaction: { hash: `${Number(one.block.header.number)}-0` } },
          {},
        ];
        for (const lie of lies) assert.equal(await exchange.post('deposit.confirmed', saying(one, lie)), 200);
      }
      await exchange.settle();
      assert.deepEqual(exchange.balances(), {});
      Object.assign(server.script, answersOf(blocks, { runtime }));
      await exchange.restart();
      for (let round = 0; round < 2; round += 1) await exchange.settle();
      assert.deepEqual(exchange.balances(), balances(told.map(({ asset, to, amount }) => [asset, to, amount])));
    });

    it('that were missed are found by reconcile', async (t) => {
      const exchange = await open(t, await substrateServer(t, answersOf(blocks, { runtime }), id));
      const { missed } = await exchange.callbacks().reconcile({ network: id, fromBlock });
      const ids = new Set(missed.map((one) => one.transactionId));
      assert.ok(
        told.every((one) => ids.has(one.id)),
        [...ids].join(),
      );
      await exchange.settle();
      assert.deepEqual(exchange.balances(), balances(held));
    });

    it('are watched, and the balances are those of the chain', async (t) => {
      const { url } = await substrateServer(t, answersOf(blocks, { runtime }), id);
      const { exchange, settle } = await watching(t, { network: id, url, fromBlock }, [bobs, erins], assets);
      await settle();
      assert.deepEqual(exchange.balances(), balances(held));
    });
  });
}
