import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesBelow, imports, read, readIfThere, write } from '../../scripts/tools.mjs';
import { anchorOf } from './markdown.mjs';
import { hasTest } from './proofs.mjs';

/**
 * Each rule of docs/rules.md names a function that is there and a test that is there; links to rules lead to one; and no rule is
 * spoken of by a number.
 */
function findings() {
  const page = read('docs/rules.md');
  const rules = page
    .split(/^### /m)
    .slice(1)
    .map((section) => section.split(/^## /m)[0] ?? '');
  const anchors = new Set([...page.matchAll(/^#{2,3} (.+)$/gm)].map((match) => anchorOf(String(match[1]))));
  return [...rules.flatMap(proofs), ...links(anchors), ...numbers(), ...ways(rules)];
}

/**
 * lib/rules.ts names the function of each rule, and docs/architecture.md the way to it from lib/index.ts, of at most three
 * hops. `UPDATE_WAYS=1` writes the table anew.
 * @param {readonly string[]} rules
 */
function ways(rules) {
  const map = read('lib/rules.ts');
  const rows = rules.map((section) => {
    const title = section.split('\n', 1)[0] ?? '';
    const [, name = '', source = ''] = /^Kept by `(\w+)` in (\S+\.ts)\./m.exec(section) ?? [];
    return { title, anchor: anchorOf(title), name, way: wayTo(source) };
  });
  const table = rows.map(
    ({ title, anchor, name, way }) =>
      `| [${title}](rules.md#${anchor}) | \`${name}\` | ${way.map((path) => path.slice('lib/'.length)).join(' > ')} |`,
  );
  const page = read('docs/architecture.md');
  const [before = '', rest = ''] = page.split('<!-- ways -->\n');
  const [now = '', after = ''] = rest.split('<!-- /ways -->');
  const wanted = ['| rule | kept by | way |', '| --- | --- | --- |', ...table, ''].join('\n');
  if (process.env.UPDATE_WAYS === '1') {
    write('docs/architecture.md', `${before}<!-- ways -->\n${wanted}<!-- /ways -->${after}`);
  }
  return [
    ...rows
      .filter(({ anchor, name }) => !new RegExp(`^ {2}(?:${anchor}|'${anchor}'): typeof ${name};$`, 'm').test(map))
      .map(({ anchor, name }) => `lib/rules.ts lacks ${anchor}: typeof ${name}`),
    ...rows
      .filter(({ way }) => way.length === 0 || way.length > 4)
      .map(({ title, way }) => `"${title}" is ${way.length - 1} hops from lib/index.ts, three are the most`),
    ...(process.env.UPDATE_WAYS !== '1' && now !== wanted
      ? [
          'docs/architecture.md: the ways to the rules differ; UPDATE_WAYS=1 node test/project/rules.test.mjs writes them',
        ]
      : []),
  ];
}

/** The shortest way of imports from lib/index.ts. @param {string} target */
function wayTo(target) {
  /** @type {Map<string, readonly string[]>} */
  const found = new Map([['lib/index.ts', ['lib/index.ts']]]);
  for (const [path, way] of found) {
    if (path === target) return way;
    for (const next of imports(path)) if (!found.has(next)) found.set(next, [...way, next]);
  }
  return [];
}

/** @param {string} section */
function proofs(section) {
  const title = section.split('\n', 1)[0] ?? '';
  const [, name = '', source = ''] = /^Kept by `(\w+)` in (\S+\.ts)\./m.exec(section) ?? [];
  const [, test = '', file = ''] = / Proved by "([^"]+)" in (\S+\.test\.ts)\./.exec(section) ?? [];
  if (name === '' || test === '') {
    return [
      `docs/rules.md: "${title}" needs a line: Kept by \`function\` in file.ts. Proved by "test" in file.test.ts.`,
    ];
  }
  const isKept = new RegExp(`\\bfunction ${name}\\b`).test(readIfThere(source) ?? '');
  return [
    ...(isKept ? [] : [`docs/rules.md: "${title}" is kept by ${name} in ${source}, which is not there`]),
    ...(hasTest(test, file) ? [] : [`docs/rules.md: "${title}" is proved by "${test}" in ${file}, which is not there`]),
  ];
}

/** @param {ReadonlySet<string>} anchors */
function links(anchors) {
  return sources().flatMap((path) =>
    [...read(path).matchAll(/rules\.md#([\w-]+)/g)]
      .filter((match) => !anchors.has(String(match[1])))
      .map((match) => `${path} links to rules.md#${match[1]}, which is not there`),
  );
}

function numbers() {
  return sources().flatMap((path) =>
    [...read(path).matchAll(/\b[Rr]ules? \d+\b/g)].map(
      (match) => `${path} says "${match[0]}": link docs/rules.md by name`,
    ),
  );
}

function sources() {
  return [...filesBelow('lib', /\.ts$/), ...filesBelow('docs', /^docs\/(?!api\/).*\.md$/)];
}

test('Each rule names what keeps it and what proves it', async () => {
  assert.equal((await findings()).join('\n'), '');
});
