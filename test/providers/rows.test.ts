import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeProvider } from '../../lib/cli/provider-table.ts';
import { networks } from '../../lib/networks/registry.ts';
import type { Policy } from '../../lib/policy/policy.ts';
import {
  bodiesOf,
  everyProvider,
  fixturesOf,
  type PublishedBody,
  publishedBodies,
  publishedBytes,
} from '../helpers/published.ts';
import { anotherLike, fieldsOf, type Plain, rowsAt, withRows, withValue } from '../helpers/spoiled-rows.ts';
import { story } from '../helpers/stories.ts';

interface RowsOfBody {
  provider: string;
  file: string;
  body: Plain;
  /** Where its rows are. */
  rows: string;
  options: Readonly<Record<string, unknown>>;
  assets: Policy['assets'];
}

// No body of these is published, so those of the fixtures stand in.
const unpublished = [
  {
    provider: 'coinbase-commerce',
    file: 'two-payments-of-one-charge.json',
    name: 'Two payments of one charge',
    rows: 'event.data.payments',
  },
  {
    provider: 'quicknode',
    file: 'a-native-and-an-erc-20-transfer.json',
    name: 'A native and an ERC-20 transfer',
    rows: 'transfers',
  },
  {
    provider: 'tenderly',
    file: 'two-equal-erc-20-transfers.json',
    name: 'Two equal ERC-20 transfers',
    rows: 'transaction.logs',
  },
] as const;

const bodies: readonly RowsOfBody[] = [
  ...everyProvider.flatMap((provider) =>
    bodiesOf(provider).flatMap((one) =>
      one.rows === undefined
        ? []
        : [
            {
              ...one,
              provider,
              rows: one.rows,
              body: parse(publishedBytes(provider, one)),
              options: { ...publishedBodies(provider)?.options, ...one.options },
              assets: assetsOf(one),
            },
          ],
    ),
  ),
  ...unpublished.map(({ provider, file, name, rows }) => {
    const found = fixturesOf(provider).cases.find((one) => one.name === name);
    assert.ok(found, `${provider} has no fixture "${name}"`);
    const { assets } = fixturesOf(provider);
    return { provider, file, rows, body: parse(found.body), options: {}, assets };
  }),
];

/** Rows of a body that are spoiled in turn, and fields of each; `EVERY_FIELD=1` takes all. */
const isWhole = process.env.EVERY_FIELD === '1';
const most = isWhole ? Number.POSITIVE_INFINITY : 2;
const mostFields = isWhole ? Number.POSITIVE_INFINITY : 12;
const garbage: readonly Plain[] = [{}, '', 'garbage'];

const providersFolder = fileURLToPath(new URL('../../lib/providers', import.meta.url));
const seenCredited = new Set<string>();
const verdicts = ['err', 'receiptStatus', 'success', 'removed', 'log.address'];

for (const { provider, file, body, rows, options, assets } of bodies) {
  const all = rowsAt(body, rows);
  const kept = all.length > 1 ? all.slice(0, most) : [...all, ...all.map(anotherLike)];

  test(`${provider}: a row of ${file} that is unreadable in any of its fields costs no other row`, async (t) => {
    const creditedOf = (given: readonly Plain[]) => told(t, provider, options, assets, withRows(body, rows, given));
    const full = await creditedOf(kept);
    if (full.credited.length > 0) seenCredited.add(provider);
    for (const [index, row] of kept.entries()) {
      const others = await creditedOf(kept.filter((_, at) => at !== index));
      for (const path of sampleOf([[], ...fieldsOf(row)])) {
        for (const value of garbage) {
          const got = await creditedOf(kept.map((each, at) => (at === index ? withValue(each, path, value) : each)));
          const what = `${path.join('.')} of row ${index} as ${JSON.stringify(value)}`;
          assert.deepEqual(without(others.credited, got.credited), [], `${what} costs another row`);
          const more = without(got.credited, full.credited);
          // What tells an NFT from a token is such a field too; nobody lists one.
          assert.deepEqual(
            more.filter((one) => !/^1 of .*token:/.test(one)),
            [],
            `${what} makes a deposit`,
          );
          const isLost = without(full.credited, got.credited).length > 0;
          // Absent it may well be; and another value of some says that it failed, was taken back, or is another contract's word.
          const mayBe = value === '' || verdicts.some((end) => path.join('.').endsWith(end));
          assert.ok(!isLost || mayBe || got.outcome === 'quarantined', `${what} is lost in silence: ${got.outcome}`);
        }
      }
    }
  });
}

