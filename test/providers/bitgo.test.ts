import { fileURLToPath } from 'node:url';
import { bitgo } from '../../lib/providers/bitgo.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/bitgo', import.meta.url));

describeProvider({ name: 'BitGo', create: bitgo, fixtures: readProviderFixtures(folder) });
