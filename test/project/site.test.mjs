import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { filesBelow, read, readIfThere, root, run } from '../../scripts/tools.mjs';

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

test('The documentation site is built with every page and no dead link', async () => {
  assert.equal((await findings()).join('\n'), '');
});
