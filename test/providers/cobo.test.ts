import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cobo, coboPublicKeys } from '../../lib/providers/cobo.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/cobo', import.meta.url));
const fixtures = readProviderFixtures(folder);

describeProvider({ name: 'Cobo', create: cobo, fixtures });

test('The published keys are keys', () => {
  const { keys } = cobo({ secrets: Object.values(coboPublicKeys) });
  assert.equal(keys.describe().length, 2);
});
