import { fileURLToPath } from 'node:url';
import { alchemy } from '../../lib/providers/alchemy.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/alchemy', import.meta.url));

describeProvider({ name: 'Alchemy', create: alchemy, fixtures: readProviderFixtures(folder) });
