import { fileURLToPath } from 'node:url';
import { circle } from '../../lib/providers/circle.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/circle', import.meta.url));

describeProvider({ name: 'Circle', create: circle, fixtures: readProviderFixtures(folder) });
