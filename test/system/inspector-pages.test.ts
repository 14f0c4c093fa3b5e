import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTab } from '../helpers/browser.ts';
import { type Inspection, inspected } from '../helpers/inspected.ts';
import { lookAtAll, see } from '../helpers/looks.ts';
import { everyKind, sendMany } from '../helpers/many-callbacks.ts';
import { walk } from '../helpers/walk.ts';

/** Every page there is, by a name for its picture. */
async function everyPage({ callbacks, outcomes, port }: Inspection): Promise<Map<string, string>> {
  const { store } = callbacks;
  const paths = new Map([
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
  for (const one of deposits) paths.set(`deposit-${one.status}-${one.code}`, `deposits/${one.id}`);
  const [dead] = await store.events({ state: 'dead', limit: 1 });
  if (dead) paths.set('deposit-not-credited', `deposits/${dead.deposit.id}`);
  for (const one of outcomes) paths.set(`callback-${one.outcome}-${one.code}`, `callbacks/${one.id}`);
  return new Map([...paths].map(([name, path]) => [name, `http://127.0.0.1:${port}/inspector/${path}`]));
}

for (const count of [0, 5, 500]) {
  test(`with ${count} callbacks no text of any page is cut off or broken inside a word, and no control is off screen`, async (t) => {
    const inspection = await inspected(t, everyKind);
    await inspection.callbacks.ready();
    await sendMany(inspection, count);
    const pages = await everyPage(inspection);
    const home = `http://127.0.0.1:${inspection.port}/inspector/`;
    await lookAtAll(t, { name: String(count), home, pages: () => pages });
  });
}

test('the keyboard reaches every control of every page, in view and with its focus to be seen', async (t) => {
  const inspection = await inspected(t, everyKind);
  await inspection.callbacks.ready();
  await sendMany(inspection, 12);
  const { page } = await openTab(t, { viewport: { width: 1280, height: 800 } });
  for (const [name, url] of await everyPage(inspection)) {
    await page.goto(url);
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
  await see(page, 'switched-dark');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.getByRole('link', { name: 'Light' }).click();
  await page.locator('html[data-theme=light]').waitFor();
  assert.equal(await paper(), light, 'light stays light where the system is dark');
});
