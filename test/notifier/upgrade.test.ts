import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { openNotifierDatabase } from '../../lib/notifier/store/database.ts';
import { migrations } from '../../lib/notifier/store/schema.ts';
import { loadWatchList } from '../../lib/notifier/store/watch-list.ts';

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
  const [row] = await database.read(() => database.sql('SELECT spendable_from AS spendable FROM transfers').all());
  assert.deepEqual({ ...(row as object) }, { spendable: 1 });
});
