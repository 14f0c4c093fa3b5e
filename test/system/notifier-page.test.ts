import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { notifierInspector } from '../../lib/inspector/index.ts';
import { createNotifier, type Notifier } from '../../lib/notifier/index.ts';
import { openDatabase } from '../../lib/stores/sqlite/driver.ts';
import { startAnvil } from '../chains/anvil.ts';
import { axeFindings } from '../helpers/axe.ts';
import { openTab } from '../helpers/browser.ts';
import { lookAtAll } from '../helpers/looks.ts';
import { multiplySent } from '../helpers/million.ts';
import { listen } from '../helpers/serve.ts';
import { walk } from '../helpers/walk.ts';
import { startReceiver } from '../notifier/receiver.ts';
import { adminSecret, type Stage, secretsKey, stage } from '../notifier/stage.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const hostile = '<img src=x onerror=alert(1)>"\u202e shop';

/** A notifier with keys that fare well, badly and not at all, and a network that stands still. */
async function shown(
  t: TestContext,
  authorize = () => true,
): Promise<{ url: string; emptyUrl: string; keyIds: string[]; made: Stage }> {
  const [anvil, other] = await Promise.all([startAnvil(), startAnvil(56)]);
  t.after(() => Promise.all([anvil.close(), other.close()]));
  const made = await stage(t, anvil, {
    networks: [
      { network: 'eip155:1', url: anvil.url, confirmations: 1 },
      { network: 'eip155:56', url: other.url, staleMs: 1 },
    ],
  });
  const gone = await startReceiver();
  t.after(() => gone.close());
  gone.answer = () => 410;
  const [second, third] = [await made.notifier().createKey('gone'), await made.notifier().createKey(hostile)];
  for (const [key, url] of [
    [made.key.key, made.receiver.url],
    [second.key, gone.url],
  ] as const) {
    await made.api('PUT', '/v1/callback-url', { url }, key);
    await made.api('POST', '/v1/watches', { network: 'eip155:1', address: alice }, key);
  }
  for (const value of [1n, 2n, 3n, 4n, 5n]) await anvil.send({ to: alice, value });
  await anvil.mine();
  const { timestamp } = await anvil.rpc<{ timestamp: string }>('eth_getBlockByNumber', ['latest', false]);
  made.clock.set(Number(timestamp) * 1_000 + 5_000);
  await made.run();
  const bare = createNotifier({
    ...{ path: ':memory:', adminSecret, secretsKey, allowPrivate: true, now: made.clock.now },
    networks: [{ network: 'eip155:1', url: anvil.url, confirmations: 1 }],
  });
  t.after(() => bare.close());
  const now: Pick<Notifier, 'status' | 'inspect'> = {
    status: () => made.notifier().status(),
    inspect: (query) => made.notifier().inspect(query),
  };
  const pageOf = async (notifier: Pick<Notifier, 'status' | 'inspect'>): Promise<string> => {
    const page = notifierInspector({ notifier, authorize, now: made.clock.now });
    const server = createServer((req, res) => {
      const url = req.url ?? '/';
      Object.assign(req, { originalUrl: url, url: url.slice('/operator'.length) || '/', baseUrl: '/operator' });
      page(req, res);
    });
    return `http://127.0.0.1:${await listen(t, server)}/operator/`;
  };
  return { url: await pageOf(now), emptyUrl: await pageOf(bare), keyIds: [made.key.id, second.id, third.id], made };
}

test("the notifier's page shows networks, keys and callbacks, in both languages, light and dark, wide and narrow", async (t) => {
  const { url, emptyUrl, keyIds, made } = await shown(t);
  const pages = new Map([
    ['keys', url],
    ...keyIds.map((id, index) => [`key-${index}`, `${url}keys/${id}`] as const),
    ['not-found', `${url}nothing`],
  ]);
  const check = async (page: Page, where: string): Promise<void> => {
    assert.deepEqual(await axeFindings(page), [], where);
  };
  const complaints = [
    ...(await lookAtAll(t, { name: 'notifier-0', home: emptyUrl, pages: () => new Map([['keys', emptyUrl]]), check })),
    ...(await lookAtAll(t, { name: 'notifier-5', home: url, pages: () => pages, check })),
  ];
  for (const count of [500, 1_000_000]) {
    await made.restart(async (path) => {
      const database = await openDatabase(path, undefined);
      multiplySent(database, count);
      database.close();
    });
    await made.run();
    const few = new Map([...pages].filter(([name]) => name === 'keys' || name === 'key-0'));
    complaints.push(...(await lookAtAll(t, { name: `notifier-${count}`, home: url, pages: () => few })));
  }
  assert.deepEqual(
    complaints.filter((one) => !one.includes('404')),
    [],
  );
});

test("the notifier's page says what stands still, whose URL fails, and what was sent", async (t) => {
  const { url, keyIds } = await shown(t);
  const { page } = await openTab(t, { locale: 'en-US', viewport: { width: 1280, height: 800 } });
  await page.goto(url);
  const rows = (await page.locator('tbody tr').allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));
  assert.match(rows[0] ?? '', /Ethereum eip155:1 Reading/);
  assert.match(rows[1] ?? '', /eip155:56 Stands still/);
  assert.ok(rows[2]?.includes('<img src=x onerror=alert(1)>') && rows[2].includes('No URL'), rows[2]);
  assert.match(rows[3] ?? '', /gone Ethereum Disabled 127\.0\.0\.1:\d+ .* [1-9]\d* 0$/);
  assert.match(rows[4] ?? '', /test Ethereum Enabled .* 0 0$/);
  assert.deepEqual(await walk(page), []);
  await page.getByRole('link', { name: 'test' }).click();
  await page.getByRole('heading', { name: 'Callbacks of test' }).waitFor();
  assert.equal(page.url(), `${url}keys/${keyIds[0]}`);
  assert.equal(await page.getByText('deposit.confirmed').count(), 5);
  await page.getByRole('link', { name: 'Given up' }).click();
  await page.getByText('No callbacks in this state').waitFor();
  await page.goto(`${url}keys/${keyIds[1]}?state=owed`);
  assert.equal(await page.locator('tbody').last().locator('tr').count(), 10);
});

test("the notifier's page shows and loads nothing for whoever is not let in", async (t) => {
  const { url } = await shown(t, () => false);
  for (const path of ['', 'assets/style.css', 'keys/key_0']) {
    const response = await fetch(url + path);
    const text = await response.text();
    assert.equal(response.status, 403);
    assert.doesNotMatch(text, /eip155|stylesheet|<script/);
  }
});
