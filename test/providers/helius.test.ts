import { fileURLToPath } from 'node:url';
import { helius } from '../../lib/providers/helius.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/helius', import.meta.url));

describeProvider({ name: 'Helius', create: helius, fixtures: readProviderFixtures(folder) });
