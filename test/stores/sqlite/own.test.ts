import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { createConnection } from '../../../lib/stores/sqlite/connection.ts';
import { openDatabase } from '../../../lib/stores/sqlite/driver.ts';
import { makeDurable } from '../../../lib/stores/sqlite/durability.ts';
import {
  type SqliteDatabase,
  type SqliteStatement,
  type SqliteStore,
  sqliteStore,
} from '../../../lib/stores/sqlite.ts';
import {
  claimAll,
  claimOne,
  depositChange,
  recordDeposits,
  sampleCallback,
} from '../../../lib/testing/store-cases/samples.ts';
import { type SqliteFile, sqliteDrivers, sqliteFile } from './files.ts';

type Body = (file: SqliteFile) => Promise<void>;

for (const driver of sqliteDrivers) {
  const withFile = (name: string, body: Body): unknown =>
    test(`${driver}: ${name}`, async () => {
      const file = sqliteFile(driver);
      try {
        await body(file);
      } finally {
        await file.remove();
      }
    });

  withFile('its files are readable by their owner only', async (file) => {
    const store = await openWithLedger(file);
    await recordDeposits(store, 'a');
    for (const name of ['', '-wal', '-shm']) {
      assert.equal(statSync(`${file.file}${name}`).mode & 0o777, 0o600, name);
    }
  });

  withFile('user tables and the event change together or not at all', async (file) => {
    const store = await openWithLedger(file);
    await recordDeposits(store, 'a');
    const claim = await claimOne(store);
    const failure = new Error('no such user');
    const fail = () => {
      throw failure;
    };
    await assert.rejects(store.settle(claim, [credit('a'), fail]), failure);
    assert.deepEqual(ledger(store), []);
    assert.equal(await store.settle(claim, [credit('a'), credit('fee')]), true);
    assert.deepEqual(ledger(store), ['a', 'fee']);
    assert.equal(await store.settle(claim, [credit('a')]), false);
    assert.deepEqual(ledger(store), ['a', 'fee']);
  });

  withFile('of settles in one turn each is kept or undone on its own', async (file) => {
    const store = await openWithLedger(file);
    await recordDeposits(store, 'a', 'b', 'c');
    const [a, b, c] = await claimAll(store);
    assert.ok(a && b && c);
    const results = await Promise.allSettled([
      store.settle(a, [credit('a')]),
      store.settle(b, [credit('b'), () => assert.fail('broken')]),
      store.settle({ ...c, token: '1:99' }, [credit('c')]),
      store.settle(c, [credit('c')]),
    ]);
    assert.deepEqual(
      results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason.message)),
      [true, 'broken', false, true],
    );
    assert.deepEqual(ledger(store), ['a', 'c']);
    assert.equal((await store.counts()).owed, 1);
  });

  withFile('a function that returns a promise is rolled back, and its rest is refused', async (file) => {
    const store = await openWithLedger(file);
    await recordDeposits(store, 'a');
    const claim = await claimOne(store);
    const late: unknown[] = [];
    const asynchronous = async (db: SqliteDatabase): Promise<void> => {
      const insert = db.prepare('INSERT INTO ledger VALUES (?)');
      insert.run('early');
      await Promise.resolve();
      for (const use of [() => insert.run('late'), () => db.exec('DELETE FROM ledger'), () => db.prepare('SELECT 1')]) {
        try {
          use();
        } catch (error) {
          late.push((error as { code?: unknown }).code);
        }
      }
    };
    await assert.rejects(store.settle(claim, [asynchronous]), { code: 'ATOMICALLY_ASYNC' });
    assert.deepEqual(ledger(store), []);
    assert.deepEqual(late, ['ATOMICALLY_ASYNC', 'ATOMICALLY_ASYNC', 'ATOMICALLY_ASYNC']);
    assert.equal((await store.events({ limit: 1 }))[0]?.state, 'leased');
  });

  withFile(
    'a statement that was prepared in atomically and kept works in the next one, and is refused outside',
    async (file) => {
      const store = await openWithLedger(file);
      await recordDeposits(store, 'a', 'b');
      let insert: SqliteStatement | undefined;
      for (const claim of await claimAll(store)) {
        const credit = (db: SqliteDatabase): void => {
          insert ??= db.prepare('INSERT INTO ledger VALUES (?)');
          insert.run(claim.event.deposit.id);
        };
        assert.equal(await store.settle(claim, [credit]), true);
      }
      assert.deepEqual(ledger(store), ['deposit-a', 'deposit-b']);
      assert.throws(() => insert?.run('late'), { code: 'ATOMICALLY_ASYNC', message: /store\.database/ });
    },
  );

  withFile('nothing is to be had before ready and after close', async (file) => {
    const store = sqliteStore({ path: file.file, driver });
    assert.throws(() => store.database, { code: 'STORE_NOT_READY' });
    await assert.rejects(store.load(['a']), { code: 'STORE_NOT_READY' });
    await assert.rejects(store.commit({ callbacks: [], changes: [] }), { code: 'STORE_NOT_READY' });
    await Promise.all([store.ready(), store.ready()]);
    await recordDeposits(store, 'a');
    await store.close();
    await store.close();
    await assert.rejects(store.load(['a']), { code: 'STORE_NOT_READY' });
    await assert.rejects(store.deposits({ limit: 1 }), { code: 'STORE_NOT_READY' });
    await store.ready();
    assert.equal((await store.load(['a']))[0]?.version, 1);
    await store.close();
  });

  withFile('each commit is synced, also after lines of the log that are not', async (file) => {
    const store = await file.open();
    const synchronous = () => store.database.prepare('PRAGMA synchronous').get() as { synchronous: number };
    assert.equal(synchronous().synchronous, 2);
    await store.log([sampleCallback('a')]);
    assert.equal(synchronous().synchronous, 2);
    store.database.exec('DROP TABLE deposit_callback_callbacks');
    await assert.rejects(store.log([sampleCallback('b')]));
    assert.equal(synchronous().synchronous, 2);
    assert.deepEqual({ ...(store.database.prepare('PRAGMA journal_mode').get() as object) }, { journal_mode: 'wal' });
  });

  test(`${driver}: a database that cannot have a write-ahead log is refused`, async () => {
    // SQLite keeps a temporary database for an empty path.
    const database = await openDatabase('', driver);
    assert.throws(() => makeDurable(database, true), { code: 'STORE_NOT_DURABLE', message: /journal_mode is delete/ });
    database.close();
  });

  test(`${driver}: a database in memory says that it is not durable`, async () => {
    const store = sqliteStore({ path: ':memory:', driver });
    assert.equal(store.durable, false);
    await store.ready();
    await recordDeposits(store, 'a');
    assert.equal((await claimAll(store)).length, 1);
    await store.close();
  });

  withFile('a write waits for the write of another process, and goes through once that is done', async (file) => {
    const store = await file.open({ busyMs: 5 });
    const other = await openDatabase(file.file, driver);
    other.exec('BEGIN IMMEDIATE');
    const commits = ['a', 'b', 'c'].map((key) => store.commit({ callbacks: [], changes: [depositChange(key)] }));
    assert.equal((await store.load(['a']))[0]?.version, 0, 'reading goes on');
    other.exec('ROLLBACK');
    assert.deepEqual(await Promise.all(commits), [{ lost: [] }, { lost: [] }, { lost: [] }]);
    other.close();
  });

  withFile('writes that wait together hold the event loop once, and end with STORE_BUSY', async (file) => {
    await file.open();
    const database = await openDatabase(file.file, driver);
    database.exec('PRAGMA busy_timeout = 40');
    const other = await openDatabase(file.file, driver);
    other.exec('BEGIN IMMEDIATE');
    const connection = createConnection(database, 40, 150);
    const started = performance.now();
    const writes = Array.from({ length: 20 }, () => connection.write(() => assert.fail('it is busy')));
    const held = performance.now() - started;
    for (const write of await Promise.allSettled(writes)) {
      assert.equal(write.status === 'rejected' && write.reason.code, 'STORE_BUSY');
    }
    assert.ok(held < 400, `held for ${held} ms, not 20 times 40`);
    other.exec('ROLLBACK');
    assert.equal(await connection.write(() => 'done'), 'done');
    other.close();
    database.close();
  });

  withFile('a store that starts while another process holds the new file waits for it', async (file) => {
    const other = await openDatabase(file.file, driver);
    other.exec('CREATE TABLE theirs (id)');
    other.exec('BEGIN EXCLUSIVE');
    const opening = file.open({ busyMs: 5 });
    await new Promise(setImmediate);
    other.exec('COMMIT');
    const store = await opening;
    await recordDeposits(store, 'a');
    other.close();
  });

  withFile('a full disk is STORE_FULL with nothing kept, and no end of it', async (file) => {
    const store = await file.open();
    await recordDeposits(store, 'a');
    const { page_count: pages } = store.database.prepare('PRAGMA page_count').get() as { page_count: number };
    store.database.exec(`PRAGMA max_page_count = ${pages}`);
    const body = Buffer.alloc(100_000);
    const batch = { callbacks: [sampleCallback('b', { body })], changes: [depositChange('b')] };
    await assert.rejects(store.commit(batch), { code: 'STORE_FULL' });
    assert.equal((await store.load(['b']))[0]?.version, 0);
    store.database.exec('PRAGMA max_page_count = 1000000');
    assert.deepEqual(await store.commit(batch), { lost: [] });
    assert.deepEqual((await store.callback('b'))?.body, body);
  });
}

