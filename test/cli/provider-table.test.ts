import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeSigner, providerNames } from '../../lib/cli/provider-table.ts';
import { subpaths } from '../../scripts/subpaths.mjs';

// `custom` has no scheme of its own to sign by.
const unnamed = ['custom'];

test('the command line knows every provider of the package by its name', async () => {
  const names = subpaths().flatMap(([subpath]) => /^\.\/providers\/(.+)$/.exec(subpath)?.[1] ?? []);
  assert.deepEqual([...providerNames], names.filter((name) => !unnamed.includes(name)).sort());
  for (const name of providerNames) assert.equal((await makeSigner(name)).name, name);
});
