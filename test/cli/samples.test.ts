import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ranges, version } from '../../lib/cli/versions.ts';
import { manifest } from '../../scripts/tools.mjs';
import { samplesModule } from './made-samples.ts';

const samplesFile = fileURLToPath(new URL('../../lib/cli/samples.ts', import.meta.url));

test('the samples of send and init are those of the fixtures: UPDATE_SAMPLES=1 writes them', () => {
  const made = samplesModule();
  if (process.env.UPDATE_SAMPLES === '1') writeFileSync(samplesFile, made);
  assert.equal(readFileSync(samplesFile, 'utf8'), made);
});

test('an app of init installs this version of the package, and the versions with which it is tested', () => {
  const { devDependencies, version: own } = manifest();
  assert.equal(version, own);
  for (const [name, range] of Object.entries(ranges)) {
    assert.equal(range, devDependencies[name].replace(/^npm:express@/, ''), name);
  }
});
