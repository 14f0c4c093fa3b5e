import { filesBelow, manifest } from './tools.mjs';

/**
 * The subpaths of package.json, each with the file in lib that it opens, without ending: `['./stores/sqlite',
 * 'stores/sqlite']`. A wildcard is spelled out over the files that lib has.
 * @returns {[string, string][]}
 */
export function subpaths() {
  const files = filesBelow('lib', /\.ts$/).map((path) => path.slice('lib/'.length, -'.ts'.length));
  return Object.entries(manifest().exports).flatMap(([subpath, target]) => {
    const file = /^\.\/dist\/cjs\/(.+)\.js$/.exec(target ?? '')?.[1];
    if (file === undefined) return [];
    if (!subpath.includes('*')) return [/** @type {[string, string]} */ ([subpath, file])];
    const [before = '', after = ''] = file.split('*');
    return files
      .filter((path) => path.startsWith(before) && path.endsWith(after))
      .map((path) => path.slice(before.length, path.length - after.length))
      .filter((star) => !star.includes('/'))
      .map((star) => /** @type {[string, string]} */ ([subpath.replace('*', star), file.replace('*', star)]));
  });
}
