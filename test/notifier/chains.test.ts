import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Address } from '@solana/kit';
import type { Transaction as TonTransaction } from '@ton/core';
import { addressOn } from '../../lib/networks/canonical.ts';
import { requireNetwork } from '../../lib/networks/registry.ts';
import { startAptos } from '../chains/aptos-chain.ts';
import { tokenContracts } from '../chains/eos/contracts.ts';
import { blockOf, eos, mainnet as eosMainnet, idOf, nodeos, transactionOf, vaulta } from '../chains/eos/nodeos.ts';
import {
  chains,
  dot,
  polkadot,
  answersOf as polkadotAnswers,
  rococo,
  substrateServer,
} from '../chains/polkadot/recorded.ts';
import { devnet, startSolana } from '../chains/solana-cluster.ts';
import { transferSol } from '../chains/solana-instructions.ts';
import { comment, wallet } from '../chains/ton/contracts.ts';
import { coin, jettonAsset, raw, mainnet as tonMainnet } from '../chains/ton/toncenter.ts';
import { at, oneTon, tonWorld } from '../chains/ton/world.ts';
import {
  headAnswers,
  recorded as recordedTron,
  height as tronHeight,
  mainnet as tronMainnet,
  tronNode,
  questions as tronQuestions,
  trx,
  usdt,
} from '../chains/tron/recorded.ts';
import {
  ledgerAnswer,
  payment,
  recorded as recordedXrp,
  usd,
  xrp,
  mainnet as xrplMainnet,
  questions as xrpQuestions,
  xrpServer,
} from '../chains/xrp/recorded.ts';
import { type Watching, watching } from './watching.ts';

// Each chain from its node through the notifier and a signed callback into a balance, by the notifier's word alone.

/** What the receiver was told of, and credited once, whatever is read again. */
async function credits({ made, exchange, settle }: Watching, balances: Record<string, bigint>): Promise<void> {
  await settle();
  assert.deepEqual(exchange.balances(), balances);
  await made.restart();
  await settle();
  assert.deepEqual(exchange.balances(), balances);
  const { body } = await made.api('GET', '/v1/callbacks?limit=1000');
  const listed = body.callbacks as { state: string }[];
  assert.ok(listed.length > 0 && listed.every((one) => one.state === 'sent'), JSON.stringify(listed));
}

test('Solana: a payment is watched once its block is final, past skipped slots', async (t) => {
  const cluster = await startSolana();
  t.after(() => cluster.close());
  const bob = await cluster.funded();
  const alice = (await cluster.funded(1_000_000_000n)).address;
  const pay = (units: bigint) => cluster.send(bob, [transferSol(bob.address, alice as Address, units)]);
  const sol = `${devnet}/slip44:501`;
  const started = await watching(t, { network: devnet, url: cluster.url }, [alice], [{ asset: sol, decimals: 9 }]);
  await started.settle();
  await pay(7_000_000n);
  cluster.seal({ skipped: 3, final: false });
  await started.settle();
  assert.deepEqual(started.exchange.balances(), {});
  cluster.finalize();
  await credits(started, { [`${sol} ${alice}`]: 7_000_000n });
  await pay(2_000_000n);
  cluster.seal({ skipped: 2 });
  await credits(started, { [`${sol} ${alice}`]: 9_000_000n });
});

test('TRON: TRX and USDT are watched, and confirmed when their block is solidified', async (t) => {
  const to = ['THqTeLsNS6iNraHd2hPvYtt264oXx6niEK', 'TAhcUtiUMNkEQBrPqb4fxNQyEsKxFKLQto'] as const;
  const { usdt: recorded } = recordedTron();
  const node = await tronNode(t, [recorded], { above: 0 });
  const headerOf = (blockID: string, number: number, block_header: object): string =>
    JSON.stringify({
      blockID,
      block_header: { ...block_header, raw_data: { number, timestamp: 1, parentHash: 'ab'.repeat(32) } },
    });
  const { parentHash } = recorded.block.block_header.raw_data;
  node.answers[tronQuestions.header(tronHeight - 1)] = headerOf(parentHash, tronHeight - 1, {});
  const { blockID, block_header } = recorded.block;
  node.answers[tronQuestions.head] = JSON.stringify({ blockID, block_header });
  const network = {
    network: tronMainnet,
    url: node.url,
    fromBlock: BigInt(tronHeight),
    confirmations: 'finalized' as const,
  };
  const started = await watching(t, network, to, [
    { asset: trx, decimals: 6 },
    { asset: usdt, decimals: 6 },
  ]);
  await started.settle();
  assert.deepEqual(started.exchange.balances(), {});
  const above = headAnswers(tronHeight + 1, tronHeight);
  const next = {
    blockID: JSON.parse(String(above[tronQuestions.head])).blockID,
    block_header: { raw_data: { number: tronHeight + 1, timestamp: 1, parentHash: blockID } },
  };
  Object.assign(node.answers, above, {
    [tronQuestions.head]: JSON.stringify(next),
    [tronQuestions.header(tronHeight + 1)]: JSON.stringify(next),
    [tronQuestions.block(tronHeight + 1)]: JSON.stringify(next),
    [tronQuestions.results(tronHeight + 1)]: '[]',
  });
  await credits(started, { [`${usdt} ${to[0]}`]: 33_055_160n, [`${trx} ${to[1]}`]: 3_587_040n });
});

