import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const english = read('README.md');
const chinese = read('README.zh-CN.md');

const blocks = (text: string): string[] => text.match(/^```[\s\S]*?^```$/gm) ?? [];
const prose = (text: string): string => text.replace(/^```[\s\S]*?^```$/gm, '');

test('the Chinese README has the code of the English one, letter for letter', () => {
  assert.deepEqual(blocks(chinese), blocks(english));
});

test('the Chinese README has the headings and tables of the English one', () => {
  const shape = (text: string): string[] =>
    (prose(text).match(/^(#+ |\|.*\|$|\d+\. )/gm) ?? []).map((line) =>
      line.startsWith('|') ? `row of ${line.split('|').length - 2}` : line.trim(),
    );
  assert.deepEqual(shape(chinese), shape(english));
});

test('the Chinese README links where the English one does, and names the same things', () => {
  const links = (text: string): string[] =>
    [...prose(text).matchAll(/\]\(([^)]+)\)/g)]
      // Of a page that there is in Chinese, that one.
      .map(([, target]) => String(target).replace('.zh-CN', '').replace('docs/zh/', 'docs/'))
      .sort();
  assert.deepEqual(links(chinese), links(english));
  const names = (text: string): string[] =>
    [...new Set([...prose(text).matchAll(/`([^`]+)`/g)].map(([, name]) => String(name)))].sort();
  assert.deepEqual(names(chinese), names(english));
});