// Their rows are looked at in tests of their own.
const elsewhere: Readonly<Record<string, string>> = {
  bitgo: 'bitgo.test.ts: its entries are shares of one total',
  custom: "the reader is the user's own",
  safeheron: 'safeheron.test.ts: its bodies are sealed',
};

test('Every provider that reads rows is among them', () => {
  const named = new Set(bodies.map(({ provider }) => provider));
  const missing = everyProvider.filter(
    (name) => readsRows(name) && !named.has(name) && !Object.hasOwn(elsewhere, name),
  );
  assert.deepEqual(missing, []);
});

/** Whether a provider's file, or a part of it in the kit, reads rows. */
function readsRows(name: string): boolean {
  const source = (file: string): string => readFileSync(join(providersFolder, file), 'utf8');
  const own = source(`${name}.ts`);
  const parts = [...own.matchAll(/'\.\/(kit\/[\w-]+\.ts)'/g)].map(([, file = '']) => file);
  return [own, ...parts.filter((file) => file !== 'kit/rows.ts').map(source)].some((text) =>
    text.includes("/rows.ts'"),
  );
}

test('Of each of them something was credited above, but of the sweeps of Fireblocks', () => {
  const named = new Set(bodies.map(({ provider }) => provider));
  assert.deepEqual(
    [...named].filter((name) => !seenCredited.has(name)),
    ['fireblocks'],
  );
});

const everything: Omit<Policy, 'assets'> = {
  isOurs: () => true,
  confirmations: Object.fromEntries(networks.map(({ id }) => [id, 1])),
};

/** All; where amounts are in whole coins, those of the body with decimals, since something must pin them. */
function assetsOf({ expect }: PublishedBody): Policy['assets'] {
  const inCoins = (expect.transfers ?? []).filter(({ amount }) => typeof amount === 'object').map(({ asset }) => asset);
  if (inCoins.length === 0) return 'any';
  return [...new Set(inCoins)].map((asset) => ({
    asset,
    decimals: networks.find(({ native }) => native.asset === asset)?.native.decimals ?? 18,
  }));
}

interface Told {
  /** Each deposit as one text. */
  credited: readonly string[];
  /** What became of the callback. */
  outcome: string | undefined;
}

/** What the whole receiver makes of a body. */
async function told(
  t: TestContext,
  name: string,
  options: Readonly<Record<string, unknown>>,
  assets: Policy['assets'],
  body: Plain,
): Promise<Told> {
  const { keys, options: own } = fixturesOf(name);
  const { key, signing = key } = keys.first;
  const provider = await makeProvider(name, { ...own, ...options, secrets: [key], trustMined: true });
  const { tell, heard, callbacks } = await story(t, {
    providers: [provider],
    policy: { ...everything, assets },
    signing,
  });
  let outcome: string | undefined;
  callbacks.on('outcome', (record) => {
    outcome = record.outcome;
  });
  await tell(provider, JSON.parse(JSON.stringify(body)));
  await callbacks.close(0);
  // What is keyed by payment is one deposit whatever transaction it names, or none.
  const credited = heard.map(({ asset, to, amount, transaction }) =>
    [amount, 'of', asset, 'to', to, ...(provider.keyedBy === 'payment' ? [] : ['in', transaction.id])].join(' '),
  );
  return { credited: credited.sort(), outcome };
}

/** All of a short list, an even sample of a long one. */
function sampleOf<T>(list: readonly T[]): readonly T[] {
  const step = Math.max(1, Math.ceil(list.length / mostFields));
  return list.filter((_, index) => index % step === 0);
}

/** Those of the first list that the second does not have, each as often as it is missing. */
function without(list: readonly string[], other: readonly string[]): readonly string[] {
  const left = [...other];
  return list.filter((one) => {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function parse(bytes: Buffer): Plain {
  return JSON.parse(bytes.toString('utf8')) as Plain;
}
