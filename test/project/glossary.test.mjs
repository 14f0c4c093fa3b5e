import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesBelow, read, readIfThere } from '../../scripts/tools.mjs';

/** Both glossaries have the same terms, each is where the table says, and no exported name of lib uses a refused word. */
function findings() {
  const rows = rowsOf('docs/glossary.md', 5);
  const chinese = rowsOf('docs/zh/glossary.md', 3).map(([zh, en]) => `${en} ${zh}`);
  const english = rows.map(([en, zh]) => `${en} ${zh}`);
  const refused = rows.flatMap(([term, , , , not = '']) => spansOf(not).map((word) => ({ word, term })));
  return [
    ...english.filter((one) => !chinese.includes(one)).map((one) => `docs/zh/glossary.md lacks ${one}`),
    ...chinese.filter((one) => !english.includes(one)).map((one) => `docs/glossary.md lacks ${one}`),
    ...rows.flatMap(([term, , , where = '']) => {
      const [name] = spansOf(where).slice(-1);
      const source = readIfThere(/lib\/\S+\.ts/.exec(where)?.[0] ?? '') ?? '';
      return new RegExp(`\\b${name}\\b`).test(source) ? [] : [`docs/glossary.md: ${term} is not at ${where}`];
    }),
    ...filesBelow('lib', /\.ts$/).flatMap((path) =>
      [...read(path).matchAll(/^export (?:async )?(?:function|const|interface|type|class) (\w+)/gm)].flatMap(
        ([, name = '']) =>
          refused
            .filter(({ word }) => uses(name, word))
            .map(({ word, term }) => `${path}: ${name} says ${word} for ${term}`),
      ),
    ),
  ];
}

/** The rows of the tables of terms, which have so many columns, without their headings. @param {string} path @param {number} columns */
function rowsOf(path, columns) {
  const tables = read(path)
    .split(/^## /m)
    .filter((section) => /^\| term \||\| English \|/m.test(section));
  const rows = [...tables.join('').matchAll(/^\| (?!---)(.*?) ?\|$/gm)].map(([, row]) => String(row).split(/ ?\| ?/));
  return rows.filter((row) => row.length === columns && row[0] !== 'term' && row[1] !== 'English');
}

/** @param {string} cell */
const spansOf = (cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, span]) => String(span));

/** @param {string} name @param {string} word */
const uses = (name, word) =>
  name === word || ` ${name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, ' ').toLowerCase()} `.includes(` ${word} `);

test('Both glossaries agree, and no public name uses a refused word', () => {
  assert.equal(findings().join('\n'), '');
});
