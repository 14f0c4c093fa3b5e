import { fileURLToPath } from 'node:url';
import { blockonomics } from '../../lib/providers/blockonomics.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/blockonomics', import.meta.url));

describeProvider({ name: 'Blockonomics', create: blockonomics, fixtures: readProviderFixtures(folder) });
