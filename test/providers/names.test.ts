import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeProvider } from '../../lib/cli/provider-table.ts';
import { depositCallbacks } from '../../lib/deposit-callbacks.ts';
import { nativeAsset } from '../../lib/networks/registry.ts';
import { silentLogger } from '../../lib/observe/logger.ts';
import type { Alarm } from '../../lib/observe/news.ts';
import { memoryStore } from '../../lib/stores/memory.ts';
import type { CallbackRecord } from '../../lib/stores/store.ts';
import { readProviderFixtures } from '../../lib/testing/provider-fixtures.ts';
import { signCallback } from '../../lib/testing/sign-callback.ts';
import { send, serve } from '../helpers/serve.ts';

interface Names {
  source: string;
  /** What could not be found, and what the list leaves out. */
  note?: string;
  /** ISO date. */
  retrieved: string;
  /** CAIP-2 by name; null for one that nobody knows. */
  names: Record<string, string | null>;
}

const folder = join(import.meta.dirname, 'names');
const namesOf = (provider: string): Names =>
  JSON.parse(readFileSync(join(folder, `${provider}.json`), 'utf8')) as Names;

interface Body {
  file: string;
  /** The text for which a name is written. */
  stands: string;
  write?: (name: string) => string;
  /** For a body that names an asset by an id of the account beside its network: the id is the name too. */
  namesAsset?: true;
}

const bodies: Readonly<Record<string, Body>> = {
  alchemy: { file: 'a-native-transfer.json', stands: '"ETH_SEPOLIA"', write: (name) => `"${name}"` },
  tatum: { file: 'native.json', stands: '"chain":"ethereum-mainnet"' },
  quicknode: { file: 'a-native-and-an-erc-20-transfer.json', stands: '"network":"ethereum-mainnet"' },
  fireblocks: { file: 'a-token-deposit-that-is-completed.json', stands: '"assetId":"TRX_USDT"' },
  bitgo: { file: 'a-confirmed-deposit-as-it-was-really-sen.json', stands: '"coin":"hteth"' },
  moralis: { file: 'a-confirmed-native-transfer.json', stands: '"chainId":"0x1"' },
  'coinbase-cdp': { file: 'a-transfer-by-wallet-activity.json', stands: '"network":"base-mainnet"' },
  cobo: { file: 'a-coin-with-all-its-decimals.json', stands: '"token_id":"ETH"' },
  circle: {
    file: 'a-complete-deposit.json',
    stands: '"blockchain":"MATIC-AMOY","tokenId":"36b6931a-873a-56a8-8a27-b706b17104ee"',
    write: (name) => `"blockchain":"${name}","tokenId":"${name}"`,
    namesAsset: true,
  },
  safeheron: { file: 'a-completed-deposit.json', stands: '"coinKey":"USDT_ERC20"' },
  udun: {
    file: 'a-token-deposit.txt',
    stands:
      '%22coinType%22%3A%22TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t%22%2C%22decimals%22%3A%226%22%2C%22fee%22%3A%220%22%2C%22mainCoinType%22%3A%22195%22',
    write(name) {
      const [main, coin] = name.split('/');
      return `%22coinType%22%3A%22${coin}%22%2C%22mainCoinType%22%3A%22${main}%22`;
    },
  },
  'cobo-waas1': { file: 'a-deposit-as-cobo-publishes-it.json', stands: '"coin":"TRON"' },
  dfns: { file: 'a-coin-with-all-its-digits.json', stands: '"network":"Ethereum"' },
  crossmint: { file: 'a-token-deposit.json', stands: '"type":"fungible","chain":"base"' },
  shkeeper: { file: 'a-payment.json', stands: '"trigger":true,"crypto":"ETH-USDT"' },
  coinspaid: { file: 'a-confirmed-deposit.json', stands: '"transactions":[{"id":1,"currency":"BTC"' },
  oxapay: {
    file: 'a-paid-invoice-as-oxapay-publishes-it.json',
    stands: '"currency":"POL","network":"Polygon Network"',
    write(name) {
      const [coin, network] = name.split('@');
      return `"currency":"${coin}","network":"${network}"`;
    },
  },
  btcpay: { file: 'a-payment-that-is-settled.json', stands: '"paymentMethodId": "BTC-CHAIN"' },
  nowpayments: { file: 'a-finished-payment.json', stands: '"pay_currency":"usdttrc20"' },
  cryptapi: { file: 'a-payment-as-json.json', stands: '"coin":"btc"' },
  plisio: { file: 'a-completed-invoice.json', stands: '"psys_cid":"USDT"' },
  cryptomus: {
    file: 'a-paid-invoice-as-cryptomus-publishes-it.json',
    stands: '"network":"tron","currency":"TRX","payer_currency":"TRX"',
    write(name) {
      const [coin, network] = name.split('@');
      return `"network":"${network}","currency":"${coin}","payer_currency":"${coin}"`;
    },
  },
};

