import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { getAddress } from 'viem';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { fixedClock } from '../../lib/testing/fixed-clock.ts';
import { stage } from '../notifier/stage.ts';
import { type Anvil, startAnvil } from './anvil.ts';
import { hex } from './assembler.ts';
import { balanceCall, token, transferCall, words } from './contracts.ts';
import { ether, openExchange } from './exchange.ts';
import { seeded } from './seeded.ts';

const transfers = 200;
const deepest = 20;
/** Fixed, so that a failure can be seen again; another one is as good. */
const seed = Number(process.env.SEED ?? 8);

describe('notifier and receiver under random reorgs', () => {
  let anvil: Anvil;

  before(async () => {
    anvil = await startAnvil();
  });
  after(() => anvil.close());

  for (const [title, withChain] of [
    ['end with the balances of the canonical chain', false],
    ['end so with a chain check too', true],
  ] as const) {
    it(title, async (t) => {
      const run = await openRun(t, anvil, withChain);
      while (run.isGoing()) await run.step();
      await run.end();
      assert.deepEqual(run.exchange.balances(), await run.balancesOnChain());
    });
  }
});

async function openRun(t: TestContext, anvil: Anvil, withChain: boolean) {
  const random = seeded(seed + (withChain ? 1 : 0));
  const clock = fixedClock();
  const contract = await anvil.deploy(token);
  const ours = Array.from({ length: 5 }, () => privateKeyToAccount(generatePrivateKey()).address);
  const senders: PrivateKeyAccount[] = [];
  for (let index = 0; index < transfers; index += 1) {
    const account = privateKeyToAccount(generatePrivateKey());
    senders.push(account);
    await anvil.rpc('anvil_setBalance', [account.address, '0xde0b6b3a7640000']);
    await anvil.rpc('anvil_setStorageAt', [contract, `0x${words(account.address)}`, `0x${hex(10n ** 18n, 32)}`]);
  }
  await anvil.mine();

  const notified = await stage(t, anvil, { now: clock.now, confirmations: 3 });
  const usdt = `eip155:1/erc20:${contract}`;
  const exchange = await openExchange(t, anvil, {
    ours,
    secret: notified.key.signingSecret,
    confirmations: 3,
    now: clock.now,
    ...(withChain ? {} : { chains: [] }),
    policy: {
      assets: [
        { asset: ether, decimals: 18 },
        { asset: usdt, decimals: 6 },
      ],
    },
  });
  await notified.api('PUT', '/v1/callback-url', { url: exchange.url });
  await notified.api('POST', '/v1/watches', { network: 'eip155:1', addresses: ours });

  const snapshots: string[] = [];
  const sentIn: string[][] = [];
  let sent = 0;

  const sign = async (): Promise<string> => {
    const sender = senders[sent];
    const to = ours[random(ours.length)];
    if (!sender || !to) throw new Error('No sender is left');
    sent += 1;
    const amount = BigInt(1 + random(1_000));
    const what =
      random(2) === 0
        ? { to, value: amount }
        : { to: getAddress(contract), data: transferCall(to, amount) as `0x${string}` };
    return sender.signTransaction({ type: 'legacy', chainId: 1, nonce: 0, gas: 200_000n, gasPrice: 0n, ...what });
  };

  const mine = async (raws: string[]): Promise<void> => {
    snapshots.push(await anvil.rpc<string>('evm_snapshot'));
    for (const raw of raws) await anvil.rpc('eth_sendRawTransaction', [raw]);
    await anvil.mine();
    sentIn.push(raws);
  };

  /** Takes blocks back, and mines others with some of their transactions, in another order. */
  const reorganise = async (): Promise<void> => {
    const depth = Math.min(1 + random(deepest), snapshots.length);
    if (depth === 0) return;
    const snapshot = snapshots.splice(-depth)[0];
    const dropped = sentIn.splice(-depth).flat();
    if (!(await anvil.rpc<boolean>('evm_revert', [snapshot]))) throw new Error('The snapshot is gone');
    await anvil.rpc('anvil_dropAllTransactions');
    const kept = dropped.filter(() => random(3) > 0).sort(() => random(3) - 1);
    for (let block = 0; block <= depth; block += 1) await mine(kept.splice(0, random(4)));
    if (kept.length > 0) await mine(kept);
  };

  const quiet = async (): Promise<void> => {
    clock.advance(15_000);
    if (random(3) > 0) await notified.notifier().catchUp();
    if (random(3) > 0) await notified.notifier().deliver();
    if (random(3) > 0) await exchange.settle();
    if (random(6) === 0) await notified.restart();
    if (random(8) === 0) await exchange.restart();
    if (random(5) === 0) exchange.isDown = !exchange.isDown;
  };

  return {
    exchange,
    isGoing: () => sent < transfers,
    async step(): Promise<void> {
      if (random(7) === 0) await reorganise();
      else {
        const raws: string[] = [];
        for (let count = random(5); count > 0 && sent < transfers; count -= 1) raws.push(await sign());
        await mine(raws);
      }
      await quiet();
    },
    async end(): Promise<void> {
      exchange.isDown = false;
      await anvil.mine(5);
      for (let round = 0; round < 60; round += 1) {
        clock.advance(7_200_000);
        await notified.run();
        await exchange.settle();
      }
    },
    async balancesOnChain(): Promise<Record<string, bigint>> {
      const balances: [string, bigint][] = [];
      for (const address of ours) {
        balances.push([`${ether} ${address}`, BigInt(await anvil.rpc<string>('eth_getBalance', [address, 'latest']))]);
        const call = { to: contract, data: balanceCall(address) };
        balances.push([`${usdt} ${address}`, BigInt(await anvil.rpc<string>('eth_call', [call, 'latest']))]);
      }
      return Object.fromEntries(balances.filter(([, sum]) => sum !== 0n));
    },
  };
}
