import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read, repositoryFiles } from '../../scripts/tools.mjs';

const patterns = [
  { pattern: /(?<![\w.~/:-])\/(?:home|Users|root|work|mnt|opt)\/[\w.-]+/, what: 'a path of one machine' },
  { pattern: /\b[A-Z]:\\\\?Users\\/, what: 'a path of one machine' },
  { pattern: /"resolved": "https?:/, what: 'a registry host' },
  { pattern: /^\s*(?:registry|.*:registry)\s*=|--registry\b|npm_config_registry/i, what: 'a registry host' },
];

/** Nothing in the repository depends on where it lies or where its packages come from. */
async function findings() {
  /** @type {string[]} */
  const problems = [];
  for (const path of await repositoryFiles()) {
    if (path === 'test/project/places.test.mjs' || /\.(png|jpg|gif|ico|db|gz|tgz)$/.test(path)) continue;
    read(path)
      .split('\n')
      .forEach((line, index) => {
        for (const { pattern, what } of patterns) {
          if (pattern.test(line)) problems.push(`${path}:${index + 1} names ${what}: ${line.trim().slice(0, 120)}`);
        }
      });
  }
  return problems;
}

test('Nothing depends on one machine', async () => {
  assert.equal((await findings()).join('\n'), '');
});
