import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sqliteStore } from '../../../lib/stores/sqlite.ts';

// One that throws leaves the others of a Promise.all without anybody who hears that they reject, which ends a process.
test('each method of a store that is closed rejects, and none throws', async () => {
  const store = sqliteStore({ path: ':memory:' });
  await store.ready();
  await store.close();
  // room asks the disk alone.
  const {
    ready: _,
    close: __,
    room: ___,
    ...methods
  } = Object.fromEntries(
    Object.keys(store)
      .filter((key) => key !== 'database')
      .map((key) => [key, store[key as keyof typeof store]]),
  );
  const given = [{ limit: 1, callbacks: [], changes: [], event: {} }, [], {}];
  const asked: string[] = [];
  for (const [key, method] of Object.entries(methods)) {
    if (typeof method !== 'function') continue;
    asked.push(key);
    let answer: unknown;
    assert.doesNotThrow(() => {
      answer = Reflect.apply(method, store, given);
    }, key);
    await assert.rejects(Promise.resolve(answer), { code: 'STORE_NOT_READY' }, key);
  }
  assert.ok(asked.includes('cursors') && asked.includes('counts') && asked.length > 20, asked.join());
});
