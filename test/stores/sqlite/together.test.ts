import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConnection } from '../../../lib/stores/sqlite/connection.ts';
import { openDatabase } from '../../../lib/stores/sqlite/driver.ts';
import { createWriteTogether } from '../../../lib/stores/sqlite/together.ts';

test('works that take long are committed some at a time, each of them once and in order', async (t) => {
  const database = await openDatabase(':memory:', 'better-sqlite3');
  t.after(() => database.close());
  let now = 0;
  const connection = createConnection(database, 50);
  let commits = 0;
  const counted = {
    ...connection,
    write<T>(...args: Parameters<typeof connection.write<T>>): Promise<T> {
      commits += 1;
      return connection.write(...args);
    },
  };
  const together = createWriteTogether(
    () => counted,
    () => now,
  );
  const ran: string[] = [];
  const work = (name: string) => () => {
    now += 30;
    ran.push(`${name} in ${commits}`);
    if (name === 'c') throw new Error('c is undone');
    return name;
  };
  const results = await Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map((name) => together(work(name))));
  assert.deepEqual(ran, ['a in 1', 'b in 1', 'c in 2', 'd in 2', 'e in 3']);
  assert.deepEqual(
    results.map((one) => (one.status === 'fulfilled' ? one.value : one.reason.message)),
    ['a', 'b', 'c is undone', 'd', 'e'],
  );
});
