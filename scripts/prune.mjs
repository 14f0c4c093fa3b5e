import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { subpaths } from './subpaths.mjs';
import { filesBelow, manifest, root } from './tools.mjs';

/**
 * Removes from a build what neither a subpath nor the command reaches.
 * @param {string} folder the build, relative to the repository
 */
export function prune(folder) {
  const command = String(manifest().bin).replace(/^dist\//, '');
  const opened = subpaths().flatMap(([, file]) => [`cjs/${file}.js`, `cjs/${file}.d.ts`]);
  const reached = reach([command, ...opened].map((path) => join(root, folder, path)));
  for (const path of filesBelow(folder, /\.(?:js|d\.ts)$/)) {
    if (!reached.has(join(root, path))) rmSync(join(root, path));
  }
}

/**
 * The files and all that they import, as far as that is theirs.
 * @param {readonly string[]} entries
 */
function reach(entries) {
  const reached = new Set(entries);
  for (const file of reached) {
    if (!existsSync(file)) continue;
    const imports = readFileSync(file, 'utf8').matchAll(/(?:from|import|require)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g);
    for (const [, path = ''] of imports) {
      const found = resolve(dirname(file), path);
      reached.add(file.endsWith('.d.ts') ? found.replace(/\.js$/, '.d.ts') : found);
    }
  }
  return reached;
}
