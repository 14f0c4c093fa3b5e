import { fileURLToPath } from 'node:url';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/imtoken', import.meta.url));

describeProvider({ name: 'imToken profile', create: imtoken, fixtures: readProviderFixtures(folder) });
