import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SqliteStore } from '../../../lib/stores/sqlite.ts';
import { owe } from '../../helpers/events.ts';
import { sqliteDrivers, sqliteFile } from './files.ts';

// What is done for each callback and each event must cost the same whatever is stored or owed: each statement finds its
// rows by a key, none scans a table, and rows of one transaction are found by their places.
for (const driver of sqliteDrivers) {
  test(`${driver}: no statement on the way of a callback or an event reads more than its own rows`, async (t) => {
    const file = sqliteFile(driver);
    t.after(() => file.remove());
    const store = await file.open();
    const { texts, prepare } = recordStatements(store);

    await owe(store, 'a', ['deposit', 'deposit.reverted']);
    await owe(store, 'b', ['deposit']);
    await store.load(['eip155:1|0xa']);
    const claims = await store.claim({ limit: 2, leaseMs: 1_000, except: [] });
    const [first, second] = claims;
    assert.ok(first && second);
    await store.extend(first, 1_000);
    assert.equal(await store.settle(first, []), true);
    assert.equal(await store.fail(second, { error: 'no', delayMs: 0, dead: true }), true);
    assert.equal(await store.redeliver(second.event.id), true);
    const [again] = await store.claim({ limit: 1, leaseMs: 1_000, except: [] });
    assert.ok(again);
    assert.equal(await store.release(again), true);

    const planned = [...new Set(texts)].filter((text) => /^\s*(SELECT|UPDATE|INSERT|DELETE)/.test(text));
    assert.ok(planned.length > 10);
    for (const text of planned) {
      const values = text
        .split('?')
        .slice(1)
        .map(() => null);
      const plan = prepare(`EXPLAIN QUERY PLAN ${text}`).all(...values) as { detail: string }[];
      for (const { detail } of plan) {
        assert.doesNotMatch(detail, /^SCAN(?! CONSTANT)/, `${detail}\n${text}`);
        if (/place BETWEEN/.test(text)) assert.match(detail, /INTEGER PRIMARY KEY|SUBQUERY/, `${detail}\n${text}`);
      }
    }
  });
}

test('what is not finished is found along an index of its own, not among all that ever came', async (t) => {
  const file = sqliteFile('better-sqlite3');
  t.after(() => file.remove());
  const store = await file.open();
  const { texts, prepare } = recordStatements(store);
  assert.deepEqual(await store.callbacks({ finished: false, limit: 10 }), []);
  const [query = ''] = texts.filter((text) => text.includes('FROM deposit_callback_callbacks'));
  const plan = prepare(`EXPLAIN QUERY PLAN ${query}`).all(0, 0, 0, 10) as { detail: string }[];
  assert.match(plan.map(({ detail }) => detail).join(), /USING INDEX deposit_callback_callbacks_unfinished/);
});

test('what could not be read is counted and found along an index of its own, however much is quarantined or ignored', async (t) => {
  const file = sqliteFile('better-sqlite3');
  t.after(() => file.remove());
  const store = await file.open();
  const { texts, prepare } = recordStatements(store);
  assert.equal((await store.counts()).unread, 0);
  assert.deepEqual(await store.callbacks({ outcome: 'quarantined', finished: false, limit: 10 }), []);
  const queries = texts.filter((text) => text.includes('FROM deposit_callback_callbacks'));
  assert.equal(queries.length, 2);
  for (const query of queries) {
    const values = query.split('?').slice(1);
    const plan = prepare(`EXPLAIN QUERY PLAN ${query}`).all(...values.map(() => 0)) as { detail: string }[];
    assert.match(plan.map(({ detail }) => detail).join(), /INDEX deposit_callback_callbacks_unread/, query);
  }
});

/** The texts of all statements that the store prepares from now on, and the database's own `prepare`. */
function recordStatements({ database }: SqliteStore): { texts: string[]; prepare: SqliteStore['database']['prepare'] } {
  const prepare = database.prepare.bind(database);
  const texts: string[] = [];
  database.prepare = (text) => {
    texts.push(text);
    return prepare(text);
  };
  return { texts, prepare };
}
