import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import * as imported from 'deposit-callback';

const require = createRequire(import.meta.url);
const root = new URL('../../', import.meta.url);

test('import and require give the same objects, so that one process has one of each', () => {
  const required = require('deposit-callback') as Record<string, unknown>;
  const byName: Record<string, unknown> = { ...imported };
  for (const [name, value] of Object.entries(required)) assert.equal(byName[name], value, name);
});

test('the installed command loads a configuration that is ESM and awaits at its top level', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'deposit-callback-'));
  t.after(() => rm(directory, { recursive: true }));
  const config = join(directory, 'config.mjs');
  const modules = (name: string): string => JSON.stringify(pathToFileURL(require.resolve(name)).href);
  await writeFile(
    config,
    `
    import imtokens from ${modules('deposit-callback/providers/imtoken')};
    import stores from ${modules('deposit-callback/stores/sqlite')};
    const secret = await Promise.resolve('whsec_${Buffer.alloc(32, 1).toString('base64')}');
    export default {
      providers: [imtokens.imtoken({ secrets: [secret] })],
      store: stores.sqliteStore({ path: ${JSON.stringify(join(directory, 'deposits.db'))} }),
      policy: { assets: [{ asset: 'eip155:1/slip44:60', decimals: 18 }], isOurs: () => true },
    };
    `,
  );
  const command = fileURLToPath(new URL('dist/cjs/cli/main.js', root));
  const { stdout } = await promisify(execFile)(process.execPath, [command, 'reprocess', '--config', config, '--json']);
  assert.deepEqual(JSON.parse(stdout), { read: 0, recorded: 0, passedOver: 0 });
});
