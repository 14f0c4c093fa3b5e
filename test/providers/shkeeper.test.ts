import { fileURLToPath } from 'node:url';
import { shkeeper } from '../../lib/providers/shkeeper.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/shkeeper', import.meta.url));

describeProvider({ name: 'SHKeeper', create: shkeeper, fixtures: readProviderFixtures(folder) });
