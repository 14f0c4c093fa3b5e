import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bitcoinChain } from '../../lib/chains/bitcoin.ts';
import { fixedClock } from '../../lib/testing/fixed-clock.ts';
import { openExchange } from '../chains/exchange.ts';
import { coins, type Litecoind, litecoin, regtest, startLitecoind } from '../chains/litecoind.ts';
import { seeded } from '../chains/seeded.ts';

const transfers = 200;
const deepest = 20;
/** Fixed, so that a failure can be seen again; another one is as good. */
const seed = Number(process.env.SEED ?? 8);

test('200 deposits through reorgs of up to 20 blocks end with the balances of the chain', async (t) => {
  const random = seeded(seed);
  const clock = fixedClock();
  const node = await startLitecoind();
  t.after(() => node.close());
  const ours: string[] = [];
  for (let index = 0; index < 5; index += 1) ours.push(await node.rpc('getnewaddress'));
  const signed = await preparePayments(node, ours, random);
  const chain = bitcoinChain({ network: regtest, url: node.url, cookieFile: node.cookieFile });
  const exchange = await openExchange(t, node, {
    ours,
    chains: [chain],
    now: clock.now,
    policy: { assets: [{ asset: litecoin, decimals: 8 }], confirmations: { [regtest]: 3 } },
  });
  let sent = 0;
  const start = await node.height();
  let depths = 0;

  /** The callback of a provider that sees the block, and never says that one left the chain. */
  const tell = async (id: string, blockHash: string): Promise<void> => {
    const { vout } = await node.transaction(id, blockHash);
    const { height } = await node.rpc<{ height: number }>('getblockheader', [blockHash]);
    const output = vout.find((one) => ours.includes(one.scriptPubKey.addresses?.[0] ?? ''));
    assert.ok(output);
    const status = await exchange.post('deposit.confirmed', {
      network: regtest,
      asset: litecoin,
      amount: `${Math.round(output.value * 1e8)}`,
      to: output.scriptPubKey.addresses?.[0],
      memo: null,
      status: 'success',
      confirmations: 1,
      transaction: { hash: id, position: `out:${output.n}`, block: { number: `${height}`, hash: blockHash } },
    });
    assert.equal(status, 200);
  };

  const mineSome = async (): Promise<void> => {
    const waiting = await node.rpc<string[]>('getrawmempool');
    const chosen = waiting.filter(() => random(3) > 0);
    const hash = await node.mineOnly(chosen);
    for (const id of chosen) if (random(4) > 0) await tell(id, hash);
  };

  const reorganise = async (wanted = 1 + random(deepest)): Promise<void> => {
    const height = await node.height();
    const depth = Math.min(wanted, height - start);
    if (depth === 0) return;
    depths = Math.max(depths, depth);
    await node.rpc('invalidateblock', [await node.rpc('getblockhash', [height - depth + 1])]);
    if (random(3) === 0) await settle();
    for (let block = 0; block <= depth; block += 1) await mineSome();
  };

  const settle = async (): Promise<void> => {
    clock.advance(15_000);
    await exchange.settle();
  };

  while (signed.length > 0) {
    for (const one of signed.splice(0, random(5))) {
      await node.rpc('sendrawtransaction', [one]);
      sent += 1;
    }
    await mineSome();
    if (random(3) === 0) await settle();
    if (random(7) === 0) await reorganise();
    if (random(12) === 0) await exchange.restart();
  }
  await reorganise(deepest);
  // What is still in the mempool stays there, and what a deep reorg dropped from it is gone for good.
  for (let block = 0; block < 5; block += 1) await node.mineOnly([]);
  for (let round = 0; round < 20; round += 1) {
    clock.advance(700_000);
    await exchange.settle();
  }
  await exchange.callbacks().reconcile({ network: regtest, fromBlock: BigInt(start) });
  await exchange.settle();

  assert.deepEqual([sent, depths], [transfers, deepest]);
  assert.deepEqual(exchange.balances(), await balancesOf(node, ours));
  const count = (kind: string): number => exchange.events.filter(([one]) => one === kind).length;
  t.diagnostic(`to depth ${depths}: ${count('deposit')} credits, ${count('deposit.reverted')} reverts`);
  assert.ok(count('deposit.reverted') > 20, 'credits are taken back again and again');
});

/** Signed transactions that do not depend on each other, each to one of our addresses. */
async function preparePayments(
  node: Litecoind,
  ours: readonly string[],
  random: (bound: number) => number,
): Promise<string[]> {
  const payer = await node.rpc<string>('getnewaddress');
  const funds: Record<string, bigint> = {};
  for (let index = 0; index < transfers; index += 1) funds[await node.rpc<string>('getnewaddress')] = 10_000_000n;
  const id = await node.pay(funds);
  const [hash = ''] = await node.mine();
  const { vout } = await node.transaction(id, hash);
  const inputs = vout.filter((one) => (one.scriptPubKey.addresses?.[0] ?? '') in funds);
  assert.equal(inputs.length, transfers);
  const signed: string[] = [];
  for (const { n } of inputs) {
    const amount = BigInt(1_000_000 + random(5_000_000));
    const to = ours[random(ours.length)] ?? '';
    const outputs = [{ [to]: coins(amount) }, { [payer]: coins(10_000_000n - amount - 10_000n) }];
    const draft = await node.rpc<string>('createrawtransaction', [[{ txid: id, vout: n }], outputs]);
    signed.push((await node.rpc<{ hex: string }>('signrawtransactionwithwallet', [draft])).hex);
  }
  return signed;
}

/** What the chain itself says that the addresses own. */
async function balancesOf(node: Litecoind, addresses: readonly string[]): Promise<Record<string, bigint>> {
  const balances: [string, bigint][] = [];
  for (const address of addresses) {
    const { total_amount } = await node.rpc<{ total_amount: number }>('scantxoutset', ['start', [`addr(${address})`]]);
    balances.push([`${litecoin} ${address}`, BigInt(Math.round(total_amount * 1e8))]);
  }
  return Object.fromEntries(balances.filter(([, sum]) => sum !== 0n));
}
