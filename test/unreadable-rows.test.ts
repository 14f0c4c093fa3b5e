import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { depositCallbacks } from '../lib/deposit-callbacks.ts';
import type { AlarmCode } from '../lib/observe/news.ts';
import { array, type Json, numberText, readingOf, readRows, text } from '../lib/providers/custom.ts';
import type { Reading, Transfer } from '../lib/providers/kit/provider.ts';
import { standardWebhooks } from '../lib/providers/standard-webhooks.ts';
import { sqliteStore } from '../lib/stores/sqlite.ts';
import { fixedClock } from '../lib/testing/fixed-clock.ts';
import { alice, randomHash, secret, signed, usdt } from './helpers/deposits.ts';
import { policy } from './helpers/receiver.ts';
import { keepLog, send, serve } from './helpers/serve.ts';

// A provider that sends several rows in a callback: one that cannot be read must not keep its neighbours from their owners.

async function open(t: TestContext, read: (content: Json) => Reading) {
  const folder = mkdtempSync(join(tmpdir(), 'deposit-callback-rows-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const clock = fixedClock();
  const callbacks = depositCallbacks({
    providers: [standardWebhooks({ secrets: [secret], read: (content) => read(content) })],
    store: sqliteStore({ path: join(folder, 'deposits.db'), now: clock.now }),
    policy,
    now: clock.now,
    logger: keepLog(),
  });
  t.after(() => callbacks.close(0));
  const credited: bigint[] = [];
  const alarms: AlarmCode[] = [];
  callbacks.on('deposit', ({ amount }) => void credited.push(amount));
  callbacks.on('alarm', ({ code }) => alarms.push(code));
  const port = await serve(t, callbacks);
  const post = async (body: object): Promise<number> => {
    const { status } = await send(port, { path: '/standard-webhooks', ...signed(body, { now: clock.now() }) });
    await callbacks.idle();
    return status;
  };
  const last = async () => {
    const [record] = await callbacks.store.callbacks({ limit: 1 });
    assert.ok(record);
    return record;
  };
  return { callbacks, credited, alarms, post, last };
}

const block = { hash: randomHash() };

function rowReader(amountOf: (row: Json) => string): (content: Json) => Reading {
  return (content) =>
    readingOf(
      readRows(array(content, 'rows'), 'rows', (row): Transfer => {
        return {
          kind: 'confirmed',
          network: 'eip155:1',
          asset: usdt,
          amount: { units: amountOf(row) },
          to: alice,
          transaction: { id: text(row, 'hash'), block },
          confirmations: 200,
          evidence: { success: true },
        };
      }),
    );
}

const strict = rowReader((row) => text(row, 'units'));

test('Each row in turn made unreadable: the others are credited, and it is quarantined by itself', async (t) => {
  const { credited, alarms, post, last } = await open(t, strict);
  for (const bad of [0, 1, 2]) {
    const rows = [1, 2, 3].map((units, index) => ({
      hash: randomHash(),
      units: index === bad ? units : String(units),
    }));
    assert.equal(await post({ rows }), 200);
    const wanted = [1n, 2n, 3n].filter((_, index) => index !== bad);
    assert.deepEqual(credited.splice(0).sort(), wanted);
    const { outcome, code, transfers, finished } = await last();
    assert.deepEqual([outcome, code, finished], ['quarantined', 'ROW_UNREADABLE', false]);
    assert.deepEqual(
      transfers.map((one) => [one.outcome, one.path]),
      [
        ['recorded', undefined],
        ['recorded', undefined],
        ['quarantined', `rows.${bad}`],
      ],
    );
    assert.match(transfers[2]?.reason ?? '', /units of the body is not a string/);
  }
  assert.deepEqual(alarms, ['ROW_UNREADABLE', 'ROW_UNREADABLE', 'ROW_UNREADABLE']);
});

test('Several unreadable rows of one callback raise one alarm, and thousands are counted in one line', async (t) => {
  const { alarms, post, last } = await open(t, strict);
  await post({ rows: Array.from({ length: 1_500 }, () => 0) });
  assert.deepEqual(alarms, ['ROW_UNREADABLE']);
  const { transfers } = await last();
  assert.equal(transfers.length, 1_001);
  assert.deepEqual([transfers.at(-1)?.path, transfers.at(-1)?.reason], ['rows.1000', 'and 499 rows after it']);
});

test('reprocess credits the row once it can be read, and its equal neighbours no second time', async (t) => {
  let read = strict;
  const { callbacks, credited, post, last } = await open(t, (content) => read(content));
  const hash = randomHash();
  // Three equal transfers of one transaction, told apart by nothing but their rows.
  const body = {
    rows: [
      { hash, units: '5' },
      { hash, units: 5 },
      { hash, units: '5' },
    ],
  };
  await post(body);
  assert.deepEqual(credited, [5n, 5n]);
  assert.deepEqual(await callbacks.reprocess(), { read: 1, recorded: 0, passedOver: 0 });
  assert.deepEqual(credited, [5n, 5n]);
  read = rowReader((row) => numberText(row, 'units'));
  assert.deepEqual(await callbacks.reprocess(), { read: 1, recorded: 1, passedOver: 0 });
  await callbacks.idle();
  assert.deepEqual(credited, [5n, 5n, 5n]);
  assert.equal((await last()).finished, true);
  assert.equal(await post(body), 200);
  assert.deepEqual(credited, [5n, 5n, 5n]);
});

test('A callback sent again while a row of it is unreadable credits nothing again and loses nothing', async (t) => {
  let read = strict;
  const { callbacks, credited, post } = await open(t, (content) => read(content));
  const body = {
    rows: [
      { hash: randomHash(), units: '5' },
      { hash: randomHash(), units: 7 },
    ],
  };
  await post(body);
  await post(body);
  assert.deepEqual(credited, [5n]);
  read = rowReader((row) => numberText(row, 'units'));
  await callbacks.reprocess();
  await callbacks.idle();
  assert.deepEqual(credited, [5n, 7n]);
});

test('A reading of hints alone is a kind of its own: nothing is stated, and a hint without one is a fault', async (t) => {
  let reading: Reading = { kind: 'hint', transfers: [], removals: [], hints: [{ reference: 'r1' }] };
  const { callbacks, credited, post, last } = await open(t, () => reading);
  const hints: unknown[] = [];
  callbacks.on('hint', ({ hint }) => hints.push(hint));
  assert.equal(await post({ n: 1 }), 200);
  const { outcome, code, finished } = await last();
  assert.deepEqual([outcome, code, finished], ['ignored', 'HINT', false]);
  assert.deepEqual(hints, [{ reference: 'r1' }]);
  reading = { kind: 'hint', transfers: [], removals: [], hints: [] };
  await post({ n: 2 });
  assert.equal((await last()).code, 'BODY_UNREADABLE');
  assert.deepEqual(credited, []);
});
