import type { Page } from 'playwright-core';

/**
 * What of a page is laid out wrongly, as its boxes say: text that is cut off or broken inside a word, and controls that are
 * not on the screen. Hashes and what stands in `code` may break anywhere:
 * they are no words.
 */
export async function layoutFaults(page: Page): Promise<string[]> {
  return (await page.evaluate(`(${findFaults})()`)) as string[];
}

// Text, since it runs in the page: the compiler knows no document here.
const findFaults = `() => {
  const faults = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) faults.push('the page scrolls sideways');
  const isShown = (element) => {
    if (element.closest('.hidden, .skip, thead, caption, template, [hidden]') && getComputedStyle(element.closest('.hidden, .skip, thead, caption, template, [hidden]')).position === 'absolute') return false;
    const rect = element.getBoundingClientRect();
    return element.checkVisibility({ visibilityProperty: true }) && rect.width > 0 && rect.height > 0;
  };
  const name = (element) => element.localName + (element.className ? '.' + String(element.className).replace(/ /g, '.') : '');
  for (const control of document.querySelectorAll('a, button, input:not([type=hidden]), select, summary')) {
    if (!isShown(control)) continue;
    for (const rect of control.getClientRects()) {
      if (rect.left < -1 || rect.right > width + 1) faults.push('off screen: ' + name(control) + ' ' + control.textContent.trim().slice(0, 40));
    }
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.data.trim() === '' || ['SCRIPT', 'STYLE', 'TEMPLATE', 'OPTION'].includes(element.tagName) || !isShown(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const said = node.data.trim().slice(0, 40);
    for (const rect of range.getClientRects()) {
      if (rect.left < -1 || rect.right > width + 1) faults.push('cut off at the edge: ' + said);
      for (let box = element; box && box !== document.body; box = box.parentElement) {
        const style = getComputedStyle(box);
        if (style.overflowX === 'visible') continue;
        const own = box.getBoundingClientRect();
        if (rect.width > 0 && (rect.left < own.left - 1 || rect.right > own.right + 1)) faults.push('cut off by ' + name(box) + ': ' + said);
      }
    }
    if (element.closest('code, pre')) continue;
    for (const word of node.data.matchAll(/[A-Za-z0-9]+/g)) {
      if (/^[0-9a-f]{16,}$/.test(word[0])) continue;
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const tops = new Set([...range.getClientRects()].filter((rect) => rect.width > 0).map((rect) => Math.round(rect.top)));
      if (tops.size > 1) faults.push('broken inside a word: ' + word[0]);
    }
  }
  return [...new Set(faults)];
}`;
