import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesBelow, read, readIfThere } from '../../scripts/tools.mjs';

/**
 * A Chinese page says what its English page says: the same headings by level, and below each the same code, the same names in
 * backticks, links to the same places and as many rows of tables. So a change of the English page that the Chinese one lacks is found.
 */
function findings() {
  return ['SECURITY.zh-CN.md', ...filesBelow('docs/zh', /\.md$/)].flatMap((chinese) => {
    const english = chinese.replace('docs/zh/', 'docs/').replace('.zh-CN', '');
    const text = readIfThere(english);
    if (text === undefined) return [`${chinese}: there is no ${english}`];
    const wanted = sectionsOf(english, text);
    const given = sectionsOf(chinese, read(chinese));
    const outline = wanted.map(({ level, heading }) => `${level} ${heading}`);
    const at = wanted.findIndex(({ level }, index) => level !== given[index]?.level);
    if (at !== -1 || given.length !== wanted.length) {
      return [`${chinese}: headings differ from "${outline[at] ?? given[wanted.length]?.heading}" on`];
    }
    return wanted.flatMap((section, index) =>
      differences(section, given[index]).map((what) => `${chinese}: below "${section.heading}" ${what}`),
    );
  });
}

/** @typedef {{ level: number, heading: string, code: string[], names: string[], links: string[], rows: number }} Section */

/** @param {Section} wanted @param {Section | undefined} given */
function differences(wanted, given) {
  if (given === undefined) return [];
  return [
    ...unlike('code', wanted.code, given.code),
    ...unlike('name', wanted.names, given.names),
    ...unlike('link', wanted.links, given.links),
    ...(wanted.rows === given.rows ? [] : [`there are ${given.rows} rows of tables, not ${wanted.rows}`]),
  ];
}

/** @param {string} what @param {readonly string[]} wanted @param {readonly string[]} given */
function unlike(what, wanted, given) {
  return [
    ...wanted.filter((one) => !given.includes(one)).map((one) => `the ${what} ${one} is missing`),
    ...given.filter((one) => !wanted.includes(one)).map((one) => `the ${what} ${one} is not in the English page`),
  ];
}

/** @param {string} path @param {string} text @returns {Section[]} */
function sectionsOf(path, text) {
  /** @type {string[]} */
  const blocks = [];
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, (block) => `\u0000${blocks.push(block) - 1}\u0000`);
  return prose.split(/^(?=#{1,6} )/m).map((section) => {
    const [, marks = '', heading = ''] = /^(#+) (.+)/.exec(section) ?? [];
    return {
      level: marks.length,
      heading,
      code: [...section.matchAll(/\0(\d+)\0/g)].map(([, index]) => withoutComments(blocks[Number(index)] ?? '')),
      // Terms of the glossary stand in tables of another form, which the gate `glossary` compares.
      ...(path.endsWith('/glossary.md')
        ? { names: [], links: [], rows: 0 }
        : {
            names: [...namesIn(section), ...pathsIn(section)],
            links: linksIn(path, section),
            rows: [...section.matchAll(/^\|/gm)].length,
          }),
    };
  });
}

/** Comments are prose: they may be translated. @param {string} code */
function withoutComments(code) {
  return code.replaceAll(/(^|\s)(?:\/\/|#) .*$/gm, '').replaceAll(/[ \t]+$/gm, '');
}

/** What stands between angle brackets is described in each language. @param {string} section */
function namesIn(section) {
  return [...section.matchAll(/`([^`]+)`/g)].map(([, name = '']) =>
    name.replaceAll(/\s+/g, ' ').replaceAll(/<[^>]*>/g, '<>'),
  );
}

/** Files of the repository, in backticks or not, and the tests that prove a rule. @param {string} section */
function pathsIn(section) {
  const prose = section.replaceAll(/\]\([^)]*\)/g, ']');
  return [...prose.matchAll(/\b(?:lib|test|docs)\/[\w./-]*\w|(?<=Proved by |\p{Script=Han} )"[^"\n]+"/gu)].map(String);
}

/** @param {string} path @param {string} section */
function linksIn(path, section) {
  return [...section.matchAll(/\]\(([^)\s]+)\)/g)].map(([, href = '']) => {
    if (/^https?:/.test(href)) return href;
    const { pathname, hash } = new URL(href, `file:///${path}`);
    const page = pathname
      .slice(1)
      .replace(/^docs\/zh\//, 'docs/')
      .replace('.zh-CN', '');
    return page === 'README.md' ? 'README.md' : page + hash;
  });
}

test('Each Chinese page has what its English page has', () => {
  assert.equal(findings().join('\n'), '');
});
