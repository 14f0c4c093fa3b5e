import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { notifierInspector } from '../../lib/inspector/index.ts';
import { startAnvil } from '../chains/anvil.ts';
import { axeFindings } from '../helpers/axe.ts';
import { openTab } from '../helpers/browser.ts';
import { layoutFaults } from '../helpers/layout-faults.ts';
import { listen } from '../helpers/serve.ts';
import { walk } from '../helpers/walk.ts';
import { startReceiver } from '../notifier/receiver.ts';
import { stage } from '../notifier/stage.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const hostile = '<img src=x onerror=alert(1)>"\u202e shop';
/** A folder for the pictures, for whoever wants to look at them. */
const folder = process.env.SCREENSHOTS;

/** A notifier with keys that fare well, badly and not at all, and a network that stands still. */
async function shown(t: TestContext, authorize = () => true): Promise<{ url: string; keyIds: string[] }> {
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
  for (const value of [1n, 2n, 3n]) await anvil.send({ to: alice, value });
  await anvil.mine();
  const { timestamp } = await anvil.rpc<{ timestamp: string }>('eth_getBlockByNumber', ['latest', false]);
  made.clock.set(Number(timestamp) * 1_000 + 5_000);
  await made.run();
  const page = notifierInspector({ notifier: made.notifier(), authorize, now: made.clock.now });
  const server = createServer((req, res) => {
    const url = req.url ?? '/';
    Object.assign(req, { originalUrl: url, url: url.slice('/operator'.length) || '/', baseUrl: '/operator' });
    page(req, res);
  });
  return {
    url: `http://127.0.0.1:${await listen(t, server)}/operator/`,
    keyIds: [made.key.id, second.id, third.id],
  };
}

test("the notifier's page shows networks, keys and callbacks, in both languages, light and dark, wide and narrow", async (t) => {
  const { url, keyIds } = await shown(t);
  const pages = [
    ['keys', ''],
    ...keyIds.map((id, index) => [`key-${index}`, `keys/${id}`] as const),
    ['not-found', 'nothing'],
  ] as const;
  for (const width of [1280, 390]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const locale of ['en-US', 'zh-CN'] as const) {
        const viewport = { width, height: width === 390 ? 844 : 800 };
        const { page, complaints } = await openTab(t, { colorScheme, locale, viewport });
        for (const [name, path] of pages) {
          await page.goto(url + path);
          const where = `${name} at ${width}, ${colorScheme}, ${locale}`;
          assert.deepEqual(await layoutFaults(page), [], where);
          assert.deepEqual(await axeFindings(page), [], where);
          const picture = await page.screenshot({ fullPage: true });
          if (folder === undefined) continue;
          await mkdir(folder, { recursive: true });
          await writeFile(join(folder, `notifier-${width}-${colorScheme}-${locale.slice(0, 2)}-${name}.png`), picture);
        }
        assert.deepEqual(
          complaints.filter((one) => !one.includes('404')),
          [],
        );
        await page.close();
      }
    }
  }
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
  assert.equal(await page.getByText('deposit.confirmed').count(), 3);
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