test('both drivers read what the other wrote', async () => {
  const file = sqliteFile('better-sqlite3');
  try {
    for (const [index, driver] of sqliteDrivers.entries()) {
      const store = await file.open({ driver });
      await recordDeposits(store, `key-${index}`);
      await file.close();
    }
    for (const driver of sqliteDrivers) {
      const store = await file.open({ driver });
      assert.equal((await store.counts()).owed, sqliteDrivers.length);
      assert.deepEqual(await store.callback('key-0'), sampleCallback('key-0'));
      await file.close();
    }
  } finally {
    await file.remove();
  }
});

test('options that cannot be understood are refused, and a path that is not there', async () => {
  assert.throws(() => sqliteStore({ path: '' }), { code: 'OPTION_INVALID', message: /path/ });
  for (const busyMs of [0, -1, 1.5, 1001, Number.NaN]) {
    assert.throws(() => sqliteStore({ path: 'x', busyMs }), { code: 'OPTION_INVALID', message: /busyMs/ });
  }
  const store = sqliteStore({ path: path.join('not', 'there', 'deposits.db') });
  await assert.rejects(store.ready());
  await assert.rejects(store.ready(), 'a second attempt is made');
  await store.close();
});

test('without a driver the error names the fix', async () => {
  if (process.getBuiltinModule('node:sqlite')) return;
  const store = sqliteStore({ path: ':memory:', driver: 'node:sqlite' });
  await assert.rejects(store.ready(), { code: 'STORE_DRIVER_MISSING', message: /npm install better-sqlite3/ });
});

async function openWithLedger(file: SqliteFile): Promise<SqliteStore> {
  const store = await file.open();
  store.database.exec('CREATE TABLE ledger (entry TEXT)');
  return store;
}

function credit(entry: string): (db: SqliteDatabase) => void {
  return (db) => void db.prepare('INSERT INTO ledger VALUES (?)').run(entry);
}

function ledger(store: SqliteStore): string[] {
  const rows = store.database.prepare('SELECT entry FROM ledger ORDER BY rowid').all() as { entry: string }[];
  return rows.map(({ entry }) => entry);
}
