import { fileURLToPath } from 'node:url';
import { udun } from '../../lib/providers/udun.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/udun', import.meta.url));

describeProvider({ name: 'Udun', create: udun, fixtures: readProviderFixtures(folder) });
