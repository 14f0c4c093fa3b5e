import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { depositCallbacks } from '../../lib/deposit-callbacks.ts';
import type { Deposit } from '../../lib/deposits/deposit.ts';
import { silentLogger } from '../../lib/observe/logger.ts';
import { alchemy } from '../../lib/providers/alchemy.ts';
import type { Provider } from '../../lib/providers/kit/provider.ts';
import { moralis } from '../../lib/providers/moralis.ts';
import { quicknode } from '../../lib/providers/quicknode.ts';
import { tatum } from '../../lib/providers/tatum.ts';
import { memoryStore } from '../../lib/stores/memory.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import type { Store } from '../../lib/stores/store.ts';
import { signCallback } from '../../lib/testing/index.ts';
import { serve } from '../helpers/serve.ts';

// One transfer on Ethereum: 293.092129 USDC, as four providers tell it.
const hash = '0x26c623d28ea01447572b119fc2143cbfaf8575200bf575251b9f8f8d8c56c8e4';
const block = '0x4b399daae7ec136621b9c449784199a331b0a1bb4b2fbd5dae9855bdcad818f4';
const usdc = '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48';
const from = '0x93f9ecdaf22f8b60bc24641dd5ed43ca92405cb7';
const to = '0x742d35cc6634c0532925a3b844bc454e4438f44e';
const topics = [
  '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef',
  `0x${'0'.repeat(24)}${from.slice(2)}`,
  `0x${'0'.repeat(24)}${to.slice(2)}`,
];
const data = `0x${293092129n.toString(16).padStart(64, '0')}`;
const hex = (value: number): string => `0x${value.toString(16)}`;

type Teller = (logs: readonly number[]) => readonly { provider: Provider; body: object }[];

const secret = 'a-test-secret';
const providers = [
  alchemy({ secrets: [secret], trustMined: true }),
  moralis({ secrets: [secret] }),
  tatum({ secrets: [secret], trustMined: true }),
  quicknode({ secrets: [secret], keepDistanceFromTip: 12 }),
] as const;

const tellers: Record<string, Teller> = {
  alchemy: (logs) => [
    {
      provider: providers[0],
      body: {
        webhookId: 'wh_1',
        id: 'whevt_1',
        createdAt: '2026-01-01T00:00:00Z',
        type: 'ADDRESS_ACTIVITY',
        event: {
          network: 'ETH_MAINNET',
          activity: logs.map((index) => ({
            fromAddress: from,
            toAddress: to,
            blockNum: hex(24223192),
            hash,
            value: 293.092129,
            asset: 'USDC',
            category: 'token',
            rawContract: { rawValue: data, address: usdc, decimals: 6 },
            log: { address: usdc, topics, data, blockHash: block, logIndex: hex(index), removed: false },
          })),
        },
      },
    },
  ],
  moralis: (logs) =>
    [true, false].map((confirmed) => ({
      provider: providers[1],
      body: {
        confirmed,
        chainId: '0x1',
        streamId: 'c28d9e2e-ae9d-4fe6-9fc0-5fcde2dcdd17',
        retries: 0,
        block: { number: '24223192', hash: block, timestamp: '1767225600' },
        txs: [],
        txsInternal: [],
        logs: [],
        erc20Transfers: logs.map((index) => ({
          transactionHash: hash,
          logIndex: String(index),
          contract: usdc,
          from,
          to,
          value: '293092129',
          tokenDecimals: '6',
        })),
      },
    })),
  tatum: (logs) =>
    logs.map(() => ({
      provider: providers[2],
      body: {
        address: to,
        amount: '293.092129',
        asset: usdc,
        blockNumber: 24223192,
        counterAddress: from,
        txId: hash,
        type: 'fungible',
        chain: 'ethereum-mainnet',
        subscriptionType: 'ADDRESS_EVENT',
      },
    })),
  quicknode: (logs) => [
    {
      provider: providers[3],
      body: {
        format: 'deposit-callback/1',
        network: 'ethereum-mainnet',
        transfers: logs.map((index) => ({
          block: { number: '24223192', hash: block },
          transaction: hash,
          success: true,
          position: `log:${index}`,
          contract: usdc,
          from,
          to,
          amount: '293092129',
        })),
      },
    },
  ],
};

async function depositsOf<Tx>(
  t: TestContext,
  store: Store<Tx>,
  order: readonly string[],
  logs: readonly number[],
): Promise<Deposit[]> {
  const credited: Deposit[] = [];
  const callbacks = depositCallbacks({
    providers,
    store,
    policy: { assets: [{ asset: `eip155:1/erc20:${usdc}`, decimals: 6 }], isOurs: () => true },
    requireHttps: false,
    logger: silentLogger,
  });
  callbacks.on('deposit', (deposit) => {
    credited.push(deposit);
  });
  callbacks.on('deposit.reverted', () => assert.fail('Nothing was taken back'));
  const port = await serve(t, (req, res) => callbacks(req, res));
  try {
    for (const name of order) {
      for (const { provider, body } of tellers[name]?.(logs) ?? []) {
        const sent = signCallback(provider, { secret, body });
        const response = await fetch(`http://127.0.0.1:${port}${provider.path}`, {
          method: 'POST',
          headers: sent.headers,
          body: new Uint8Array(sent.body),
        });
        assert.equal(response.status, 200, `${name}: ${await response.text()}`);
        await callbacks.idle();
      }
    }
  } finally {
    await callbacks.close();
  }
  return credited;
}

function orders(names: readonly string[]): readonly (readonly string[])[] {
  if (names.length < 2) return [names];
  return names.flatMap((name) => orders(names.filter((one) => one !== name)).map((rest) => [name, ...rest]));
}

test('One transfer, told by Alchemy, Moralis, Tatum and QuickNode in any order, is one deposit and one event', async (t) => {
  for (const order of orders(Object.keys(tellers))) {
    const credited = await depositsOf(t, memoryStore(), order, [70]);
    assert.equal(credited.length, 1, order.join(', '));
    assert.equal(credited[0]?.amount, 293092129n);
    assert.equal(credited[0]?.to, '0x742d35Cc6634C0532925a3b844Bc454e4438f44e');
  }
});

test('The same in SQLite', async (t) => {
  const credited = await depositsOf(t, sqliteStore({ path: ':memory:' }), Object.keys(tellers), [70]);
  assert.equal(credited.length, 1);
});

test('Two equal transfers in one transaction are two deposits, though Tatum cannot tell them apart', async (t) => {
  for (const order of [Object.keys(tellers), Object.keys(tellers).reverse()]) {
    const credited = await depositsOf(t, memoryStore(), order, [70, 71]);
    assert.equal(credited.length, 2, order.join(', '));
    assert.equal(new Set(credited.map(({ id }) => id)).size, 2);
  }
});
