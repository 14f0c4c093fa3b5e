import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesBelow, read } from '../../scripts/tools.mjs';

/** What everybody has to read before the first change stays short. */
const limits = [
  { what: 'package.json', paths: ['package.json'], below: 200 },
  { what: 'scripts', paths: filesBelow('scripts'), below: 500 },
];

test('package.json and scripts stay short', () => {
  for (const { what, paths, below } of limits) {
    const lines = paths.reduce((sum, path) => sum + read(path).trimEnd().split('\n').length, 0);
    assert.ok(lines < below, `${what} has ${lines} lines; fewer than ${below} are wanted`);
  }
});