test('Aptos: a fungible asset is watched by the events of a block', async (t) => {
  const alice = '0xb7c348a3253a8102e354b21972319600f0933dd454db12d3e2fc81623ffa49be';
  const token = 'aptos:2/token:0x971225a0feba8d24b7658bc2e2e3155ccdb17eff3e2ef320d1428879f10ebf20';
  const node = await startAptos(t);
  const network = { network: 'aptos:2', url: node.url, fromBlock: 400_000_000n };
  const started = await watching(t, network, [alice], [{ asset: token, decimals: 6 }]);
  await credits(started, { [`${token} ${alice}`]: 10_000n });
  const { body } = await started.made.api('GET', '/v1/networks');
  assert.equal((body.networks as { block: string }[])[0]?.block, '400000003');
});

test('Polkadot: every transfer of a real runtime is watched, and the balances are its own', async (t) => {
  const [bob, erin] = [rococo.accounts.bob, rococo.accounts.erin].map((key) =>
    addressOn(requireNetwork(polkadot), key),
  ) as [string, string];
  const server = await substrateServer(t, polkadotAnswers(chains.b));
  const network = { network: polkadot, url: server.url, fromBlock: 2n };
  const started = await watching(t, network, [bob, erin], [{ asset: dot, decimals: 10 }]);
  const { balances } = rococo;
  await credits(started, { [`${dot} ${bob}`]: BigInt(balances.bob), [`${dot} ${erin}`]: BigInt(balances.erin) });
});

test('EOS: coins and listed tokens are watched with their memos, and no others', async (t) => {
  const height = 1_000;
  const contracts = await tokenContracts();
  const payOf = async (name: string, quantity: string, memo: string, contract: string) =>
    transactionOf(idOf(name), await contracts.transfer(contract, 'alice', 'exchange', quantity, memo));
  const paid = [
    await payOf('coins', '1.0000 EOS', '7', 'eosio.token'),
    await payOf('tokens', '2.5000 A', '8', 'core.vaulta'),
    await payOf('fake', '900.0000 EOS', '7', 'fakeeos11111'),
  ];
  const node = await nodeos(t, [blockOf(height - 1), blockOf(height, paid)], height);
  const assets = [eos, vaulta].map((asset) => ({ asset, decimals: 4, memo: 'required' as const }));
  const network = { network: eosMainnet, url: node.url, assets, fromBlock: BigInt(height) };
  const started = await watching(t, network, ['exchange'], assets);
  await credits(started, { [`${eos} exchange`]: 10_000n, [`${vaulta} exchange`]: 25_000n });
  const page = await started.exchange.callbacks().store.deposits({ limit: 9 });
  assert.deepEqual(page.map((one) => one.memo).sort(), ['7', '8']);
});

test('TON: coins and jettons are watched with their comments', async (t) => {
  const { node, usd: master, ours, pay, payJettons } = await tonWorld(t);
  const asset = jettonAsset(master);
  const assets = [
    { asset: coin, decimals: 9, memo: 'required' as const },
    { asset, decimals: 6, memo: 'required' as const },
  ];
  const started = await watching(t, { network: tonMainnet, url: node.url, assets }, [raw(ours)], assets);
  node.mine([]);
  await started.settle();
  const [paid] = at(await pay(ours, 5n * oneTon, comment('10042')), ours);
  const steps = await payJettons({ amount: 25n, party: ours, payload: comment('10042') });
  assert.equal(at(steps, wallet(ours, master).address).length, 1);
  node.mine([paid as TonTransaction, ...steps]);
  await credits(started, { [`${coin} ${raw(ours)}`]: 5n * oneTon, [`${asset} ${raw(ours)}`]: 25n });
});

/** A ledger with a payment with a tag, and one of a token. */
async function xrpl(t: TestContext) {
  const height = 100_972_465;
  const paid = [payment('25000000', { DestinationTag: 495 }), payment('3000000', { DestinationTag: 496 })];
  const server = await xrpServer(t, height, [...paid, recordedXrp().partialPayment.transaction], 0);
  const before = JSON.parse(ledgerAnswer(height - 1)) as { ledger_hash: string; ledger: Record<string, unknown> };
  const { parent_hash } = recordedXrp().ledger.result.ledger as { parent_hash: string };
  const ledger = { ...before.ledger, ledger_hash: parent_hash };
  server.script[xrpQuestions.header(height - 1)] = JSON.stringify({ ...before, ledger_hash: parent_hash, ledger });
  return { server, network: { network: xrplMainnet, url: server.url, fromBlock: BigInt(height) } };
}

const ours = 'rNNuQMuExCiEjeZ4h9JJnj5PSWypdMXDj4';

test('XRP Ledger: payments are watched with their tags, by what they delivered', async (t) => {
  const { network } = await xrpl(t);
  const assets = [
    { asset: xrp, decimals: 6, memo: 'required' as const },
    { asset: usd, decimals: 15 },
  ];
  const started = await watching(t, { ...network, assets }, [ours], assets);
  await credits(started, { [`${xrp} ${ours}`]: 28_000_000n, [`${usd} ${ours}`]: 9_980_039_920_159_681n });
});

test('XRP Ledger: a watch with a tag reports what is sent with it, and nothing else', async (t) => {
  const { network } = await xrpl(t);
  const { made, settle } = await watching(t, network, [], [{ asset: xrp, decimals: 6 }]);
  await made.api('PUT', '/v1/callback-url', { url: made.receiver.url });
  assert.equal(
    (await made.api('POST', '/v1/watches', { network: xrplMainnet, address: ours, memo: '496' })).status,
    201,
  );
  await settle();
  assert.deepEqual(made.receiver.received.map(({ type, data }) => [type, data.amount]).sort(), [
    ['deposit.confirmed', '3000000'],
    ['deposit.pending', '3000000'],
  ]);
});
