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
  body: Body;
  /** CAIP-2 by name; null for one that nobody knows. */
  names: Record<string, string | null>;
}

/** The body of the provider's fixtures that each name is sent in. */
interface Body {
  file: string;
  /** The text for which a name is written. */
  stands: string;
  /**
   * What is written: `{name}` is the name, `{1}` and `{2}` its parts before and after `/` or `@`. Default: `stands`, with the
   * name in its last quotes.
   */
  written?: string;
  /** For a body that names an asset by an id of the account beside its network: the id is the name too. */
  namesAsset?: true;
}

const folder = join(import.meta.dirname, 'names');
const namesOf = (provider: string): Names =>
  JSON.parse(readFileSync(join(folder, `${provider}.json`), 'utf8')) as Names;
const listed = readdirSync(folder)
  .filter((file) => file.endsWith('.json') && file !== 'without-list.json')
  .map((file) => file.slice(0, -5));

function written({ stands, written: template }: Body, name: string): string {
  const [first = '', second = ''] = name.split(/[/@]/);
  const form = template ?? stands.replace(/"[^"]*"$/, '"{name}"');
  return form.replaceAll('{name}', name).replaceAll('{1}', first).replaceAll('{2}', second);
}

test('every list of names has its source and its day', () => {
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
  assert.deepEqual([...listed, ...Object.keys(reasons)].toSorted(), providers.toSorted());
  for (const [provider, reason] of Object.entries(reasons)) assert.match(reason, /^[A-Z].{15,}\.$/, provider);
});

/** Each name as an asset: the own coin of its network. */
const coinsByName = (names: Names['names']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(names).flatMap(([name, network]) => (network === null ? [] : [[name, nativeAsset(network)]])),
  );

const unknownCodes: ReadonlySet<string | undefined> = new Set(['NETWORK_NOT_KNOWN', 'ASSET_NAME_NOT_KNOWN']);

for (const name of listed) {
  test(`each name that ${name} publishes is read as its network, or quarantined with an alarm: none is ignored`, async (t) => {
    const fixtures = readProviderFixtures(join(import.meta.dirname, '../fixtures/providers', name));
    const { first } = fixtures.keys;
    const { body: where, names } = namesOf(name);
    const { file, stands, namesAsset } = where;
    const { assets: _, ...options } = fixtures.options ?? {};
    const now = fixtures.now ?? 1_767_225_600_000;
    const assets = namesAsset ? { assets: coinsByName(names) } : {};
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
    for (const [one, network] of Object.entries(names)) {
      const body = Buffer.from(template.replace(stands, () => written(where, one)));
      const url = provider.path;
      const signed = signCallback(provider, { secret: first.signing ?? first.key, body, now, id: one, url });
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
      if (!isRight) wrong.push(`${one} (${network}): ${answered.status} ${JSON.stringify(kept)}`);
    }
    assert.deepEqual(wrong, []);
    assert.deepEqual(
      alarms.filter(({ code }) => unknownCodes.has(code)).map((alarm) => alarm.name),
      [...unknown],
      'one alarm a name',
    );
  });
}
