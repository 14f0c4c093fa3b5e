import { fileURLToPath } from 'node:url';
import { thirdweb } from '../../lib/providers/thirdweb.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/thirdweb', import.meta.url));

describeProvider({ name: 'thirdweb', create: thirdweb, fixtures: readProviderFixtures(folder) });
