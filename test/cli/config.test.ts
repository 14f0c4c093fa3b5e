import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import '../../scripts/ensure-build.mjs';
import { temporaryFolder } from './cli.ts';

const built = fileURLToPath(new URL('../../dist/cjs/cli/main.js', import.meta.url));

test('a configuration that Node cannot load, or that is not there, is refused with what to do', async (t) => {
  const folder = await temporaryFolder(t);
  // Newer versions of Node load .ts, and none loads this.
  const file = join(folder, 'callbacks.config.tsx');
  await writeFile(file, 'export const options = {};');
  const refused = (config: string): string => {
    const { status, stderr } = spawnSync(process.execPath, [built, 'doctor', '--config', config], { encoding: 'utf8' });
    assert.equal(status, 2, stderr);
    return stderr;
  };
  assert.match(
    refused(file),
    /--config: Node cannot load .*callbacks\.config\.tsx; build it, and name the file of JavaScript/,
  );
  assert.match(refused(join(folder, 'none.mjs')), /--config: there is no file .*none\.mjs/);
});
