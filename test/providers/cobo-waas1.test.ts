import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { coboWaas1, coboWaas1PublicKeys } from '../../lib/providers/cobo-waas1.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/cobo-waas1', import.meta.url));
const fixtures = readProviderFixtures(folder);

describeProvider({ name: 'Cobo WaaS 1.0', create: coboWaas1, fixtures });

test('The published keys are keys', () => {
  const { keys } = coboWaas1({ secrets: Object.values(coboWaas1PublicKeys) });
  assert.equal(keys.describe().length, 2);
});
