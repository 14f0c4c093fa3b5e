import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postgresStore } from '../../../lib/stores/postgres.ts';
import { owe } from '../../helpers/events.ts';
import { startPostgres } from '../../helpers/postgres-server.ts';

// What is done for each callback and each event must cost the same whatever is stored or owed. The server itself tells the
// plan of each statement, also of those inside functions.
const explained = [
  'session_preload_libraries=auto_explain',
  'auto_explain.log_min_duration=0',
  'auto_explain.log_nested_statements=on',
  'client_min_messages=log',
];

test('no statement on the way of a callback or an event reads more than its own rows', async (t) => {
  const server = await startPostgres();
  t.after(() => server.remove());
  const plans: string[] = [];
  const pool = server.pool({ max: 4, options: explained.map((setting) => `-c ${setting}`).join(' ') });
  pool.on('connect', (client) => client.on('notice', ({ message }) => plans.push(message ?? '')));
  const store = postgresStore({ pool });
  t.after(() => store.close());
  await store.ready();
  for (let index = 0; index < 200; index += 1) await owe(store, `backlog${index}`, ['deposit']);

  plans.length = 0;
  await owe(store, 'a', ['deposit', 'deposit.reverted']);
  await owe(store, 'a', []);
  const [first, second, third] = await store.claim({ limit: 3, leaseMs: 1_000, except: [] });
  assert.ok(first && second && third);
  await Promise.all([store.settle(first, []), store.settle(second, [() => {}])]);
  await store.extend(third, 1_000);
  assert.equal(await store.release(third), true);

  const told = plans.filter((plan) => plan.includes('plan:'));
  assert.ok(told.length > 10);
  for (const plan of told) assert.doesNotMatch(plan, /Seq Scan|events_unsettled/);
});
