import { cpSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { anchorOf } from '../../test/project/markdown.mjs';
import { chinese } from './words-zh.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** @param {string} path of the repository */
const read = (path) => readFileSync(join(root, path), 'utf8');

/** Where a page stands on the site, from where it stands in the repository. @param {string} path */
function rewritten(path) {
  if (path === 'README.md') return 'start.md';
  if (path === 'README.zh-CN.md') return 'zh/start.md';
  if (path === 'SECURITY.zh-CN.md') return 'zh/SECURITY.md';
  return path.replace(/^docs\//, '').replace(/README\.md$/, 'index.md');
}

/** The address of a file of the repository on the site, or undefined if it is not there. @param {string} path */
function addressOf(path) {
  if (/^docs\/openapi\/\w/.test(path) && existsSync(join(root, path))) return path.replace(/^docs/, '');
  const isPage = /^(?:docs\/.+|[A-Z]+|(?:README|SECURITY)\.zh-CN)\.md$/.test(path);
  return isPage ? `/${rewritten(path)}` : undefined;
}

/** @param {string} href @param {string} page */
function resolved(href, page) {
  const { pathname, hash } = new URL(href, `file:///${page}`);
  const address = addressOf(decodeURIComponent(pathname).slice(1));
  return address === undefined ? undefined : address + hash;
}

/**
 * Links are written for the repository, so that they work there too. On the site they lead to the same pages; the text of a link to
 * source code stays, without the link.
 * @param {import('vitepress').MarkdownRenderer} md
 */
function linkPages(md) {
  md.core.ruler.push('pages', ({ tokens, env }) => {
    const page = relative(root, env.realPath ?? env.path);
    for (const { children } of tokens) {
      let dropped = false;
      for (const token of children ?? []) {
        const href = token.type === 'link_open' ? (token.attrGet('href') ?? '') : '';
        if (token.type === 'link_open' && !/^(?:\w+:|#)/.test(href)) {
          const address = resolved(href, page);
          dropped = address === undefined;
          if (address !== undefined) token.attrSet('href', address);
        }
        if (dropped && /^link_(?:open|close)$/.test(token.type)) {
          if (token.type === 'link_close') dropped = false;
          Object.assign(token, { type: 'text', tag: '', nesting: 0, content: '' });
        }
      }
    }
  });
}

const wide = String.raw`[\p{Script=Han}\u3000-\u303f\uff00-\uffef\u2018-\u201d]`;

/** Chinese has no space where a line of the source ends. @param {import('vitepress').MarkdownRenderer} md */
function joinLines(md) {
  md.core.ruler.push('lines', ({ tokens }) => {
    for (const { children } of tokens) {
      for (const [index, token] of (children ?? []).entries()) {
        const before = children?.[index - 1]?.content ?? '';
        const after = children?.[index + 1]?.content ?? '';
        const isChinese = new RegExp(`${wide}$`, 'u').test(before) && new RegExp(`^${wide}`, 'u').test(after);
        if (token.type === 'softbreak' && isChinese) Object.assign(token, { type: 'text', tag: '', content: '' });
      }
    }
  });
}

/** The sidebar is what the index page lists. @param {string} index */
function sidebarOf(index) {
  return read(index)
    .split(/^## /m)
    .slice(1)
    .map((section) => ({
      text: section.split('\n', 1)[0],
      items: [...section.matchAll(/^- \[([^\]]+)\]\(([^)]+)\)/gm)].map(([, text = '', href = '']) => {
        const link = resolved(href, index)?.replace(/(?:index)?\.md(?=#|$)/, '');
        if (link === '/api') return { text, link, collapsed: true, items: apiPages() };
        const [, language = '', folder] = /^\/(zh\/)?(providers|decisions)\/$/.exec(link ?? '') ?? [];
        return folder === undefined
          ? { text, link }
          : { text, link, collapsed: true, items: pagesIn(folder, language) };
      }),
    }));
}

/** The pages of the API that TypeDoc has made, by the subpaths that they are of. */
function apiPages() {
  return [...read('docs/api/README.md').matchAll(/^- \[([^\]]+)\]\(([^)]+)\.md\)$/gm)].map(
    ([, text = '', page = '']) => ({
      text,
      link: `/api/${page}`,
    }),
  );
}

/**
 * The pages that the index of a folder lists, once each, and in English what is not translated.
 * @param {string} folder @param {string} language
 */
function pagesIn(folder, language) {
  const links = new Set(
    [...read(`docs/${folder}/README.md`).matchAll(/\]\(([\w-]+\.md)\)/g)].map((match) => String(match[1])),
  );
  return [...links].map((link) => {
    const translated = `docs/${language}${folder}/${link}`;
    const path = existsSync(join(root, translated)) ? translated : `docs/${folder}/${link}`;
    return { text: /^# (.+)$/m.exec(read(path))?.[1], link: addressOf(path)?.replace(/\.md$/, '') };
  });
}

/** Chinese has no spaces between words. It runs in the browser too, so it needs nothing from around it. @param {string} text */
function words(text) {
  const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });
  return text
    .split(/[\n\r\p{Z}\p{P}]+/u)
    .flatMap((word) =>
      /\p{Script=Han}/u.test(word) ? [...segmenter.segment(word)].map(({ segment }) => segment) : [word],
    );
}

export default defineConfig({
  title: 'deposit-callback',
  description: 'Express middleware that receives signed crypto deposit callbacks',
  srcDir: root,
  srcExclude: ['{bench,dist,example-app,lib,scripts,test}/**', 'coverage/**'],
  outDir: join(root, '.tmp/site'),
  cacheDir: join(root, '.tmp/site-cache'),
  rewrites: rewritten,
  markdown: {
    config: (md) => void md.use(linkPages).use(joinLines),
    anchor: { slugify: anchorOf },
    languageAlias: { cjs: 'js' },
  },
  head: [
    ['link', { rel: 'icon', href: 'data:,' }],
    // Chinese may break anywhere, so a narrow column would have one character a line.
    ['style', {}, '.vp-doc :is(th, td) { min-width: 6.5em } :lang(zh) em { font-style: normal; font-weight: 600 }'],
  ],
  locales: {
    root: { label: 'English', lang: 'en', themeConfig: { sidebar: sidebarOf('docs/README.md') } },
    zh: { ...chinese, themeConfig: { ...chinese.themeConfig, sidebar: sidebarOf('docs/zh/README.md') } },
  },
  themeConfig: {
    outline: [2, 3],
    search: {
      provider: 'local',
      options: {
        locales: { zh: { translations: chinese.search } },
        miniSearch: { options: { tokenize: words }, searchOptions: { combineWith: 'AND' } },
      },
    },
  },
  buildEnd: ({ outDir }) => cpSync(join(root, 'docs/openapi'), join(outDir, 'openapi'), { recursive: true }),
});
