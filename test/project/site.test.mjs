import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join, posix } from 'node:path';
import { test } from 'node:test';
import { subpaths } from '../../scripts/subpaths.mjs';
import { filesBelow, read, readIfThere, root, run } from '../../scripts/tools.mjs';
import { headingsOf } from './markdown.mjs';

/** VitePress fails on a dead link by itself; this sees that every page has come out, reachable from the sidebar of its language. */
async function findings() {
  rmSync(join(root, '.tmp', 'site'), { recursive: true, force: true });
  const { code, output } = await run('npm', ['run', '-s', 'docs']);
  if (code !== 0) return [output.trim()];
  const start = { 'docs/': sidebarOf('index.html'), 'docs/zh/': sidebarOf('zh/index.html') };
  return filesBelow('docs', /\.md$/).flatMap((path) => {
    const page = path
      .replace(/^docs\//, '')
      .replace(/README\.md$/, 'index.md')
      .replace(/\.md$/, '.html');
    const html = readIfThere(`.tmp/site/${page}`);
    if (html === undefined) return [`${path} is not on the site`];
    const links = start[path.startsWith('docs/zh/') ? 'docs/zh/' : 'docs/'];
    const isListed = page.endsWith('index.html') || links.has(`/${page}`);
    return [
      ...(isListed ? [] : [`${path} is not in the sidebar of its language`]),
      ...[...html.matchAll(/<a [^>]*href="(?!https?:|mailto:|#|\/)([^"]+)"/g)].map(
        ([, href]) => `${path}: ${href} leads nowhere`,
      ),
    ];
  });
}

/** @param {string} page */
function sidebarOf(page) {
  return new Set([...read(`.tmp/site/${page}`).matchAll(/href="([^"#]+)/g)].map((match) => String(match[1])));
}

/** Each subpath has a page of the API, with every name that can be imported from it. */
function missingNames() {
  /** @type {Record<string, readonly string[]>} */
  const names = JSON.parse(read('test/package/names.json'));
  return subpaths().flatMap(([subpath]) => {
    const path = `docs/api/${subpath.slice(2) || 'deposit-callback'}.md`;
    const page = readIfThere(path);
    if (page === undefined) return [`${path} was not made`];
    const told = new Set(headingsOf(page).map(({ text }) => text.replace(/\(\)$/, '')));
    return (names[subpath] ?? []).filter((name) => !told.has(name)).map((name) => `${path} does not tell of ${name}`);
  });
}

/** Links of the pages of the API lead to a place that is there. */
function deadLinks() {
  /** @type {Map<string, ReadonlySet<string>>} */
  const places = new Map();
  const pages = filesBelow('docs/api', /\.md$/);
  for (const page of pages) {
    places.set(page, new Set([...read(page).matchAll(/<a id="([^"]+)"/g)].map(([, id]) => String(id))));
  }
  return pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)]
      .filter(
        ([, path = '', id = '']) => !places.get(posix.join(posix.dirname(page), path || posix.basename(page)))?.has(id),
      )
      .map(([link]) => `${page}: ${link} leads nowhere`),
  );
}

test('The documentation site is built with every page and no dead link', async () => {
  assert.equal((await findings()).join('\n'), '');
  assert.equal([...missingNames(), ...deadLinks()].join('\n'), '');
});
