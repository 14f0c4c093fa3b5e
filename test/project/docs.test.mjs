import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subpaths } from '../../scripts/subpaths.mjs';
import { filesBelow, read, readIfThere } from '../../scripts/tools.mjs';
import { sectionsOf } from './markdown.mjs';

/** Every code, option and subpath has its place in the docs, and no heading speaks of a code that is gone. */
function findings() {
  return [
    ...errors(),
    ...alarms(),
    ...checks(),
    ...options(),
    ...mentions(),
    ...links(),
    ...anchors(),
    ...unindexed(),
    ...tree(),
    ...docblocks(),
    ...brands(),
    ...walkthrough(),
  ];
}

function errors() {
  const source = read('lib/errors.ts');
  const codes = new Set([
    ...[...source.matchAll(/^ {2}([A-Z_]+): \d{3},/gm)].map((match) => String(match[1])),
    ...[...source.matchAll(/^ {2}\| '([A-Z_]+)'/gm)].map((match) => String(match[1])),
  ]);
  const headings = new Set([...read('docs/errors.md').matchAll(/^### `([A-Z_]+)`/gm)].map((match) => String(match[1])));
  return [
    ...[...codes]
      .filter((code) => !headings.has(code))
      .map((code) => `docs/errors.md has no heading "### \`${code}\`"`),
    ...[...headings].filter((code) => !codes.has(code)).map((code) => `docs/errors.md: lib/errors.ts has no ${code}`),
  ];
}

function alarms() {
  const [, union = ''] = /export type AlarmCode =([^;]*);/.exec(read('lib/observe/news.ts')) ?? [];
  const codes = new Set([...union.matchAll(/'([A-Z_]+)'/g)].map((match) => String(match[1])));
  const [, section = ''] = read('docs/errors.md').split('\n## Alarms\n');
  const rows = new Set([...section.matchAll(/^\| `([A-Z_]+)`/gm)].map((match) => String(match[1])));
  return [
    ...(codes.size === 0 ? ['lib/observe/news.ts names no alarms'] : []),
    ...[...codes].filter((code) => !rows.has(code)).map((code) => `docs/errors.md has no alarm ${code}`),
    ...[...rows].filter((code) => !codes.has(code)).map((code) => `docs/errors.md: there is no alarm ${code}`),
  ];
}

function checks() {
  const source = read('lib/deposits/codes.ts');
  const codes = [...source.matchAll(/^ {2}(?:\| ')?([A-Z_]+)(?:'|: ')/gm)].map((match) => String(match[1]));
  const page = read('docs/checks.md');
  return codes.filter((code) => !page.includes(`\`${code}\``)).map((code) => `docs/checks.md has no line for ${code}`);
}

/** Members of the interfaces of options: the names that a user can write. */
function options() {
  const page = read('docs/options.md');
  return ['lib/options.ts', 'lib/policy/policy.ts', 'lib/providers/kit/provider.ts']
    .flatMap((path) => {
      const source = read(path);
      const bodies = source.matchAll(
        /export interface (\w*Options|Policy|ListedAsset|\w*Limits)\b[^{]*\{\n([\s\S]*?)\n\}/g,
      );
      return [...bodies].flatMap(([, , body]) => [...String(body).matchAll(/^ +(?:readonly )?(\w+)\??[:(]/gm)]);
    })
    .map((match) => String(match[1]))
    .filter((name) => !new RegExp(`\`(?:[\\w.]+\\.)?${name}\\??[.\`]`).test(page))
    .map((name) => `docs/options.md has no line for ${name}`);
}

/** Each public function and class has a docblock. */
function docblocks() {
  const names = new Set(Object.values(JSON.parse(read('test/package/names.json'))).flat());
  const inside = /^lib\/(?:stores|providers)\/[^/]+\//;
  return filesBelow('lib', /\.ts$/)
    .filter((path) => !inside.test(path))
    .flatMap((path) =>
      [...read(path).matchAll(/(.*)\nexport (?:async )?(?:function|class) (\w+)/g)]
        .filter(([, above = '', name]) => names.has(name) && !above.endsWith('*/'))
        .map(([, , name]) => `${path}: ${name} is public and has no docblock`),
    );
}

/** The files that docs/walkthrough.md names are there, and a callback passes at most 25. */
function walkthrough() {
  const page = read('docs/walkthrough.md');
  const missing = [...page.matchAll(/\b(?:lib|test|docs)\/[\w./-]+\.(?:ts|json|md)\b/g)]
    .map(([path]) => path)
    .filter((path) => !path.includes('NAME') && readIfThere(path) === undefined)
    .map((path) => `docs/walkthrough.md names ${path}, which is not there`);
  const steps = [...page.matchAll(/^\| \d+ \| lib\//gm)].length;
  return [...missing, ...(steps > 25 ? [`docs/walkthrough.md follows a callback through ${steps} files, not 25`] : [])];
}

/** Two copies of the package may meet: an error of ours is told by its brand (docs/decisions/0009-one-build.md). */
function brands() {
  return filesBelow('lib', /\.ts$/)
    .filter((path) => /instanceof DepositCallbackError/.test(read(path)))
    .map((path) => `${path}: use isDepositCallbackError() in place of instanceof`);
}

/** Each subpath has its line in docs/options.md, and that of a provider in docs/providers/README.md too. */
function mentions() {
  const names = subpaths().map(([subpath]) => `deposit-callback${subpath.slice(1)}`);
  const providers = names.filter((name) => name.startsWith('deposit-callback/providers/'));
  return [...unlisted('docs/options.md', names), ...unlisted('docs/providers/README.md', providers)];
}

/** @param {string} page @param {readonly string[]} names */
function unlisted(page, names) {
  const rows = read(page)
    .split('\n')
    .filter((line) => line.startsWith('|'));
  return names
    .filter((name) => !rows.some((row) => row.includes(`| \`${name}\` |`)))
    .map((name) => `${page} has no row for ${name}`);
}

/** What people read, apart from the folders that explain themselves. */
function pages() {
  return [
    'README.md',
    'README.zh-CN.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'SECURITY.zh-CN.md',
    'CHANGELOG.md',
    // docs/api is made of docblocks when the site is built.
    ...filesBelow('docs', /^docs\/(?!api\/).*\.md$/),
  ];
}

/** The targets of relative links, as paths of the repository with their sections. @param {string} page */
function targetsOf(page) {
  return [...(readIfThere(page) ?? '').matchAll(/\]\((?!https?:|mailto:)([^)\s]+)/g)].map((match) => {
    const { pathname, hash } = new URL(String(match[1]), `file:///${page}`);
    return { path: decodeURIComponent(pathname).slice(1), section: decodeURIComponent(hash).slice(1) };
  });
}

/** Relative links lead to files that are there. */
function links() {
  return pages().flatMap((page) =>
    targetsOf(page)
      .filter(({ path }) => readIfThere(path) === undefined && filesBelow(path).length === 0)
      .map(({ path }) => `${page} links to ${path}, which is not there`),
  );
}

/** Links to a section lead to one. */
function anchors() {
  return pages().flatMap((page) =>
    targetsOf(page)
      .filter(({ path, section }) => section !== '' && path.endsWith('.md') && !sectionsOf(path).has(section))
      .map(({ path, section }) => `${page} links to ${path}#${section}, which is not there`),
  );
}

/** Every page is in the index of its language; those of a folder with an index of its own stand there. */
function unindexed() {
  const folders = ['docs/providers/', 'docs/decisions/'];
  return ['docs/', ...folders].flatMap((folder) => {
    const index = `${folder}README.md`;
    const listed = new Set(targetsOf(index).map(({ path }) => path));
    return filesBelow(folder, /\.md$/)
      .filter((path) => path !== index && !listed.has(path))
      .filter(
        (path) =>
          !(folder === 'docs/' && [...folders, 'docs/zh/', 'docs/api/'].some((other) => path.startsWith(other))),
      )
      .map((path) => `${index} does not list ${path}`);
  });
}

/**
 * The tree in CONTRIBUTING.md has a phrase for each file of lib, and for no other. A name with a star stands for several
 * files, `{a,b}.ts` for each of those named.
 */
function tree() {
  const lines = (readIfThere('CONTRIBUTING.md') ?? '').split('\n');
  /** @type {string[]} */
  const named = [];
  /** @type {string[]} */
  const folders = [];
  for (const line of lines.slice(lines.indexOf('lib/'))) {
    const entry = /^( *)(\S+?)(\/?)(?: +\S.*)?$/.exec(line);
    if (entry === null || (entry[1] === '' && entry[2] !== 'lib')) break;
    const [, indent = '', name = '', slash] = entry;
    folders.length = indent.length / 2;
    if (slash === '/') folders.push(name);
    else named.push(...spelledOut([...folders, name].join('/')));
  }
  const files = filesBelow('lib', /\.ts$/);
  const patterns = named.map((name) => ({
    name,
    pattern: new RegExp(`^${name.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`),
  }));
  return [
    ...files
      .filter((path) => !patterns.some(({ pattern }) => pattern.test(path)))
      .map((path) => `CONTRIBUTING.md: the tree lacks ${path}`),
    ...patterns
      .filter(({ pattern }) => !files.some((path) => pattern.test(path)))
      .map(({ name }) => `CONTRIBUTING.md: the tree has ${name}, which is not there`),
  ];
}

/** `{a,b}.ts` as `a.ts` and `b.ts`. @param {string} name */
function spelledOut(name) {
  const braces = /^(.*)\{(.*)\}(.*)$/.exec(name);
  if (braces === null) return [name];
  const [, before = '', names = '', after = ''] = braces;
  return names.split(',').map((one) => before + one + after);
}

test('Every code, option, file and subpath has its place in the docs', async () => {
  assert.equal((await findings()).join('\n'), '');
});
