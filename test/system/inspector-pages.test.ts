import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTab } from '../helpers/browser.ts';
import { type Inspection, inspected } from '../helpers/inspected.ts';
import { layoutFaults } from '../helpers/layout-faults.ts';
import { everyKind, sendMany } from '../helpers/many-callbacks.ts';
import { walk } from '../helpers/walk.ts';

/** A folder for the pictures, for whoever wants to look at them. */
const folder = process.env.SCREENSHOTS;
const looks = [1280, 390].flatMap((width) =>
  (['light', 'dark'] as const).flatMap((colorScheme) =>
    (['en-US', 'zh-CN'] as const).map((locale) => ({ width, colorScheme, locale })),
  ),
);

/** Every page there is, by a name for its picture. */
async function everyPage({ callbacks, outcomes }: Inspection): Promise<Map<string, string>> {
  const { store } = callbacks;
  const pages = new Map([
    ['overview', ''],
    ['callbacks', 'callbacks'],
    ['callbacks-wrong-time', 'callbacks?since=garbage&outcome=ignored'],
    ['deposits', 'deposits'],
    ['dead-letters', 'dead-letters'],
    ['quarantine', 'quarantine'],
    ['quarantine-deposits', 'quarantine?show=deposits'],
    ['quarantine-unread', 'quarantine?show=unread'],
    ['quarantine-unverified', 'quarantine?show=unverified'],
    ['find', 'find?q=0x52908400098527886E0F7030069857D2E4169EE7'],
    ['not-found', 'nothing'],
  ]);
  const deposits = await store.deposits({ limit: 1_000 });
  for (const one of deposits) pages.set(`deposit-${one.status}-${one.code}`, `deposits/${one.id}`);
  const [dead] = await store.events({ state: 'dead', limit: 1 });
  if (dead) pages.set('deposit-not-credited', `deposits/${dead.deposit.id}`);
  for (const one of outcomes) pages.set(`callback-${one.outcome}-${one.code}`, `callbacks/${one.id}`);
  return pages;
}

for (const count of [0, 5, 500]) {
  test(`with ${count} callbacks no text of any page is cut off or broken inside a word, and no control is off screen`, async (t) => {
    const inspection = await inspected(t, everyKind);
    await inspection.callbacks.ready();
    await sendMany(inspection, count);
    const pages = await everyPage(inspection);
    for (const { width, colorScheme, locale } of looks) {
      const { page } = await openTab(t, {
        colorScheme,
        locale,
        viewport: { width, height: width === 390 ? 844 : 800 },
      });
      for (const [name, path] of pages) {
        await page.goto(`http://127.0.0.1:${inspection.port}/inspector/${path}`);
        const where = `${name} at ${width}, ${colorScheme}, ${locale}, ${count} callbacks`;
        assert.deepEqual(await layoutFaults(page), [], where);
        // Forms close each other: the first of them, then the last, with all else that opens.
        await page.evaluate(`document.querySelector('main .act')?.setAttribute('open', '')`);
        assert.deepEqual(await layoutFaults(page), [], `${where}, its first form open`);
        await page.evaluate(`for (const one of document.querySelectorAll('main details')) one.open = true`);
        assert.deepEqual(await layoutFaults(page), [], `${where}, all open`);
        await page.evaluate(`for (const one of document.querySelectorAll('main details')) one.open = false`);
        const height = (await page.evaluate('document.documentElement.scrollHeight')) as number;
        assert.ok(height < 8_000, `${where}: ${height} px high`);
        const picture = await page.screenshot({ fullPage: true });
        assert.ok(picture.length > 5_000, `${where}: an empty picture`);
        if (folder !== undefined)
          await keep(`${count}-${width}-${colorScheme}-${locale.slice(0, 2)}-${name}.png`, picture);
      }
      await page.close();
    }
  });
}

async function keep(name: string, picture: Buffer): Promise<void> {
  await mkdir(folder ?? '', { recursive: true });
  await writeFile(join(folder ?? '', name), picture);
}

test('the keyboard reaches every control of every page, in view and with its focus to be seen', async (t) => {
  const inspection = await inspected(t, everyKind);
  await inspection.callbacks.ready();
  await sendMany(inspection, 12);
  const { page } = await openTab(t, { viewport: { width: 1280, height: 800 } });
  for (const [name, path] of await everyPage(inspection)) {
    await page.goto(`http://127.0.0.1:${inspection.port}/inspector/${path}`);
    const missed = await walk(page);
    assert.deepEqual(missed, [], name);
  }
});

test('the switch makes a page dark that the system has light, on a phone too', async (t) => {
  const inspection = await inspected(t, everyKind);
  await inspection.callbacks.ready();
  await sendMany(inspection, 12);
  const { page } = await openTab(t, { colorScheme: 'light', viewport: { width: 390, height: 844 } });
  const paper = (): Promise<string> =>
    page.evaluate('getComputedStyle(document.body).backgroundColor') as Promise<string>;
  await page.goto(`http://127.0.0.1:${inspection.port}/inspector/callbacks?outcome=quarantined`);
  const light = await paper();
  assert.equal(await page.getByRole('link', { name: 'Light' }).isVisible(), false);
  await page.getByRole('link', { name: 'Dark' }).click();
  await page.locator('html[data-theme=dark]').waitFor();
  assert.equal(new URL(page.url()).search, '?outcome=quarantined');
  const dark = await paper();
  assert.notEqual(dark, light);
  assert.deepEqual(await layoutFaults(page), []);
  if (folder !== undefined) await keep('switched-dark.png', await page.screenshot());
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.getByRole('link', { name: 'Light' }).click();
  await page.locator('html[data-theme=light]').waitFor();
  assert.equal(await paper(), light, 'light stays light where the system is dark');
});
