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
  ];
  const made = await receiver(t, {
    providers: [wallet],
    networks,
    policy: { assets, isOurs: ({ address }) => address === alice },
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
  const sent = [row('native', 'INK_MAINNET', '5'), row('native', 'ethereum', '7'), row('native', 'INK_MAINNET', '9')];
  await before.post(...sent);
  assert.equal(before.lastOutcome(), 'quarantined NETWORK_NOT_KNOWN');
  const [record] = before.outcomes;
  assert.deepEqual(
    record?.transfers.map(({ outcome, code, name }) => [outcome, code, name]),
    [
      ['quarantined', 'NETWORK_NOT_KNOWN', 'INK_MAINNET'],
      ['recorded', undefined, undefined],
      ['quarantined', 'NETWORK_NOT_KNOWN', 'INK_MAINNET'],
    ],
  );
  assert.deepEqual(before.events, ['deposit 7']);
  assert.deepEqual(await before.callbacks.reprocess(), { read: 1, recorded: 0, passedOver: 0 });
  await before.callbacks.close();

  const after = await receiverOn(t, path, [{ id: ink, name: 'Ink', aliases: { wallet: 'INK_MAINNET' } }]);
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
    await post(row('native', 'INK_MAINNET', '5'), row({ name: 'GOLD' }, 'ethereum', '5'));
  }
  assert.deepEqual(
    alarms.map(({ code, provider }) => [code, provider]),
    [
      ['NETWORK_NOT_KNOWN', 'wallet'],
      ['ASSET_NAME_NOT_KNOWN', 'wallet'],
    ],
  );
  assert.match(alarms[0]?.message ?? '', /"INK_MAINNET".*networks.*reprocess/);
  assert.match(alarms[1]?.message ?? '', /"GOLD@ethereum".*assets.*reprocess/);
  clock.advance(86_400_000);
  await post(row('native', 'INK_MAINNET', '5'), row('native', 'ARCTIC', '5'));
  assert.equal(alarms.length, 4);
  assert.match(alarms[2]?.message ?? '', /"INK_MAINNET" \(4 times so far\)/);
  assert.match(alarms[3]?.message ?? '', /"ARCTIC"\./);
});

test('tokens of strangers, listed by nobody, raise no alarm and fill no quarantine', async (t) => {
  const { post, alarms, lastOutcome } = await receiverOn(t, ':memory:');
  await post(row({ contract: `0x${'ab'.repeat(20)}` }, 'ethereum', '5'), row({ contract: 'x' }, 'ethereum', '5'));
  assert.equal(lastOutcome(), 'ignored ASSET_NOT_LISTED');
  assert.deepEqual(alarms, []);
});
