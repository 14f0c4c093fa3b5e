import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import express from 'express';
import { accounts, assets } from '../../example-app/accounts.ts';
import { createLedger } from '../../example-app/ledger.ts';
import { openSignedWallet } from '../../example-app/wallets/signed-wallet.ts';
import { front } from '../../example-app/web/front.ts';
import { createLive } from '../../example-app/web/live.ts';
import { listen } from '../../example-app/web/told.ts';
import type { SqliteDatabase, SqliteStore } from '../../lib/stores/sqlite.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import { fixedClock } from '../../lib/testing/fixed-clock.ts';
import { secret } from '../helpers/deposits.ts';
import { type Inspection, inspected } from '../helpers/inspected.ts';
import { lookAtAll } from '../helpers/looks.ts';
import { everyKind, sendMany } from '../helpers/many-callbacks.ts';
import { multiply } from '../helpers/million.ts';
import { serve } from '../helpers/serve.ts';

const pages = [
  '/',
  '/?window=24h',
  '/?window=7d',
  '/callbacks',
  '/callbacks?outcome=rejected',
  '/callbacks?outcome=quarantined&since=24h',
  '/callbacks?code=SIGNATURE_INVALID',
  '/callbacks?provider=imtoken&code=NOTHING_HAS_IT',
  '/deposits',
  '/deposits?status=pending',
  '/deposits?status=confirmed&asset=eip155%3A1%2Fslip44%3A60',
  '/deposits?network=eip155%3A56',
  '/dead-letters',
  '/dead-letters?error=nothing+says+so',
  '/quarantine',
  '/quarantine?show=deposits',
  '/quarantine?show=deposits&network=eip155%3A56',
  '/quarantine?show=unread',
  '/quarantine?show=unverified',
  '/find?q=0x52908400098527886E0F7030069857D2E4169EE7',
];

/** What is looked at too, by a name for its picture. */
const seen = [
  ['overview', '/?window=7d'],
  ['callbacks', '/callbacks'],
  ['callbacks-searched', '/callbacks?provider=imtoken&code=NOTHING_HAS_IT'],
  ['deposits', '/deposits'],
  ['deposits-searched', '/deposits?network=eip155%3A56'],
  ['dead-letters', '/dead-letters'],
  ['quarantine', '/quarantine'],
  ['quarantine-deposits', '/quarantine?show=deposits'],
  ['quarantine-unread', '/quarantine?show=unread'],
  ['quarantine-unverified', '/quarantine?show=unverified'],
  ['find', '/find?q=0x52908400098527886E0F7030069857D2E4169EE7'],
] as const;

/** Tables that stay small, and indexes of what is open alone. */
const isSmall =
  /^SCAN (CONSTANT|deposit_callback_(tallies|cursors|holders|unverified)|.* INDEX deposit_callback_(callbacks_un(read|finished)|events_(unsettled|dead|due)|deposits_waiting))/;

/** A millisecond reads some hundred of them. */
const mostRows = 12_000;

test('with a million callbacks no page scans a table or sorts one, and none looks at more than a few thousand rows', async (t) => {
  const clock = fixedClock();
  const store = sqliteStore({ path: ':memory:', now: clock.now });
  const inspection = await inspected(t, { ...everyKind, receiver: { ...everyKind.receiver, store, clock } });
  await inspection.callbacks.ready();
  await sendMany(inspection, 100);
  multiply(store.database, 1_000_000);
  const { texts, rows, prepare } = watch(store.database);
  const faults: string[] = [];
  const first = inspection.outcomes.at(-1);
  const [deposit] = await store.deposits({ limit: 1 });
  for (const path of [...pages, `/callbacks/${first?.id}`, `/deposits/${deposit?.id}`]) {
    texts.clear();
    const before = rows();
    const began = performance.now();
    const { status, text } = await inspection.get(path);
    const took = Math.round(performance.now() - began);
    t.diagnostic(`${String(took).padStart(6)} ms ${String(rows() - before).padStart(8)} rows ${path}`);
    assert.ok(status === 200 && text.includes('</html>'), path);
    for (const query of texts) {
      const values = query.split('?').slice(1);
      const plan = prepare(`EXPLAIN QUERY PLAN ${query}`).all(...values.map(() => 0)) as { detail: string }[];
      const bad = plan.filter(({ detail }) => /^SCAN|TEMP B-TREE/.test(detail) && !isSmall.test(detail));
      for (const { detail } of bad) faults.push(`${path}: ${detail}: ${query}`);
    }
    if (rows() - before > mostRows) faults.push(`${path} looks at ${rows() - before} rows`);
  }
  const rare = await inspection.get('/callbacks?code=NOTHING_HAS_IT');
  assert.match(rare.text, /The log was searched back to/);
  assert.match(rare.text, /code=NOTHING_HAS_IT&amp;before=cb_/);
  assert.doesNotMatch(rare.text, /No callbacks match/);
  assert.deepEqual(faults, []);

  const home = `http://127.0.0.1:${inspection.port}/inspector`;
  const shown = [...seen, ['callback', `/callbacks/${first?.id}`], ['deposit', `/deposits/${deposit?.id}`]] as const;
  const addresses = new Map(shown.map(([name, path]) => [name, home + path]));
  assert.deepEqual(await lookAtAll(t, { name: '1000000', home: `${home}/`, pages: () => addresses }), []);
  const site = await openFront(t, inspection, store);
  const customers = new Map(['alice', 'carol'].map((name) => [name, `${site}/?as=${name}`]));
  assert.deepEqual(await lookAtAll(t, { name: 'example-1000000', home: `${site}/`, pages: () => customers }), []);
});

/** The pages of the example exchange over the same store; its address. */
async function openFront(t: TestContext, { callbacks }: Inspection, store: SqliteStore): Promise<string> {
  createLedger(store.database);
  const app = express();
  const exchange = { app, callbacks, store, database: store.database, book: { accounts, assets } };
  const live = createLive();
  t.after(live.close);
  const url = `http://127.0.0.1:${await serve(t, app)}`;
  const callbackUrl = `${url}/callbacks/imtoken`;
  const wallet = openSignedWallet({ secret, callbackUrl });
  const told = listen(exchange, live.changed);
  app.use(front({ exchange, wallet, live, told, callbackUrl, strangerUrl: callbackUrl, confirmations: undefined }));
  return url;
}

/** The texts of the statements that are prepared or run, and how many rows they gave in all. */
function watch(database: SqliteDatabase): {
  texts: Set<string>;
  rows: () => number;
  prepare: SqliteDatabase['prepare'];
} {
  const prepare = database.prepare.bind(database);
  const texts = new Set<string>();
  let count = 0;
  database.prepare = (text) => {
    const statement = prepare(text);
    const all = statement.all.bind(statement);
    const get = statement.get.bind(statement);
    statement.all = (...values) => {
      texts.add(text);
      const found = all(...values);
      count += found.length;
      return found;
    };
    statement.get = (...values) => {
      texts.add(text);
      count += 1;
      return get(...values);
    };
    return statement;
  };
  return { texts, rows: () => count, prepare };
}
