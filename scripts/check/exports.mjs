import { isDeepStrictEqual } from 'node:util';
import { packageFields } from '../exports.mjs';
import { filesBelow, manifest } from '../tools.mjs';

/** package.json names the subpaths that lib has, all of them and no other, and each file that it names is built. */
export function check() {
  /** @type {string[]} */
  const problems = [];
  const fields = manifest();
  for (const [key, expected] of Object.entries(packageFields())) {
    if (!isDeepStrictEqual(fields[key], expected)) {
      problems.push(`package.json: "${key}" is not what lib has; run npm run fix`);
    }
  }
  const built = new Set(filesBelow('dist').map((path) => `./${path}`));
  const named = JSON.stringify([fields.exports, fields.typesVersions, fields.main, fields.types]).matchAll(
    /"(\.\/dist\/[^"]+)"/g,
  );
  for (const [, path] of named) {
    if (path !== undefined && !built.has(path))
      problems.push(`package.json names ${path}, which the build does not make`);
  }
  return problems;
}
