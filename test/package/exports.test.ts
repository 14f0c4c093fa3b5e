import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { subpaths as openSubpaths } from '../../scripts/subpaths.mjs';

const require = createRequire(import.meta.url);
const namesFile = fileURLToPath(new URL('./names.json', import.meta.url));
const subpaths = openSubpaths().map(([subpath]) => subpath);

const namesOf = (module: object): string[] =>
  Object.keys(module)
    .filter((name) => name !== '__esModule' && name !== 'default' && name !== 'module.exports')
    .sort();

const load = async (subpath: string): Promise<{ imported: object; required: object }> => {
  const name = `deposit-callback${subpath.slice(1)}`;
  return { imported: (await import(name)) as object, required: require(name) as object };
};

test('The public names are those of names.json: UPDATE_NAMES=1 writes it, and a change of it is a change for users', async () => {
  const names: Record<string, string[]> = {};
  for (const subpath of subpaths) names[subpath] = namesOf((await load(subpath)).imported);
  if (process.env.UPDATE_NAMES === '1') writeFileSync(namesFile, `${JSON.stringify(names, null, 2)}\n`);
  assert.deepEqual(names, JSON.parse(readFileSync(namesFile, 'utf8')));
});

test('No subpath has a default export of its own', async () => {
  for (const subpath of subpaths) assert.equal('default' in (await load(subpath)).required, false, subpath);
});

test('An error of the CommonJS copy is known to the ESM copy', async () => {
  const { imported, required } = await load('.');
  const { isDepositCallbackError } = imported as { isDepositCallbackError: (value: unknown) => boolean };
  const { DepositCallbackError } = required as { DepositCallbackError: new (code: string, message: string) => Error };
  assert.equal(isDepositCallbackError(new DepositCallbackError('NOT_FOUND', 'Nothing')), true);
  assert.equal(isDepositCallbackError(new Error('Nothing')), false);
});

test("What stands behind no subpath cannot be imported: the providers' kit, the parts of a store", async () => {
  for (const path of ['providers/kit/provider', 'stores/sqlite/schema', 'stores/shared/within', 'deposits/fold']) {
    await assert.rejects(import(`deposit-callback/${path}`), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });
  }
});
