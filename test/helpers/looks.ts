import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { openTab } from './browser.ts';
import { layoutFaults } from './layout-faults.ts';

/** A folder for the pictures, for whoever wants to look at them. */
const folder = process.env.SCREENSHOTS;

export type Language = 'en' | 'zh';

export interface Looked {
  /** What stands in front of the name of each picture. */
  name: string;
  /** Where `?lang=` chooses the language; without it, the pages are of one language each. */
  home?: string;
  /** The address of each page in a language, by a name for its picture. */
  pages: (language: Language) => ReadonlyMap<string, string>;
  /** How high a page may be, in px. Default 8,000. */
  mostHeight?: number;
  /** What else must hold of a page as it came; `where` tells a failure. */
  check?: (page: Page, where: string) => Promise<void>;
}

/**
 * Looks at each page wide and narrow, in both languages, light and dark, in one browser: no text is cut off or broken inside a word, no
 * control is off screen, also when all that opens is open. With SCREENSHOTS it takes a picture of each. Gives what the console said.
 */
export async function lookAtAll(t: TestContext, { name, home, pages, mostHeight, check }: Looked): Promise<string[]> {
  const { page, complaints } = await openTab(t, { colorScheme: 'light', reducedMotion: 'reduce' });
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 800 });
    for (const language of ['en', 'zh'] as const) {
      if (home !== undefined) await page.goto(`${home}?lang=${language}`);
      for (const [title, url] of pages(language)) {
        await page.emulateMedia({ colorScheme: 'light' });
        await page.goto(url);
        const where = `${name}-${width}-LOOK-${language}-${title}`;
        assert.equal(await page.locator('html').getAttribute('lang'), language, where);
        await lookOver(page, where.replace('LOOK', 'light'), mostHeight);
        await check?.(page, where.replace('LOOK', 'light'));
        await page.emulateMedia({ colorScheme: 'dark' });
        await see(page, where.replace('LOOK', 'dark'), mostHeight);
        await check?.(page, where.replace('LOOK', 'dark'));
      }
    }
  }
  await page.close();
  return complaints;
}

/** One page, as it came and with all that opens. */
async function lookOver(page: Page, where: string, mostHeight?: number): Promise<void> {
  await see(page, where, mostHeight);
  if (Number(await page.evaluate(`document.querySelectorAll('main details').length`)) === 0) return;
  // Forms close each other: the first of them, then the last, with all else that opens.
  await page.evaluate(`document.querySelector('main .act')?.setAttribute('open', '')`);
  assert.deepEqual(await layoutFaults(page), [], `${where}, its first form open`);
  await page.evaluate(`for (const one of document.querySelectorAll('main details')) one.open = true`);
  assert.deepEqual(await layoutFaults(page), [], `${where}, all open`);
  await page.evaluate(`for (const one of document.querySelectorAll('main details')) one.open = false`);
}

/** The boxes of a page as it stands; and its picture, under the name of `where`. */
export async function see(page: Page, where: string, mostHeight = 8_000): Promise<void> {
  assert.deepEqual(await layoutFaults(page), [], where);
  const height = (await page.evaluate('document.documentElement.scrollHeight')) as number;
  assert.ok(height < mostHeight, `${where}: ${height} px high`);
  if (folder === undefined) return;
  await page.evaluate('scrollTo(0, 0)');
  const picture = await page.screenshot({ fullPage: true, animations: 'disabled' });
  assert.ok(picture.length > 5_000, `${where}: an empty picture`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${where}.png`), picture);
}
