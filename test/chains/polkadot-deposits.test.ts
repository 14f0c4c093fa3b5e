import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { polkadotChain } from '../../lib/chains/polkadot.ts';
import { addressOn } from '../../lib/networks/canonical.ts';
import { findNetwork } from '../../lib/networks/registry.ts';
import { type Exchange, openExchange } from './exchange.ts';
import {
  answersOf,
  type Block,
  chains,
  dot,
  polkadot,
  questions,
  rococo,
  type SubstrateServer,
  substrateServer,
} from './polkadot/recorded.ts';

// Deposits on Polkadot through the whole receiver, over blocks that a real runtime has executed.

const network = findNetwork(polkadot);
assert.ok(network, 'the network is known');
const [alice, bob, erin] = [rococo.accounts.alice, rococo.accounts.bob, rococo.accounts.erin].map((key) =>
  addressOn(network, key),
) as [string, string, string];
const usdt = `${polkadot}/asset:1984`;

function open(t: TestContext, server: SubstrateServer): Promise<Exchange> {
  return openExchange(t, server, {
    ours: [bob, erin],
    chains: [polkadotChain({ network: polkadot, url: server.url })],
    policy: {
      assets: [
        { asset: dot, decimals: 10 },
        { asset: usdt, decimals: 6 },
      ],
      confirmations: { [polkadot]: 'finalized' },
    },
  });
}

/** What the sender of a callback says of a transfer. */
function told(blocks: readonly Block[], id: string, amount: bigint, lie: Record<string, unknown> = {}): object {
  const number = id.split('-')[0] ?? '';
  const block = blocks.find((one) => BigInt(one.header.number) === BigInt(number));
  return {
    ...{ network: polkadot, asset: dot, amount: `${amount}`, from: alice, to: bob, memo: null },
    ...{ status: 'success', confirmations: 64 },
    transaction: { hash: id, block: { number, hash: block?.hash ?? `0x${'0f'.repeat(32)}` } },
    ...lie,
  };
}

test('transfers are credited once, in whatever form the account is reported', async (t) => {
  const exchange = await open(t, await substrateServer(t, answersOf(chains.b)));
  const generic = '5G4Nmn29eFbn6jm7MRXAgVP5yKEMUdQmq6HK39KtKX7b9YW5';
  for (const to of [bob, generic, rococo.accounts.bob, bob]) {
    assert.equal(await exchange.post('deposit.confirmed', told(chains.b, '2-2', 2_500_000_000_000n, { to })), 200);
    await exchange.settle();
  }
  assert.deepEqual(exchange.balances(), { [`${dot} ${bob}`]: 2_500_000_000_000n });
});

test('lies about amount, recipient, asset, status or existence credit nothing but what the chain holds', async (t) => {
  const exchange = await open(t, await substrateServer(t, answersOf(chains.b)));
  const lies = [
    told(chains.b, '2-2', 25_000_000_000_000n),
    told(chains.b, '2-2', 2_500_000_000_000n, { to: erin }),
    told(chains.b, '2-2', 2_500_000_000_000n, { asset: usdt }),
    // The calls are there, and moved nothing.
    told(chains.b, '4-2', 5_000_000_000_000n),
    told(chains.b, '5-2', 6_000_000_000_000n),
    told(chains.b, '6-2', 999_000_000_000_000_000n),
    told(chains.b, '9-2', 8_000_000_000_000n),
    told(chains.b, '12-7', 8_000_000_000_000n),
    told(chains.b, '4000000-2', 8_000_000_000_000n),
  ];
  for (const lie of lies) assert.equal(await exchange.post('deposit.confirmed', lie), 200);
  for (let round = 0; round < 2; round += 1) await exchange.settle();
  // By the chain's own word.
  assert.deepEqual(exchange.balances(), { [`${dot} ${bob}`]: 6_500_000_000_000n });
});

test('deposits that no callback reported are found by reconcile, each balance as the runtime has it', async (t) => {
  const exchange = await open(t, await substrateServer(t, answersOf(chains.b)));
  const range = { network: polkadot, fromBlock: 1n, toBlock: 15n };
  const { missed } = await exchange.callbacks().reconcile(range);
  const ids = ['2-2', '3-2', '4-2', '6-4', '8-2', '10-2', '13-2', '13-3', '14-2'];
  assert.deepEqual([...new Set(missed.map((one) => one.transactionId))], ids);
  await exchange.callbacks().idle();
  const { balances } = rococo;
  const exact = { [`${dot} ${bob}`]: BigInt(balances.bob), [`${dot} ${erin}`]: BigInt(balances.erin) };
  assert.deepEqual(exchange.balances(), exact);
  await exchange.post('deposit.confirmed', told(chains.b, '2-2', 2_500_000_000_000n));
  assert.deepEqual((await exchange.callbacks().reconcile(range)).missed, []);
  await exchange.settle();
  assert.deepEqual(exchange.balances(), exact);
});

test('through a reorg before finality, every balance is that of the chain that became final', async (t) => {
  const server = await substrateServer(t, answersOf(chains.a, { final: 12 }));
  const exchange = await open(t, server);
  const onA: [id: string, amount: bigint, to: string][] = [
    ['13-2', 11_000_000_000_000n, bob],
    ['13-3', 1_000_000_000_000n, erin],
    ['14-2', 12_000_000_000_000n, bob],
  ];
  for (const [id, amount, to] of onA) {
    await exchange.post('deposit.confirmed', told(chains.a, id, amount, { to }));
    await exchange.settle();
  }
  assert.deepEqual(exchange.balances(), {});
  Object.assign(server.script, answersOf(chains.b));
  for (let round = 0; round < 2; round += 1) await exchange.settle();
  await exchange.callbacks().reconcile({ network: polkadot, fromBlock: 1n, toBlock: 15n });
  for (let round = 0; round < 2; round += 1) await exchange.settle();
  const { balances } = rococo;
  assert.deepEqual(exchange.balances(), {
    [`${dot} ${bob}`]: BigInt(balances.bob),
    [`${dot} ${erin}`]: BigInt(balances.erin),
  });
  assert.equal(server.script[questions.head], JSON.stringify(chains.b.at(-1)?.hash));
});
