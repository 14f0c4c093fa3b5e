import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { createNotifier } from '../../lib/notifier/index.ts';
import { createEndpoints } from '../../lib/notifier/store/endpoints.ts';
import { openNotifierDatabase } from '../../lib/notifier/store/open-database.ts';
import { createOutbox } from '../../lib/notifier/store/outbox.ts';
import { hashOf } from '../../lib/notifier/store/rotation.ts';
import { migrations } from '../../lib/notifier/store/schema.ts';
import { createSecretBox } from '../../lib/notifier/store/secret-box.ts';
import { loadWatchList } from '../../lib/notifier/store/watch-list.ts';
import { startReceiver } from './receiver.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';

test('a database from before memos keeps its watches and its transfers', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'notifier-upgrade-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'notifier.db');
  const old = new Database(path);
  for (const migration of migrations.slice(0, 2)) old.exec(migration);
  old.pragma('user_version = 2');
  old.exec(`INSERT INTO api_keys VALUES ('key_1', 'shop', 'hash', 0, NULL);
    INSERT INTO watches VALUES ('eip155:1', '${alice}', 'key_1', 7);
    INSERT INTO transfers (network, block_number, key_id, confirmed, data) VALUES ('eip155:1', 5, 'key_1', 0, '{}');`);
  old.close();

  const database = await openNotifierDatabase(path);
  t.after(() => database.close());
  const watches = await loadWatchList(database, Date.now);
  assert.deepEqual(await watches.list('key_1', { limit: 9 }), [{ network: 'eip155:1', address: alice, createdAt: 7 }]);
  assert.deepEqual([...watches.watchers('eip155:1', { address: alice })], ['key_1']);
  const [row] = await database.read((sql) => sql('SELECT spendable_from AS spendable FROM transfers').all());
  assert.deepEqual({ ...(row as object) }, { spendable: 1 });
});

test('a database with one URL a key keeps it as the default one, with its secrets and all that is owed', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'notifier-upgrade-'));
  t.after(() => rm(folder, { recursive: true }));
  const receiver = await startReceiver();
  t.after(() => receiver.close());
  const path = join(folder, 'notifier.db');
  const old = new Database(path);
  for (const migration of migrations.slice(0, 7)) old.exec(migration);
  old.pragma('user_version = 7');
  const data = { network: 'eip155:1', asset: 'eip155:1/slip44:60', to: alice, transaction: { hash: '0x01' } };
  const body = JSON.stringify({ type: 'deposit.pending', timestamp: new Date(0).toISOString(), data });
  old.exec(`INSERT INTO api_keys VALUES ('key_1', 'shop', '${hashOf('dck_1')}', 0, NULL), ('key_2', 'bar', 'hash', 0, 9);
    INSERT INTO endpoints VALUES ('key_1', '${receiver.url}', 'whsec_${btoa('n'.repeat(32))}', 0, 5, 'gone', 3);
    INSERT INTO old_secrets VALUES ('key_1', 'whsec_${btoa('b'.repeat(32))}', 1000), ('key_2', 'whsec_x', 1000);
    INSERT INTO withheld VALUES ('key_1', 'eip155:1', 77);
    INSERT INTO outbox (id, key_id, type, body, state, created_at, due_at, retry_until, attempts)
      VALUES ('msg_1', 'key_1', 'deposit.pending', '${body}', 'owed', 0, 0, 9, 1), ('msg_2', 'key_1', 'test', '{}', 'sent', 0, 0, 9, 1);`);
  old.close();

  const database = await openNotifierDatabase(path);
  const [only, ...more] = await createEndpoints(database, createSecretBox([]), () => 0, 9).list('key_1');
  assert.deepEqual(more, []);
  assert.deepEqual(only, {
    ...{ id: 'url_1', keyId: 'key_1', url: receiver.url, isDefault: true, filters: {}, apiKey: undefined },
    ...{ enabled: false, pausedAt: undefined, disabledAt: 5, disabledReason: 'gone', acceptedAt: 3 },
    secrets: [`whsec_${btoa('n'.repeat(32))}`, `whsec_${btoa('b'.repeat(32))}`],
  });
  assert.deepEqual(await createOutbox(database, () => 0, 9).counts('url_1'), { owed: 1, dead: 0 });
  const row = await database.read((sql) =>
    sql("SELECT network, asset, address, transaction_hash AS hash FROM outbox WHERE id = 'msg_1'").get(),
  );
  assert.deepEqual(
    { ...(row as object) },
    {
      ...{ network: 'eip155:1', asset: 'eip155:1/slip44:60', address: alice, hash: '0x01' },
    },
  );
  assert.deepEqual(
    { ...((await database.read((sql) => sql('SELECT * FROM withheld').get())) as object) },
    { endpoint_id: 'url_1', network: 'eip155:1', from_block: 77 },
  );
  await createEndpoints(database, createSecretBox([]), () => 0, 9).enable('url_1');
  await database.close();

  const client = { request: () => Promise.reject(new Error('not asked')) };
  const networks = [{ network: 'eip155:1', client }];
  const notifier = createNotifier({ path, networks, allowPlainSecrets: true, allowPrivate: true, now: () => 1 });
  t.after(() => notifier.close());
  await notifier.deliver();
  assert.deepEqual(
    receiver.received.map((one) => one.headers['webhook-id']),
    ['msg_1'],
  );
});
