import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { evmChain } from '../../lib/chains/evm.ts';
import { requireNetwork } from '../../lib/networks/registry.ts';
import { watching } from '../notifier/watching.ts';
import { type Anvil, rich, startAnvil } from './anvil.ts';
import { token, transferCall } from './contracts.ts';
import { type Exchange, openExchange } from './exchange.ts';

// Networks of the EVM that are not Ethereum, each with its own chain id, coin, and number of confirmations.

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const bob = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359';

for (const id of ['eip155:56', 'eip155:137', 'eip155:66']) {
  const { name, native, confirmations, reorgDepth } = requireNetwork(id);

  describe(`deposits on ${name}`, () => {
    let anvil: Anvil;
    let contract: string;

    before(async () => {
      anvil = await startAnvil(Number(id.slice('eip155:'.length)));
      contract = await anvil.deploy(token);
    });
    after(() => anvil.close());

    const usd = (): string => `${id}/erc20:${contract}`;
    const assets = () => [
      { asset: native.asset, decimals: native.decimals },
      { asset: usd(), decimals: 6 },
    ];
    const open = (t: TestContext): Promise<Exchange> =>
      openExchange(t, anvil, {
        ours: [alice, bob],
        chains: [evmChain({ network: id, url: anvil.url })],
        // Those of the network itself.
        policy: { assets: assets(), confirmations: {} },
      });
    const balances = (coins: bigint, tokens: bigint): Record<string, bigint> => ({
      [`${native.asset} ${alice}`]: coins,
      [`${usd()} ${bob}`]: tokens,
    });

    it('are credited after the confirmations of the network, and a lie about amount, recipient, asset or status is not', async (t) => {
      const exchange = await open(t);
      const coins = await anvil.send({ to: alice, value: 7n });
      const tokens = await anvil.send({ to: contract, data: transferCall(bob, 9n) });
      // More than the sender has.
      const failed = await anvil.send({ to: contract, data: transferCall(bob, 2n ** 250n), from: rich[1] });
      await anvil.mine();
      const told = async (hash: string, said: object): Promise<object> => {
        const { blockHash, blockNumber } = await anvil.receipt(hash);
        const transaction = { hash, position: 'native', block: { number: `${Number(blockNumber)}`, hash: blockHash } };
        const whole = { network: id, asset: native.symbol, amount: '7', to: alice, memo: null, transaction };
        return { ...whole, status: 'success', confirmations: 1_000, ...said };
      };
      for (const data of [
        await told(coins, { amount: '70' }),
        await told(coins, { to: bob }),
        await told(coins, { asset: usd() }),
        await told(failed, { asset: usd(), to: bob, amount: '9' }),
        await told(coins, {}),
      ]) {
        assert.equal(await exchange.post('deposit.confirmed', data), 200);
      }
      const log = (await anvil.receipt(tokens)).logs[0]?.logIndex;
      const { transaction, ...rest } = (await told(tokens, { asset: usd(), to: bob, amount: '9' })) as {
        transaction: object;
      };
      const data = { ...rest, transaction: { ...transaction, position: `log:${Number(log)}` } };
      assert.equal(await exchange.post('deposit.confirmed', data), 200);
      if (confirmations > 1) {
        await anvil.mine(confirmations - 2);
        await exchange.settle();
        assert.deepEqual(exchange.balances(), {});
        await anvil.mine();
      }
      for (let round = 0; round < 2; round += 1) await exchange.settle();
      assert.deepEqual(exchange.balances(), balances(7n, 9n));
    });

    it('that were missed are found by reconcile', async (t) => {
      const exchange = await open(t);
      const fromBlock = BigInt(await anvil.height()) + 1n;
      const sent = [
        await anvil.send({ to: alice, value: 3n }),
        await anvil.send({ to: contract, data: transferCall(bob, 4n) }),
      ];
      await anvil.mine(confirmations);
      const { missed } = await exchange.callbacks().reconcile({ network: id, fromBlock });
      assert.deepEqual(missed.map((one) => one.transactionId).sort(), sent.sort());
      await exchange.settle();
      assert.deepEqual(exchange.balances(), balances(3n, 4n));
    });

    it('are watched, through a reorg if the network has any, and the balances are what the chain holds', async (t) => {
      const network = { network: id, url: anvil.url };
      const { exchange, settle } = await watching(t, network, [alice, bob], assets());
      await settle();
      // On the others a block is final when it is made, and credited at once.
      if (reorgDepth > 1) {
        const before = await anvil.rpc('evm_snapshot');
        await anvil.send({ to: alice, value: 5n });
        await anvil.mine();
        await settle();
        await anvil.rpc('evm_revert', [before]);
      }
      await anvil.send({ to: contract, data: transferCall(bob, 6n) });
      await anvil.send({ to: alice, value: 8n });
      await anvil.mine(confirmations + 1);
      await settle();
      assert.deepEqual(exchange.balances(), balances(8n, 6n));
    });
  });
}
