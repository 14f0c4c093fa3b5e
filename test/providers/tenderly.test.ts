import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tenderly } from '../../lib/providers/tenderly.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';
import { inboundOf } from '../../lib/testing/provider-cases/provider-case.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/tenderly', import.meta.url));

describeProvider({ name: 'Tenderly', create: tenderly, fixtures: readProviderFixtures(folder) });

test('A chain id that no table lists is an EVM network all the same', () => {
  const written = readFileSync(join(folder, 'an-erc-20-transfer.json'), 'utf8');
  const body = Buffer.from(written.replace(/"network":\s*"[0-9]+"/, '"network":"987654321"'));
  const inbound = inboundOf({ method: 'POST', url: '/tenderly', headers: {}, body }, 0);
  const { transfers } = tenderly({ secrets: ['secret'] }).read(inbound, {});
  assert.deepEqual(new Set(transfers.map(({ network }) => network)), new Set(['eip155:987654321']));
});
