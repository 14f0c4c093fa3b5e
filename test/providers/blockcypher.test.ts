import { fileURLToPath } from 'node:url';
import { blockcypher } from '../../lib/providers/blockcypher.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/blockcypher', import.meta.url));

describeProvider({ name: 'BlockCypher', create: blockcypher, fixtures: readProviderFixtures(folder) });
