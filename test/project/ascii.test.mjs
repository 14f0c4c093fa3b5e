import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read, repositoryFiles } from '../../scripts/tools.mjs';

// Bytes that a test needs as they are; what people read in Chinese.
const designated = [
  /\/fixtures\//,
  /^lib\/inspector\/words\/chinese[-a-z]*\.ts$/,
  /^lib\/cli\/words\/chinese-[-a-z]*\.ts$/,
  /^lib\/observe\/chinese-alarms\.ts$/,
  /^docs\/\.vitepress\/words-zh\.mjs$/,
  /^example-app\/web\/chinese\.ts$/,
  /^lib\/audit\/chinese[-a-z]*\.ts$/,
];

/** Sources are plain ASCII: no look-alike letter, no invisible mark can hide in them. Prose may use what it needs. */
async function findings() {
  /** @type {string[]} */
  const problems = [];
  for (const path of await repositoryFiles()) {
    if (designated.some((pattern) => pattern.test(path)) || !/\.(ts|mjs|cjs|js|json|yml|sh|html|css)$/.test(path))
      continue;
    read(path)
      .split('\n')
      .forEach((line, index) => {
        const found = /[^\t\x20-\x7e]/.exec(line.replace(/\r$/, ''));
        if (found === null) return;
        const code = found[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
        problems.push(`${path}:${index + 1} has U+${code} at column ${found.index + 1}`);
      });
  }
  return problems;
}

test('Sources are plain ASCII', async () => {
  assert.equal((await findings()).join('\n'), '');
});
