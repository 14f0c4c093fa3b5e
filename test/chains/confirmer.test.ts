import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { evmChain } from '../../lib/chains/evm.ts';
import { type Anvil, rich, startAnvil } from './anvil.ts';
import { liar, payer, runtimeOf, shrug, token, transferCall, words } from './contracts.ts';
import { ether, openExchange } from './exchange.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const bob = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359';

describe('a receiver that asks the chain', () => {
  let anvil: Anvil;
  let contract: string;
  let usdt: string;

  before(async () => {
    anvil = await startAnvil();
    contract = await anvil.deploy(token);
    usdt = `eip155:1/erc20:${contract}`;
  });
  after(() => anvil.close());

  const policy = () => ({
    assets: [
      { asset: ether, decimals: 18 },
      { asset: usdt, decimals: 6 },
    ],
  });

  /** What the sender of a callback says; the rest is as the chain has it. */
  async function told(hash: string, lie: Record<string, unknown> = {}): Promise<object> {
    const { blockHash, blockNumber } = await anvil.receipt(hash);
    const { position = 'native', ...data } = lie;
    return {
      network: 'eip155:1',
      asset: ether,
      amount: '7',
      from: rich[0],
      to: alice,
      memo: null,
      status: 'success',
      confirmations: 12,
      transaction: { hash, position, block: { number: `${Number(blockNumber)}`, hash: blockHash } },
      ...data,
    };
  }

  it('credits what the chain holds once it has the confirmations, whatever the callback counts', async (t) => {
    const exchange = await openExchange(t, anvil, { ours: [alice], policy: policy() });
    const hash = await anvil.send({ to: alice, value: 7n });
    await anvil.mine();
    assert.equal(await exchange.post('deposit.confirmed', await told(hash)), 200);
    await exchange.settle();
    assert.deepEqual(exchange.balances(), {});
    await anvil.mine(2);
    await exchange.settle();
    assert.deepEqual(exchange.balances(), { [`${ether} ${alice}`]: 7n });
    const [deposit] = await exchange.callbacks().store.deposits({ limit: 9 });
    assert.deepEqual(deposit?.providers, ['chain', 'imtoken']);
    assert.deepEqual(deposit?.callbackIds.length, 1);
  });

  it('credits nothing of a signed callback that lies about amount, recipient, token or existence', async (t) => {
    const exchange = await openExchange(t, anvil, { ours: [alice, bob], policy: policy() });
    const hash = await anvil.send({ to: alice, value: 7n });
    const usd = await anvil.send({ to: contract, data: transferCall(alice, 7n) });
    await anvil.mine(100);
    const lies = [
      await told(hash, { amount: '70' }),
      await told(hash, { to: bob }),
      await told(hash, { asset: usdt, position: 'log:0' }),
      await told(usd, { asset: ether }),
      {
        ...(await told(hash)),
        transaction: {
          hash: `0x${'ab'.repeat(32)}`,
          position: 'native',
          block: { number: '1', hash: `0x${'cd'.repeat(32)}` },
        },
      },
    ];
    for (const lie of lies) assert.equal(await exchange.post('deposit.confirmed', lie), 200);
    await exchange.settle();
    await exchange.settle();
    // What the chain does hold of those transactions is credited by its own word, and nothing else.
    assert.deepEqual(exchange.balances(), { [`${ether} ${alice}`]: 7n, [`${usdt} ${alice}`]: 7n });
    const deposits = await exchange.callbacks().store.deposits({ limit: 99 });
    const others = deposits.filter((one) => one.status !== 'confirmed');
    assert.deepEqual(others.map((one) => one.status).sort(), ['failed', 'failed', 'failed', 'failed', 'quarantined']);
    t.diagnostic(others.map((one) => `${one.status} ${one.code}`).join('; '));
  });

  it('credits nothing of the false top-ups that a chain allows', async (t) => {
    const exchange = await openExchange(t, anvil, { ours: [alice], policy: policy() });
    const emitter = await anvil.deploy(liar);
    const paying = await anvil.deploy(payer);
    const outer = await anvil.deploy(shrug);
    const fake = await anvil.deploy(token);
    const returnsFalse = await anvil.send({ from: rich[1], to: contract, data: transferCall(alice, 7n) });
    const otherLog = await anvil.send({ to: emitter, data: `0x${words(rich[0], alice, 7n)}` });
    const reverted = await anvil.send({ to: paying, value: 7n, data: `0x${words(alice, 7n, 1n)}` });
    const innerFailed = await anvil.send({ to: outer, value: 7n, data: `0x${words(paying, alice, 7n, 1n)}` });
    const fakeSymbol = await anvil.send({ to: fake, data: transferCall(alice, 7n) });
    const zero = await anvil.send({ to: contract, data: transferCall(alice, 0n) });
    await anvil.mine(100);
    await exchange.post('deposit.confirmed', await told(returnsFalse, { asset: usdt, position: 'log:0' }));
    await exchange.post('deposit.confirmed', await told(otherLog, { asset: usdt, position: 'log:0' }));
    await exchange.post('deposit.confirmed', await told(reverted, { position: 'trace:0' }));
    await exchange.post('deposit.confirmed', await told(innerFailed, { position: 'trace:0.0' }));
    await exchange.post(
      'deposit.confirmed',
      await told(fakeSymbol, { asset: usdt, symbol: 'USDT', position: 'log:1' }),
    );
    await exchange.post('deposit.confirmed', await told(zero, { asset: usdt, position: 'log:2' }));
    await exchange.settle();
    await exchange.settle();
    assert.deepEqual(exchange.balances(), {});
    assert.deepEqual(
      exchange.events.filter(([kind]) => kind === 'deposit'),
      [],
    );
  });

  it('credits an internal transfer that the chain holds', async (t) => {
    const exchange = await openExchange(t, anvil, { ours: [alice], policy: policy() });
    const paying = await anvil.deploy(payer);
    const hash = await anvil.send({ to: paying, value: 7n, data: `0x${words(alice, 7n, 0n)}` });
    await anvil.mine(3);
    await exchange.post('deposit.confirmed', await told(hash, { position: 'trace:0' }));
    await exchange.settle();
    assert.deepEqual(exchange.balances(), { [`${ether} ${alice}`]: 7n });
  });

  it('takes back what a reorg removed, though nobody reports it', async (t) => {
    const exchange = await openExchange(t, anvil, { ours: [alice], policy: policy() });
    const snapshot = await anvil.rpc('evm_snapshot');
    const hash = await anvil.send({ to: alice, value: 7n });
    await anvil.mine(3);
    await exchange.post('deposit.pending', { ...(await told(hash)), confirmations: 1 });
    await exchange.settle();
    assert.deepEqual(exchange.balances(), { [`${ether} ${alice}`]: 7n });
    await anvil.rpc('evm_revert', [snapshot]);
    await anvil.send({ to: bob, value: 1n });
    await anvil.mine(4);
    await exchange.settle();
    assert.deepEqual(exchange.balances(), {});
    assert.deepEqual(
      exchange.events.map(([kind]) => kind),
      ['deposit.pending', 'deposit', 'deposit.reverted'],
    );
  });

  it('takes back what left the chain, though it was asked while the new branch was shorter', async (t) => {
    const exchange = await openExchange(t, anvil, { ours: [alice], policy: policy() });
    const snapshot = await anvil.rpc('evm_snapshot');
    const hash = await anvil.send({ to: alice, value: 7n });
    await anvil.mine(5);
    await exchange.post('deposit.confirmed', await told(hash));
    await exchange.settle();
    assert.deepEqual(exchange.balances(), { [`${ether} ${alice}`]: 7n });
    // Once it has been found below a newer head, it is not asked for while that head is still there.
    await anvil.mine();
    await exchange.settle();
    await anvil.rpc('evm_revert', [snapshot]);
    await anvil.send({ to: bob, value: 1n });
    await anvil.mine(2);
    await exchange.settle();
    await anvil.mine(4);
    await exchange.settle();
    assert.deepEqual(exchange.balances(), {});
  });

  it('credits once a transaction that was mined again with another log index', async (t) => {
    const exchange = await openExchange(t, anvil, { ours: [alice], policy: policy() });
    const snapshot = await anvil.rpc('evm_snapshot');
    const hash = await anvil.send({ to: contract, data: transferCall(alice, 7n), from: rich[0] });
    const raw = await anvil.rpc<string>('eth_getRawTransactionByHash', [hash]);
    await anvil.mine(3);
    await exchange.post('deposit.confirmed', await told(hash, { asset: usdt, position: 'log:0' }));
    await exchange.settle();
    assert.deepEqual(exchange.balances(), { [`${usdt} ${alice}`]: 7n });
    await anvil.rpc('evm_revert', [snapshot]);
    const emitter = `0x${'e1'.repeat(20)}`;
    await anvil.rpc('anvil_setCode', [emitter, runtimeOf(liar)]);
    await anvil.send({ from: rich[2], to: emitter, data: `0x${words(rich[2], bob, 1n)}` });
    await anvil.rpc('eth_sendRawTransaction', [raw]);
    await anvil.mine(3);
    const { logs } = await anvil.receipt(hash);
    assert.equal(logs[0]?.logIndex, '0x1');
    await exchange.post('deposit.confirmed', await told(hash, { asset: usdt, position: 'log:1' }));
    await exchange.settle();
    await exchange.settle();
    assert.deepEqual(exchange.balances(), { [`${usdt} ${alice}`]: 7n });
  });

  it("waits for the network's own finality where the policy asks for it", async (t) => {
    const exchange = await openExchange(t, anvil, { ours: [alice], policy: policy(), confirmations: 'finalized' });
    const hash = await anvil.send({ to: alice, value: 7n });
    await anvil.mine(60);
    await exchange.post('deposit.confirmed', await told(hash));
    await exchange.settle();
    assert.deepEqual(exchange.balances(), {});
    await anvil.mine(10);
    await exchange.settle();
    assert.deepEqual(exchange.balances(), { [`${ether} ${alice}`]: 7n });
  });

  it('stores nothing new when it asks again', async (t) => {
    const exchange = await openExchange(t, anvil, { ours: [alice], policy: policy() });
    const hash = await anvil.send({ to: alice, value: 7n });
    await anvil.mine(5);
    await exchange.post('deposit.confirmed', await told(hash));
    for (let round = 0; round < 5; round += 1) {
      await anvil.mine();
      await exchange.settle();
    }
    const said = await exchange.callbacks().store.statements(`eip155:1|${hash}`);
    assert.equal(said.filter((one) => one.provider === 'chain').length, 1);
  });

  it('finds every deposit that no callback reported, and credits it once when the callbacks come later', async (t) => {
    const exchange = await openExchange(t, anvil, { ours: [alice], policy: policy() });
    const fromBlock = BigInt(await anvil.height()) + 1n;
    const hashes: string[] = [];
    for (let value = 1n; value <= 10n; value += 1n) {
      hashes.push(await anvil.send({ to: alice, value }));
      await anvil.send({ to: bob, value });
      await anvil.mine(50);
    }
    const found = await exchange.callbacks().reconcile({ network: 'eip155:1', fromBlock });
    assert.equal(found.transfers, 10);
    assert.deepEqual(
      found.missed.map((one) => one.transactionId),
      hashes,
    );
    await exchange.settle();
    assert.deepEqual(exchange.balances(), { [`${ether} ${alice}`]: 55n });
    for (const [index, hash] of hashes.entries())
      await exchange.post('deposit.confirmed', await told(hash, { amount: `${index + 1}` }));
    const again = await exchange.callbacks().reconcile({ network: 'eip155:1', fromBlock });
    assert.deepEqual(again.missed, []);
    await exchange.settle();
    assert.deepEqual(exchange.balances(), { [`${ether} ${alice}`]: 55n });
  });

  it('finds a transfer inside a transaction that no callback reported, where it reads call trees', async (t) => {
    const chains = [evmChain({ network: 'eip155:1', url: anvil.url, traces: true })];
    const exchange = await openExchange(t, anvil, { ours: [alice], policy: policy(), chains });
    const wallet = await anvil.deploy(payer);
    const fromBlock = BigInt(await anvil.height()) + 1n;
    const hash = await anvil.send({ to: wallet, value: 6n, data: `0x${words(alice, 6n, 0n)}` });
    await anvil.mine(5);
    const { missed } = await exchange.callbacks().reconcile({ network: 'eip155:1', fromBlock });
    assert.deepEqual(
      missed.map((one) => one.transactionId),
      [hash],
    );
    await exchange.settle();
    assert.deepEqual(exchange.balances(), { [`${ether} ${alice}`]: 6n });
  });
});
