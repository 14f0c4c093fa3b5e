import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { xrpChain } from '../../lib/chains/xrp.ts';
import { bitgo } from '../../lib/providers/bitgo.ts';
import { fireblocks } from '../../lib/providers/fireblocks.ts';
import type { Provider } from '../../lib/providers/kit/provider.ts';
import { readProviderFixtures } from '../../lib/testing/index.ts';
import { signCallback } from '../../lib/testing/sign-callback.ts';
import { type Exchange, openExchange } from './exchange.ts';
import { payment, type Transaction, usd, xrp, mainnet as xrpl, xrpServer } from './xrp/recorded.ts';

// What custody providers leave out, and the chain itself says.

const keysOf = (name: string) =>
  readProviderFixtures(fileURLToPath(new URL(`../fixtures/providers/${name}`, import.meta.url))).keys.first;
const bitgoKey = keysOf('bitgo').key;
const fireblocksKey = keysOf('fireblocks');

async function post(exchange: Exchange, provider: Provider, signing: string, body: object): Promise<void> {
  const signed = signCallback(provider, { secret: signing, body, now: Date.now() });
  const url = exchange.url.replace(/imtoken$/, provider.name);
  const { status } = await fetch(url, { method: 'POST', headers: signed.headers, body: signed.body });
  assert.equal(status, 200, provider.name);
}

interface Report {
  id: string;
  coin: { bitgo: string; fireblocks: string };
  to: string;
  memo?: string;
  units: string;
  decimal: string;
  block?: { number: string; hash: string };
}

/** The providers that report a transfer without more than this, each with the way in which it does. */
function custody({ bitgo: coin, fireblocks: assetId }: Report['coin'], asset: string) {
  const byBitgo = bitgo({ secrets: [bitgoKey], assets: { [coin]: asset } });
  const byFireblocks = fireblocks({ secrets: [fireblocksKey.key], assets: { [assetId]: asset } });
  const bodies: Record<string, (report: Report) => object> = {
    bitgo: ({ id, to, memo, units }) => ({
      ...{ hash: id, transfer: `transfer-${id}`, coin, type: 'transfer', state: 'confirmed', wallet: 'w' },
      ...{ transferType: 'receive', baseValueString: units, receiver: memo === undefined ? to : `${to}?dt=${memo}` },
    }),
    fireblocks: ({ id, to, memo, decimal, block }) => ({
      ...{ id: `n-${id}`, resourceId: id, eventType: 'transaction.status.updated', createdAt: 1_743_941_299_100 },
      data: {
        ...{
          id: `fb-${id}`,
          assetId,
          status: 'COMPLETED',
          txHash: id,
          numOfConfirmations: 1,
          lastUpdated: 1_743_941_299_000,
        },
        ...{ source: { type: 'UNKNOWN' }, destination: { type: 'VAULT_ACCOUNT', id: '1' }, assetType: 'BASE_ASSET' },
        ...{ sourceAddress: '', destinationAddress: to, destinationTag: memo ?? '' },
        amountInfo: { amount: decimal, requestedAmount: decimal, netAmount: decimal },
        ...(block && { blockInfo: { blockHeight: block.number, blockHash: block.hash } }),
      },
    }),
  };
  return {
    providers: [byBitgo, byFireblocks],
    tell: async (exchange: Exchange, name: string, report: Report): Promise<void> => {
      const [provider, key] = name === 'bitgo' ? [byBitgo, bitgoKey] : [byFireblocks, fireblocksKey.signing];
      await post(exchange, provider, key ?? '', bodies[name]?.(report) ?? {});
    },
  };
}

const height = 100_972_465;
const account = 'rNNuQMuExCiEjeZ4h9JJnj5PSWypdMXDj4';

async function onXrpl(t: TestContext, paid: readonly Transaction[]) {
  const server = await xrpServer(t, height, paid);
  const coin = { bitgo: 'xrp', fireblocks: 'XRP' };
  const { providers, tell } = custody(coin, xrp);
  const assets = [
    { asset: xrp, decimals: 6, memo: 'required' as const },
    { asset: usd, decimals: 15 },
  ];
  const exchange = await openExchange(t, server, {
    ...{ ours: [account], providers, chains: [xrpChain({ network: xrpl, url: server.url, assets })] },
    policy: { assets, confirmations: { [xrpl]: 'finalized' } },
  });
  const report = (one: Transaction, units = '25000000', decimal = '25'): Report => ({
    ...{ id: one.hash, coin, to: account, memo: '495', units, decimal },
  });
  return { exchange, tell, report };
}

for (const name of ['bitgo', 'fireblocks']) {
  test(`${name}: an XRP payment that does not say what arrived is credited when the ledger says it, and once`, async (t) => {
    const paid = payment('25000000', { DestinationTag: 495 });
    const { exchange, tell, report } = await onXrpl(t, [paid]);
    const alarms: string[] = [];
    exchange.callbacks().on('alarm', ({ code }) => alarms.push(code));
    for (let round = 0; round < 2; round += 1) {
      await tell(exchange, name, report(paid));
      await exchange.settle();
      assert.deepEqual(exchange.balances(), { [`${xrp} ${account}`]: 25_000_000n });
    }
    assert.deepEqual(alarms, []);
    const [deposit] = await exchange.callbacks().store.deposits({ limit: 9 });
    assert.deepEqual([deposit?.status, deposit?.code], ['confirmed', undefined]);
  });

  test(`${name}: of an XRP payment of which a part arrived, the part is credited`, async (t) => {
    const part = payment('1', { DestinationTag: 495, DeliverMax: '25000000', Flags: 131_072 });
    const { exchange, tell, report } = await onXrpl(t, [part]);
    await tell(exchange, name, report(part));
    for (let round = 0; round < 2; round += 1) await exchange.settle();
    assert.deepEqual(exchange.balances(), { [`${xrp} ${account}`]: 1n });
  });
}
