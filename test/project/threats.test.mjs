import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read } from '../../scripts/tools.mjs';
import { hasTest } from './proofs.mjs';

const page = 'docs/threat-model.md';

/** What is not as the page's first lines promise: each attempt has a test, and each test is there. @param {string} text */
function findings(text) {
  const [, ...sections] = text.split(/^## /m);
  return sections.flatMap((section) => {
    const title = section.split('\n', 1)[0] ?? '';
    const rows = section.split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:-|attempt|error)/.test(line));
    return [
      ...(/^\*Who:\*/m.test(section) ? [] : [`${page}: "${title}" does not say who may be malicious`]),
      ...(rows.length > 0 ? [] : [`${page}: "${title}" has no attempts`]),
      ...rows.flatMap((row) => unproved(row).map((what) => `${page}: "${title}": ${what}`)),
    ];
  });
}

/** @param {string} row */
function unproved(row) {
  const cells = row.split(' | ');
  const [, titles = '', file = ''] =
    /^("[^|]+") in ((?:test|lib\/testing)\/\S+\.(?:ts|mjs)) \|$/.exec(cells[2] ?? '') ?? [];
  if (cells.length !== 3 || file === '') return [`no test stands behind ${row}`];
  return titles
    .slice(1, -1)
    .split(/", "|" and "/)
    .filter((title) => !hasTest(title, file))
    .map((title) => `${file} has no test "${title}"`);
}

test('Each attempt of the threat model names a test that is there', () => {
  assert.equal(findings(read(page)).join('\n'), '');
});

test('A row without a test, with one that is gone, and a boundary without attempts are found', () => {
  const row = '| a | b | "Sources are plain ASCII" in test/project/ascii.test.mjs |';
  /** @param {...string} lines */
  const found = (...lines) => findings(['# A', '', '## B', ...lines].join('\n')).join('\n');
  assert.equal(found('*Who:* c', row), '');
  assert.match(found(row), /does not say who/);
  assert.match(found('*Who:* c'), /has no attempts/);
  assert.match(found('*Who:* c', row.replace('plain', 'fancy')), /has no test "Sources are fancy ASCII"/);
  assert.match(found('*Who:* c', row.replace('ascii.test', 'gone.test')), /gone\.test\.mjs has no test/);
  assert.match(found('*Who:* c', '| a | b | |'), /no test stands behind/);
  assert.match(found('*Who:* c', row.replace('" in', '" and "Not this" in')), /has no test "Not this"/);
});