test('every list of names has a provider whose bodies carry them, its source and its day', () => {
  const listed = readdirSync(folder)
    .filter((file) => file.endsWith('.json') && file !== 'without-list.json')
    .map((file) => file.slice(0, -5));
  assert.deepEqual(listed.toSorted(), Object.keys(bodies).toSorted());
  for (const provider of listed) {
    const { source, retrieved, names } = namesOf(provider);
    assert.ok(source.length > 20 && /^\d{4}-\d\d-\d\d$/.test(retrieved) && Object.keys(names).length > 3, provider);
  }
});

test('every provider has a list of the names that it publishes, or the reason why there is none', () => {
  const reasons = JSON.parse(readFileSync(join(folder, 'without-list.json'), 'utf8')) as Record<string, string>;
  const providers = readdirSync(join(import.meta.dirname, '../../lib/providers'))
    .filter((file) => file.endsWith('.ts') && file !== 'standard-webhooks.ts')
    .map((file) => file.slice(0, -3));
  assert.deepEqual([...Object.keys(bodies), ...Object.keys(reasons)].toSorted(), providers.toSorted());
  for (const [provider, reason] of Object.entries(reasons)) assert.match(reason, /^[A-Z].{15,}\.$/, provider);
});

/** Each name as an asset: the own coin of its network. */
const coinsByName = (names: Names['names']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(names).flatMap(([name, network]) => (network === null ? [] : [[name, nativeAsset(network)]])),
  );

const unknownCodes: ReadonlySet<string | undefined> = new Set(['NETWORK_NOT_KNOWN', 'ASSET_NAME_NOT_KNOWN']);

for (const [name, { file, stands, write, namesAsset }] of Object.entries(bodies)) {
  const inPlace = (written: string): string => stands.replace(/"[^"]*"$/, `"${written}"`);
  test(`each name that ${name} publishes is read as its network, or quarantined with an alarm: none is ignored`, async (t) => {
    const fixtures = readProviderFixtures(join(import.meta.dirname, '../fixtures/providers', name));
    const { first } = fixtures.keys;
    const { assets: _, ...options } = fixtures.options ?? {};
    const now = fixtures.now ?? 1_767_225_600_000;
    const assets = namesAsset ? { assets: coinsByName(namesOf(name).names) } : {};
    const provider = await makeProvider(name, { ...options, ...assets, trustMined: true, secrets: [first.key] });
    const callbacks = depositCallbacks({
      providers: [provider],
      policy: { assets: 'any', isOurs: () => true },
      store: memoryStore({ now: () => now }),
      logger: silentLogger,
      now: () => now,
    });
    for (const kind of ['deposit', 'deposit.reverted'] as const) callbacks.on(kind, () => {});
    const records: CallbackRecord[] = [];
    const alarms: Alarm[] = [];
    callbacks.on('outcome', (record) => records.push(record));
    callbacks.on('alarm', (alarm) => alarms.push(alarm));
    const port = await serve(t, callbacks);
    t.after(() => callbacks.close(0));
    const template = readFileSync(join(import.meta.dirname, '../fixtures/providers', name, file), 'utf8');
    assert.ok(template.includes(stands), `${file} has no ${stands}`);

    const wrong: string[] = [];
    const unknown = new Set<string | undefined>();
    for (const [written, network] of Object.entries(namesOf(name).names)) {
      const body = Buffer.from(template.replace(stands, (write ?? inPlace)(written)));
      const url = provider.path;
      const signed = signCallback(provider, { secret: first.signing ?? first.key, body, now, id: written, url });
      const answered = await send(port, { path: url, headers: signed.headers, body: signed.body });
      const record = records.at(-1);
      const kept = record?.transfers ?? [];
      const isUnknown = kept.length > 0 && kept.every(({ code }) => unknownCodes.has(code));
      if (isUnknown) unknown.add(kept[0]?.name);
      const keys = kept.flatMap(({ transactionKey }) => transactionKey ?? []);
      // A body of one network's form cannot be read as another's: it is kept whole, with its own alarm.
      const isKeptWhole =
        kept.length === 0 && record?.outcome === 'quarantined' && alarms.at(-1)?.code === 'BODY_UNREADABLE';
      const isEvm = network === null || network.startsWith('eip155:');
      const isRead =
        kept.length > 0 &&
        kept.every(({ outcome }) => outcome !== 'ignored' && outcome !== 'failed') &&
        isUnknown === (network === null) &&
        keys.every((key) => key.startsWith(`${network}|`) || key.startsWith('payment|'));
      const isRight = answered.status < 300 && (isRead || (isKeptWhole && !isEvm));
      if (!isRight) wrong.push(`${written} (${network}): ${answered.status} ${JSON.stringify(kept)}`);
    }
    assert.deepEqual(wrong, []);
    assert.deepEqual(
      alarms.filter(({ code }) => unknownCodes.has(code)).map((alarm) => alarm.name),
      [...unknown],
      'one alarm a name',
    );
  });
}
