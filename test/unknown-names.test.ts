import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Transfer } from '../lib/deposits/transfer.ts';
import type { NetworkDefinition } from '../lib/networks/define-network.ts';
import type { Alarm } from '../lib/observe/news.ts';
import { standardWebhooks } from '../lib/providers/standard-webhooks.ts';
import { sqliteStore } from '../lib/stores/sqlite.ts';
import { run } from './cli/cli.ts';
import { alice, ether, randomHash, secret } from './helpers/deposits.ts';
import { receiver } from './helpers/receiver.ts';

const ink = 'eip155:570730001';
const inkCoin = `${ink}/slip44:60`;
const gold = `eip155:1/erc20:0x${'60'.repeat(20)}`;

/** A wallet that sends rows as they are read. */
const wallet = standardWebhooks({
  name: 'wallet',
  secrets: [secret],
  reportsConfirmations: 'count',
  read: (rows) => ({ kind: 'transfers', transfers: JSON.parse(JSON.stringify(rows)) as Transfer[], removals: [] }),
});

function row(asset: Transfer['asset'], network: string, units: string): Transfer {
  const transaction = { id: randomHash(), position: 'native', block: { hash: randomHash(), number: '7' } };
  return { kind: 'confirmed', network, asset, amount: { units }, to: alice, confirmations: 900, transaction };
}

async function receiverOn(t: TestContext, path: string, networks: readonly NetworkDefinition[] = []) {
  const assets = [
    { asset: ether, decimals: 18 },
    { asset: inkCoin, decimals: 18 },
    { asset: gold, decimals: 6 },
    { asset: 'tvm:-239/slip44:607', decimals: 9 },
    { asset: 'polkadot:91b171bb158e2d3848fa23a9f1c25182/slip44:354', decimals: 10 },
  ];
  const made = await receiver(t, {
    providers: [wallet],
    networks,
    policy: { assets, isOurs: ({ address, network }) => address === alice || !network.startsWith('eip155:') },
    store: sqliteStore({ path }),
  });
  const alarms: Alarm[] = [];
  made.callbacks.on('alarm', (alarm) => alarms.push(alarm));
  return {
    ...made,
    alarms,
    post: (...rows: readonly Transfer[]) => made.sendBody(JSON.stringify(rows), { path: '/wallet' }),
  };
}

function file(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'deposit-callback-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'deposits.db');
}

test('a transfer on a network that nobody knows is kept, its neighbours are credited, and once it is defined it is credited once', async (t) => {
  const path = file(t);
  const before = await receiverOn(t, path);
  const sent = [
    row('native', 'QUILL_MAINNET', '5'),
    row('native', 'ethereum', '7'),
    row('native', 'QUILL_MAINNET', '9'),
  ];
  await before.post(...sent);
  assert.equal(before.lastOutcome(), 'quarantined NETWORK_NOT_KNOWN');
  const [record] = before.outcomes;
  assert.deepEqual(
    record?.transfers.map(({ outcome, code, name }) => [outcome, code, name]),
    [
      ['quarantined', 'NETWORK_NOT_KNOWN', 'QUILL_MAINNET'],
      ['recorded', undefined, undefined],
      ['quarantined', 'NETWORK_NOT_KNOWN', 'QUILL_MAINNET'],
    ],
  );
  assert.deepEqual(before.events, ['deposit 7']);
  assert.deepEqual(await before.callbacks.reprocess(), { read: 1, recorded: 0, passedOver: 0 });
  await before.callbacks.close();
  const shown = await run(['show', '--store', path, record?.id ?? '']);
  assert.match(shown.stdout, /NETWORK_NOT_KNOWN QUILL_MAINNET/);

  const after = await receiverOn(t, path, [{ id: ink, name: 'Quill', aliases: { wallet: 'QUILL_MAINNET' } }]);
  await after.callbacks.ready();
  assert.deepEqual(await after.callbacks.reprocess(), { read: 1, recorded: 1, passedOver: 0 });
  await after.callbacks.idle();
  assert.deepEqual(after.events.toSorted(), ['deposit 5', 'deposit 9']);
  assert.deepEqual(new Set(after.deposits.map(({ asset }) => asset)), new Set([inkCoin]));
  await after.callbacks.reprocess();
  await after.post(...sent);
  await after.callbacks.idle();
  assert.equal(after.events.length, 2, 'read again and sent again, it is credited once');
  assert.deepEqual(after.alarms, []);
});

test('an alarm comes once a name, not once a callback, and once a day with how often the name came', async (t) => {
  const { post, alarms, clock } = await receiverOn(t, ':memory:');
  for (let times = 0; times < 3; times += 1) {
    await post(row('native', 'QUILL_MAINNET', '5'), row({ name: 'GOLD' }, 'ethereum', '5'));
  }
  assert.deepEqual(
    alarms.map(({ code, provider }) => [code, provider]),
    [
      ['NETWORK_NOT_KNOWN', 'wallet'],
      ['ASSET_NAME_NOT_KNOWN', 'wallet'],
    ],
  );
  assert.match(alarms[0]?.message ?? '', /"QUILL_MAINNET".*networks.*reprocess/);
  assert.match(alarms[1]?.message ?? '', /"GOLD@ethereum".*assets.*reprocess/);
  clock.advance(86_400_000);
  await post(row('native', 'QUILL_MAINNET', '5'), row('native', 'ARCTIC', '5'));
  assert.equal(alarms.length, 4);
  assert.match(alarms[2]?.message ?? '', /"QUILL_MAINNET" \(4 times so far\)/);
  assert.match(alarms[3]?.message ?? '', /"ARCTIC"\./);
});

test('tokens of strangers, listed by nobody, raise no alarm and fill no quarantine', async (t) => {
  const { post, alarms, lastOutcome } = await receiverOn(t, ':memory:');
  await post(
    row({ contract: `0x${'ab'.repeat(20)}` }, 'ethereum', '5'),
    row({ contract: `0x${'cd'.repeat(20)}` }, 'tron', '5'),
  );
  assert.equal(lastOutcome(), 'ignored ASSET_NOT_LISTED');
  assert.deepEqual(alarms, []);
});

test('a hash that names no transaction is told once a network, with the cure', async (t) => {
  const { post, alarms, lastOutcome } = await receiverOn(t, ':memory:');
  const hash = '5c'.repeat(32);
  const ton: Transfer = { ...row('native', 'ton', '5'), to: `0:${'b2'.repeat(32)}`, transaction: { id: hash } };
  const dot: Transfer = {
    ...row('native', 'polkadot', '5'),
    to: '15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5',
    transaction: { id: `0x${hash}` },
  };
  await post(ton, dot);
  await post({ ...ton, amount: { units: '6' } });
  assert.equal(lastOutcome(), 'quarantined TRANSACTION_HASH_ONLY');
  assert.deepEqual(
    alarms.map(({ code, name }) => [code, name]),
    [
      ['TRANSACTION_HASH_ONLY', 'tvm:-239'],
      ['TRANSACTION_HASH_ONLY', 'polkadot:91b171bb158e2d3848fa23a9f1c25182'],
    ],
  );
  assert.match(
    alarms[0]?.message ?? '',
    /^wallet names transactions of "tvm:-239" by a hash.*docs\/networks\.md.*by hand/,
  );
});
