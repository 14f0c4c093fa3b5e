import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { postgresStore } from '../../../lib/stores/postgres.ts';
import type { Batch, Store } from '../../../lib/stores/store.ts';
import {
  depositChange,
  sampleCallback,
  sampleChange,
  sampleDeposit,
  sampleEvent,
  sampleStatement,
} from '../../../lib/testing/store-cases/samples.ts';
import { startPostgres } from '../../helpers/postgres-server.ts';

const odd = '\u00e9 \u6df1 \ud83d\ude00 quote " comma , brace } backslash \\ newline \n NUL \0 lone \ud800 NULL';

/** Of everything that the first word about a transaction may bring. */
function firstWords(): Batch {
  const two = [sampleDeposit('two'), sampleDeposit('two', { ordinal: 2, status: 'pending', waitingSince: 7 })] as const;
  const paid = sampleDeposit('paid', { transaction: { id: odd }, to: odd, memo: odd, amount: 2n ** 256n - 1n });
  return {
    callbacks: [
      sampleCallback('one'),
      sampleCallback('two', { outcome: 'rejected', code: odd, finished: false }),
      sampleCallback(odd),
      sampleCallback('one', { tookMs: 9 }),
    ],
    changes: [
      depositChange('one'),
      sampleChange('two', {
        statements: [sampleStatement('two'), sampleStatement('two', { kind: 'removed' }), sampleStatement('other')],
        deposits: [...two, { ...two[0], confirmations: 3 }],
        events: [sampleEvent(two[0]), sampleEvent(two[1], 'deposit.pending'), sampleEvent(two[0], 'deposit.failed')],
      }),
      depositChange('paid', { deposits: [paid], events: [sampleEvent(paid)] }),
      sampleChange(odd, { statements: [sampleStatement(odd, { id: odd, provider: odd })] }),
    ],
  };
}

test('a batch of first words is stored as it would be beside a change of a stored transaction', async (t) => {
  const server = await startPostgres();
  t.after(() => server.remove());
  const pool = server.pool({ max: 8 });
  const open = async (schema: string): Promise<Store<unknown>> => {
    const store = postgresStore({ pool, schema, now: () => 5 }) as Store<unknown>;
    t.after(() => store.close());
    await store.ready();
    const { lost } = await store.commit({ callbacks: [], changes: [depositChange('stored')] });
    assert.deepEqual(lost, []);
    return store;
  };
  /** All rows, each transaction by its key and each row by its order within its transaction. */
  const rowsOf = async (schema: string): Promise<unknown> => {
    const ofTransaction = (table: string): string =>
      `SELECT t.key, r.* FROM ${schema}.${table} r JOIN ${schema}.transactions t ON t.id = r.transaction_id
      WHERE t.key <> 'stored' ORDER BY r.seq`;
    const answers = await Promise.all(
      [
        ...['statements', 'deposits', 'events'].map(ofTransaction),
        `SELECT * FROM ${schema}.callbacks ORDER BY seq`,
        `SELECT name, n FROM ${schema}.tallies ORDER BY 1`,
      ].map((text) => pool.query(text)),
    );
    return answers.map(({ rows }) => rows.map(({ seq: _seq, transaction_id: _transaction, ...row }) => row));
  };
  const alone = await open('alone');
  const beside = await open('beside');
  const { callbacks, changes } = firstWords();
  assert.deepEqual(await alone.commit({ callbacks, changes }), { lost: [] });
  const again = sampleChange('stored', { expectedVersion: 1 });
  assert.deepEqual(await beside.commit({ callbacks, changes: [...changes, again] }), { lost: [] });

  const rows = await rowsOf('alone');
  assert.deepEqual(rows, await rowsOf('beside'));
  assert.deepEqual(
    (rows as unknown[][]).map((list) => list.length),
    [5, 4, 5, 3, 3],
  );
  for (const { key } of changes) assert.deepEqual(await alone.load([key]), await beside.load([key]));
  await losesAsOne(t, alone, rows, () => rowsOf('alone'));
});

async function losesAsOne(
  t: TestContext,
  store: Store<unknown>,
  before: unknown,
  rowsNow: () => Promise<unknown>,
): Promise<void> {
  await t.test('and where one is stored already, that one is lost, and nothing is kept', async () => {
    const changes = ['new', 'two', 'one', 'newer'].map((key) => depositChange(key));
    const { lost } = await store.commit({ callbacks: [sampleCallback('late')], changes });
    assert.deepEqual([...lost].sort(), ['one', 'two']);
    assert.deepEqual(await rowsNow(), before);
    assert.equal((await store.load(['new']))[0]?.version, 0);
  });
}
