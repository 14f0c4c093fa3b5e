import type { Page } from 'playwright-core';

/** Tabs through the page; which controls it never came to, or where nothing showed where it was. */
export async function walk(page: Page): Promise<string[]> {
  const wanted = (await page.evaluate(`(() => {
    const all = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary, pre[tabindex]')];
    const shown = all.filter((one) => one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true }));
    shown.forEach((one, index) => { one.dataset.walk = String(index); });
    return shown.length;
  })()`)) as number;
  const missed: string[] = [];
  // A time has several fields of its own, and the browser a few.
  for (let step = 0; step < wanted * 3 + 20; step += 1) {
    await page.keyboard.press('Tab');
    const fault = (await page.evaluate(`(() => {
      const one = document.activeElement;
      if (!one || one === document.body) return '';
      delete one.dataset.walk;
      const rect = one.getBoundingClientRect();
      const isInView = rect.bottom > 0 && rect.top < innerHeight;
      const marked = one.closest('tr:has(a.open:focus-visible)') ?? one;
      const isSeen = getComputedStyle(marked).outlineStyle !== 'none' || getComputedStyle(one).outlineStyle !== 'none';
      return isInView && isSeen ? '' : one.outerHTML.slice(0, 120);
    })()`)) as string;
    if (fault !== '') missed.push(`no focus to be seen: ${fault}`);
    if ((await page.evaluate(`document.querySelectorAll('[data-walk]').length`)) === 0) break;
  }
  const left = (await page.evaluate(
    `[...document.querySelectorAll('[data-walk]')].map((one) => one.outerHTML.slice(0, 120))`,
  )) as string[];
  return [...missed, ...left.map((one) => `not reached: ${one}`)];
}
