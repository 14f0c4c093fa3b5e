import { mkdirSync, mkdtempSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './tools.mjs';

/** Packs the package as it would be published, from the build that is there. @returns {Promise<string>} path of the tarball */
export async function pack() {
  mkdirSync(join(root, '.tmp'), { recursive: true });
  const folder = mkdtempSync(join(root, '.tmp', 'pack-'));
  const { code, output } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]);
  if (code !== 0) throw new Error(`npm pack failed: ${output}`);
  const name = /"filename": "([^"]+)"/.exec(output)?.[1];
  if (name === undefined) throw new Error(`npm pack named no file: ${output}`);
  const tarball = `${folder}.tgz`;
  renameSync(join(folder, name), tarball);
  rmdirSync(folder);
  return tarball;
}
