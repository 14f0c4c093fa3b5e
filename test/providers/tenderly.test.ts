import { fileURLToPath } from 'node:url';
import { tenderly } from '../../lib/providers/tenderly.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/tenderly', import.meta.url));

describeProvider({ name: 'Tenderly', create: tenderly, fixtures: readProviderFixtures(folder) });
